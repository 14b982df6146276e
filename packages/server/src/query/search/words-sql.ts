import { joined, type Sql, sql, trusted } from '../sql.ts'
import { isOfWord, type TextColumn, type Words } from './condition.ts'

/**
 * Words of a text as a WHERE expression. Those of log bodies are written as the indexes of migration 0024 know them: an
 * index is asked only where its very expression stands.
 */
export function wordsSql(column: TextColumn, words: Words): Sql {
  const lower = sql`lower(${trusted(column)})`
  switch (words.match) {
    case 'regex':
      return matchSql(trusted(column), words.pattern)
    case 'loose':
      return column === 'body' ? piecesOfBody(lower, words.pieces) : likeSql(lower, words.pieces)
    case 'whole': {
      const { tokens, phrase } = words
      const tests = column === 'body' ? tokensOfBody(lower, tokens) : tokensSql(lower, tokens)
      // One word alone is its own phrase; more of them, or punctuation, must also stand as they were written.
      if (tokens.length !== 1 || tokens[0] !== phrase) tests.push(phraseSql(lower, phrase))
      return tests.length === 1 ? joined(tests, '') : sql`(${joined(tests, ' AND ')})`
    }
  }
}

/**
 * Before it asks RE2 the engine looks for text that must be there, and takes of a character that may be missing only its
 * last byte away: `a日*` would not find "a". A group it leaves out as a whole. A `]` that begins a class it takes for the end.
 */
export function matchSql(text: Sql, pattern: string): Sql {
  const safe = pattern.replace(misread, (whole, char?: string) =>
    char === undefined ? whole.replace(/^\[(\^?)\]/, '[$1\\]') : `(?:${char})`,
  )
  return sql`match(${text}, ${safe})`
}

/** A class, an escape or such a character. */
const misread = /\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|([^\0-\x7f])(?=[*+?{])/gsu

/** The engine looks for the phrase itself first, and only where it is for what stands beside it. */
function phraseSql(lower: Sql, phrase: string): Sql {
  const before = isOfWord(phrase.charAt(0)) ? `(?:^|${betweenWords})` : ''
  const after = isOfWord(phrase.charAt(phrase.length - 1)) ? `(?:$|${betweenWords})` : ''
  if (before === '' && after === '') return sql`position(${lower}, ${phrase}) > 0`
  return sql`match(${lower}, ${before + literalPattern(phrase) + after})`
}

/** Everything in ASCII that is no letter and no digit. */
const betweenWords = '[\\x00-/:-@\\[-`{-\\x7f]'

function literalPattern(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&').replaceAll('\0', '\\x00')
}

export function likePattern(pieces: readonly string[]): string {
  return pieces.map((piece) => piece.replace(/[\\%_]/g, '\\$&')).join('%')
}

/** Every digit as 0, which the index `body_shapes` has the words of. */
const shapes = trusted("translate(lower(body), '0123456789', '0000000000')")
const shapeOf = (text: string): string => text.replace(/[0-9]/g, '0')

/** Runs of digits, which the index `body_numbers` has a filter of for each granule. */
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const numbers = trusted(`tokens(translate(body, '${letters}', '${' '.repeat(letters.length)}'))`)

/** Shorter ones are in nearly every granule where they are not words of their own. */
const tellingDigits = 4

/**
 * A word without digits is told by its shape alone. Of one with digits, shape and number say where it may be and the line
 * whether it is; the filter's expression comes last, for it is the dearest to compute where there is no filter yet.
 */
function tokensOfBody(lower: Sql, tokens: readonly string[]): Sql[] {
  const numbered = tokens.filter((token) => /[0-9]/.test(token))
  const shaped = [...new Set(tokens.filter((token) => /[^0-9]/.test(token)).map(shapeOf))]
  const runs = numbered.flatMap((token) => {
    const [longest = ''] = (token.match(/[0-9]+/g) ?? []).sort((a, b) => b.length - a.length)
    return longest.length >= tellingDigits || longest === token ? [longest] : []
  })
  return [
    ...tokensSql(shapes, shaped),
    ...tokensSql(lower, numbered),
    ...[...new Set(runs)].map((run) => sql`has(${numbers}, ${run})`),
  ]
}

/** Of a body's shape the engine looks at the words of the index; only digits must be looked for in the line as well. */
function piecesOfBody(lower: Sql, pieces: readonly string[]): Sql {
  const shaped = likeSql(shapes, pieces.map(shapeOf))
  return pieces.some((piece) => /[0-9]/.test(piece)) ? sql`(${shaped} AND ${likeSql(lower, pieces)})` : shaped
}

const likeSql = (text: Sql, pieces: readonly string[]): Sql => sql`${text} LIKE ${likePattern(['', ...pieces, ''])}`

/** Several are asked at once: the index then looks at lines that have them all, and not at those of each. */
function tokensSql(text: Sql, tokens: readonly string[]): Sql[] {
  const [one, ...others] = tokens
  if (one === undefined) return []
  return [others.length === 0 ? sql`hasToken(${text}, ${one})` : sql`hasAllTokens(${text}, ${tokens})`]
}
