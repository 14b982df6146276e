import type { Comparison, SearchRefused, Value } from './ast.ts'

/**
 * Characters to tokens. A key and its comparison are one token (`level>=`), because whether `level` is a word or a
 * key is decided by what touches it on the right; a value that follows touches it too. After the first `|` the words
 * of pipes follow, to which commas and parentheses are all that is special.
 */
export type Token =
  | { is: 'key'; key: string; compare: Comparison | '!='; position: number }
  | { is: 'value'; value: Value; position: number }
  /** A word of a pipe; `quoted` ones are keys as they stand. */
  | { is: 'name'; text: string; quoted: boolean; position: number }
  /** Between a column and a number, in a pipe; before a value, in a group of values. */
  | { is: 'compare'; compare: Exclude<Comparison, ':'> | '!='; position: number }
  | { is: Sign; position: number }
export type Sign =
  | '('
  | ')'
  | '['
  | ']'
  | '{'
  | '}'
  | '-'
  | '+'
  | '>'
  | '>>'
  | '|'
  | ','
  | 'AND'
  | 'OR'
  | 'NOT'
  | 'TO'
  | 'end'

const keyPattern = /[A-Za-z_@](?:[\w.\-/@$]|\\\S)*/y
const comparePattern = /:>=|:<=|:>|:<|!=|>=|<=|:|=|>|</y
const wordEnd = /[\s()"|]/
/** What makes `key:[` a range, and not a value that begins with a bracket. */
const rangePattern = /[[{]\s*(?:"[^"]*"|\S+)\s+TO\s/y
const textLengthMax = 4096

export function readTokens(text: string): Token[] | SearchRefused {
  if (text.length > textLengthMax) {
    return {
      refused: `Cannot read this search: it has ${text.length} characters, the limit is ${textLengthMax}`,
      position: textLengthMax,
    }
  }
  const tokens: Token[] = []
  const modes: Mode[] = ['search']
  let at = 0
  while (at < text.length) {
    const before = tokens.at(-1)
    const mode = modes.at(-1) ?? 'search'
    if (/\s/.test(text.charAt(at)) || (mode === 'search' && isNeedlessPlus(text, at, before))) {
      at++
      continue
    }
    const read = readers[mode](text, at, before)
    if ('refused' in read) return read
    follow(modes, read.token, { isAfterKey: isTouching(text, at, before), isOfKey: isOfKey(tokens) })
    tokens.push(read.token)
    at = read.end
  }
  tokens.push({ is: 'end', position: text.length })
  return tokens
}

type Read = { token: Token; end: number }
type Mode = 'search' | 'group' | 'range' | 'pipe'
type Reader = (text: string, at: number, before: Token | undefined) => Read | SearchRefused
const readers: Record<Mode, Reader> = {
  search: readToken,
  group: readGroupToken,
  range: readRangeToken,
  pipe: readPipeToken,
}

/** `key:(` begins a group of values, `key:[` and `key:{` a range, each up to its end; the first bar ends the search for good. */
function follow(modes: Mode[], { is }: Token, where: { isAfterKey: boolean; isOfKey: boolean }): void {
  const mode = modes.at(-1)
  const isClosed = (mode === 'group' && is === ')') || (mode === 'range' && (is === ']' || is === '}'))
  if (is === '|') modes.splice(0, modes.length, 'pipe')
  else if (isClosed) modes.pop()
  else if (is === '(' && (mode === 'group' || (mode === 'search' && where.isOfKey))) modes.push('group')
  else if ((is === '[' || is === '{') && (mode === 'group' || where.isAfterKey)) modes.push('range')
}

/** Whether a group that begins here is one of values, `key:(a b)` or `key:-(a b)`. */
function isOfKey(tokens: readonly Token[]): boolean {
  return tokens.findLast(({ is }) => is !== '-' && is !== 'NOT')?.is === 'key'
}

/** A value touches its key: `path:/health` and `key:-5` have no keys or minus signs on the right. */
function isTouching(text: string, at: number, before: Token | undefined): boolean {
  return before?.is === 'key' && /\S/.test(text.charAt(at - 1))
}

function sign(is: Sign, at: number, length = is.length): Read {
  return { token: { is, position: at }, end: at + length }
}

function readToken(text: string, at: number, before: Token | undefined): Read | SearchRefused {
  const char = text.charAt(at)
  const isAfterKey = isTouching(text, at, before)
  const closing = readBracket(text, at)
  if (closing !== undefined) return closing
  if (isAfterKey) {
    const range = readRangeStart(text, at)
    if (range !== undefined) return range
    if (char === '-' && /["(]/.test(text.charAt(at + 1))) return sign('-', at)
  } else {
    if (char === '{') return sign('{', at)
    const found = readSign(text, at) ?? readKey(text, at)
    if (found !== undefined) return found
  }
  return readValueToken(text, at)
}

/** Inside `key:( )`: values, each with a sign or a comparison of its own where it has one. */
function readGroupToken(text: string, at: number, before: Token | undefined): Read | SearchRefused {
  // `>-5`: a number behind a comparison may have a sign of its own.
  if (before?.is === 'compare') return readValueToken(text, at)
  if (/[-!][<>]/y.test(text.slice(at, at + 2))) return sign('-', at)
  const found = readBracket(text, at) ?? readRangeStart(text, at) ?? readSign(text, at)
  if (found !== undefined) return found
  const required = /(?<![^\s(])\+(?=[A-Za-z_("[{<>*/])/y
  required.lastIndex = at
  if (required.test(text)) return sign('+', at)
  const compare = /[<>]=?(?=[^\s<>=()|])/y
  compare.lastIndex = at
  const written = compare.exec(text)?.[0]
  if (written === undefined) return readValueToken(text, at)
  return { token: { is: 'compare', compare: pipeComparison(written), position: at }, end: at + written.length }
}

function readBracket(text: string, at: number): Read | undefined {
  const char = text.charAt(at)
  if (char === ')') return { token: { is: ')', position: at }, end: afterBoost(text, at + 1) }
  if (char === '(' || char === '}') return sign(char, at)
  if (char === '|') return text.startsWith('||', at) ? sign('OR', at, 2) : sign('|', at)
  return undefined
}

function readRangeStart(text: string, at: number): Read | undefined {
  const char = text.charAt(at)
  rangePattern.lastIndex = at
  return (char === '[' || char === '{') && rangePattern.test(text) ? sign(char, at) : undefined
}

function readValueToken(text: string, at: number): Read | SearchRefused {
  const value = readValue(text, at, wordEnd)
  if ('refused' in value) return value
  const nearness = /(?<=")~\d*(?=[\s)}|]|$)/y
  nearness.lastIndex = value.end
  if (nearness.test(text)) {
    const why =
      "'~' after a phrase asks for words near one another, which is not known here: they are found side by side, or as a phrase"
    return { refused: `Cannot read this search: ${why}`, position: value.end }
  }
  return { token: { is: 'value', value: value.value, position: at }, end: afterBoost(text, value.end) }
}

/** `"a b"^4`, `a^4`, `(a b)^4`: what ranks results elsewhere changes nothing where they are ordered by time. */
function afterBoost(text: string, at: number): number {
  const boost = /(?<=[A-Za-z")])\^\d+(?:\.\d+)?(?=[\s)}|]|$)/y
  boost.lastIndex = at
  return at + (boost.exec(text)?.[0].length ?? 0)
}

/** `+a` is said by those who know it from elsewhere: here every term is required already. */
function isNeedlessPlus(text: string, at: number, before: Token | undefined): boolean {
  const needless = isTouching(text, at, before) ? /\+(?=["(])/y : /(?<![^\s({])\+(?=[A-Za-z_("{])/y
  needless.lastIndex = at
  return needless.test(text)
}

const signPattern = /(?:AND|OR|NOT)(?=[\s("{]|$)|&&|>>?(?=[\s({]|$)|[-!](?=[^\s)=|>])/y

function readSign(text: string, at: number): Read | undefined {
  signPattern.lastIndex = at
  const found = signPattern.exec(text)?.[0]
  switch (found) {
    case 'AND':
    case 'OR':
    case 'NOT':
    case '>':
    case '>>':
      return sign(found, at)
    case '&&':
      return sign('AND', at, 2)
    case '-':
    case '!':
      return sign('-', at)
    default:
      return undefined
  }
}

/** Between `[` and `]`: two values with TO between them. */
function readRangeToken(text: string, at: number): Read | SearchRefused {
  const char = text.charAt(at)
  if (char === ']' || char === '}') return sign(char, at)
  if (/TO(?=\s)/y.test(text.slice(at, at + 3))) return sign('TO', at)
  const value = readValue(text, at, /[\s()"|{}[\]]/)
  if ('refused' in value) return value
  if (value.end === at) return { refused: `Cannot read this search: '${char}' has no place in a range`, position: at }
  return { token: { is: 'value', value: value.value, position: at }, end: value.end }
}

function readPipeToken(text: string, at: number): Read | SearchRefused {
  const char = text.charAt(at)
  if (char === '(' || char === ')' || char === ',' || char === '|') return sign(char, at)
  if (char === '"') {
    const quoted = readQuoted(text, at)
    if ('refused' in quoted) return quoted
    return { token: { is: 'name', text: quoted.text, quoted: true, position: at }, end: quoted.end }
  }
  const compare = />=|<=|!=|=|>|</y
  compare.lastIndex = at
  const written = compare.exec(text)?.[0]
  if (written !== undefined) {
    return { token: { is: 'compare', compare: pipeComparison(written), position: at }, end: at + written.length }
  }
  const word = /(?:[^\s(),|"<>=!]|!(?!=))+/y
  word.lastIndex = at
  const found = word.exec(text)?.[0] ?? char
  return { token: { is: 'name', text: found, quoted: false, position: at }, end: at + found.length }
}

/** `key:`, `key>=`, `"any key":`. Not `12:30` (no key begins with a digit) and not `http://x` (an address). */
function readKey(text: string, at: number): Read | undefined {
  let key: string
  let end: number
  if (text.charAt(at) === '"') {
    const quoted = readQuoted(text, at)
    if ('refused' in quoted || quoted.text === '') return undefined
    key = quoted.text
    end = quoted.end
  } else {
    keyPattern.lastIndex = at
    const found = keyPattern.exec(text)?.[0]
    if (found === undefined) return undefined
    key = found.replace(/\\(\S)/g, '$1')
    end = at + found.length
  }
  comparePattern.lastIndex = end
  const written = comparePattern.exec(text)?.[0]
  if (written === undefined || text.startsWith('://', end)) return undefined
  return { token: { is: 'key', key, compare: comparisonOf(written), position: at }, end: end + written.length }
}

function pipeComparison(written: string): Exclude<Comparison, ':'> | '!=' {
  const compare = comparisonOf(written)
  return compare === ':' ? '=' : compare
}

function comparisonOf(written: string): Comparison | '!=' {
  switch (written) {
    case ':>=':
    case '>=':
      return '>='
    case ':<=':
    case '<=':
      return '<='
    case ':>':
    case '>':
      return '>'
    case ':<':
    case '<':
      return '<'
    case '=':
    case '!=':
      return written
    default:
      return ':'
  }
}

function readValue(text: string, at: number, end: RegExp): { value: Value; end: number } | SearchRefused {
  if (text.charAt(at) === '"') {
    const quoted = readQuoted(text, at)
    if ('refused' in quoted) return quoted
    return { value: { is: 'exact', text: quoted.text, quoted: true, position: at }, end: quoted.end }
  }
  const regex = readRegex(text, at)
  if (regex !== undefined) return regex
  return readWord(text, at, end)
}

/** Inside quotes only `\"` and `\\` are escapes: a Windows path may be pasted as it is, but for its last backslash. */
function readQuoted(text: string, at: number): { text: string; end: number } | SearchRefused {
  let value = ''
  for (let index = at + 1; index < text.length; index++) {
    const char = text.charAt(index)
    if (char === '"') return { text: value, end: index + 1 }
    const next = text.charAt(index + 1)
    if (char === '\\' && (next === '"' || next === '\\')) {
      value += next
      index++
    } else value += char
  }
  return { refused: 'Cannot read this search: the quote that begins here is never closed', position: at }
}

/**
 * `/5\d\d/` is a regular expression; `/health`, `/api/v1/` are paths. It is one when a second slash, not escaped,
 * ends the word, and no other slash or white space stands between.
 */
function readRegex(text: string, at: number): { value: Value; end: number } | undefined {
  const pattern = /\/((?:\\\S|[^\\/\s])+)\/(?=[\s)}|]|$)/y
  pattern.lastIndex = at
  const found = pattern.exec(text)
  if (found?.[1] === undefined) return undefined
  const value: Value = { is: 'regex', pattern: found[1].replaceAll('\\/', '/'), position: at }
  return { value, end: at + found[0].length }
}

/** Up to white space, a parenthesis, a quote, a pipe or a boost; `\` takes the next character as it is; `*` is anything. */
function readWord(text: string, at: number, wordEnds: RegExp): { value: Value; end: number } | SearchRefused {
  const pieces = ['']
  let end = at
  let braces = 0
  const append = (char: string): void => {
    pieces.push((pieces.pop() ?? '') + char)
  }
  for (; end < text.length; end++) {
    const char = text.charAt(end)
    if (wordEnds.test(char) || afterBoost(text, end) > end) break
    // `/users/{id}` is a word; a brace that was opened before the word is closed after it.
    if (char === '{') braces++
    else if (char === '}' && --braces < 0) break
    if (char === '\\' && end + 1 < text.length) append(text.charAt(++end))
    else if (char !== '*') append(char)
    else if (pieces.length === 1 || pieces.at(-1) !== '') pieces.push('')
  }
  if (pieces.length > 17)
    return { refused: 'Cannot read this search: one value has more than 16 wildcards', position: at }
  const only = pieces[0]
  if (pieces.length === 1 && only !== undefined) {
    return { value: { is: 'exact', text: only, quoted: false, position: at }, end }
  }
  return { value: { is: 'wildcard', pieces, position: at }, end }
}
