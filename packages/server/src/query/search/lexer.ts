import type { Comparison, SearchRefused, Value } from './ast.ts'

/**
 * Characters to tokens. A key and its comparison are one token (`level>=`), because whether `level` is a word or a
 * key is decided by what touches it on the right; a value that follows touches it too.
 */
export type Token =
  | { is: 'key'; key: string; compare: Comparison | '!='; position: number }
  | { is: 'value'; value: Value; position: number }
  | { is: '(' | ')' | '-' | 'AND' | 'OR' | 'NOT' | 'end'; position: number }

const keyPattern = /[A-Za-z_@][\w.\-/@$]*/y
const comparePattern = /:>=|:<=|:>|:<|!=|>=|<=|:|=|>|</y
const wordEnd = /[\s()"|]/
const textLengthMax = 4096

export function readTokens(text: string): Token[] | SearchRefused {
  if (text.length > textLengthMax) {
    return {
      refused: `Cannot read this search: it has ${text.length} characters, the limit is ${textLengthMax}`,
      position: textLengthMax,
    }
  }
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at++
      continue
    }
    const read = readToken(text, at, tokens.at(-1))
    if ('refused' in read) return read
    tokens.push(read.token)
    at = read.end
  }
  tokens.push({ is: 'end', position: text.length })
  return tokens
}

type Read = { token: Token; end: number }

function readToken(text: string, at: number, before: Token | undefined): Read | SearchRefused {
  const char = text.charAt(at)
  // A value touches its key: `path:/health` and `key:-5` have no keys or minus signs on the right.
  const isValueOfKey = before?.is === 'key' && /\S/.test(text.charAt(at - 1))
  if (char === '(' || char === ')') return { token: { is: char, position: at }, end: at + 1 }
  if (char === '|') return refusePipe(at)
  if (!isValueOfKey) {
    if ((char === '-' || char === '!') && /[^\s)=|]/.test(text.charAt(at + 1))) {
      return { token: { is: '-', position: at }, end: at + 1 }
    }
    const key = readKey(text, at)
    if (key !== undefined) return key
    const operator = /(?:AND|OR|NOT)(?=[\s("]|$)/y
    operator.lastIndex = at
    const word = operator.exec(text)?.[0]
    if (word === 'AND' || word === 'OR' || word === 'NOT') {
      return { token: { is: word, position: at }, end: at + word.length }
    }
  }
  const value = readValue(text, at)
  if ('refused' in value) return value
  return { token: { is: 'value', value: value.value, position: at }, end: value.end }
}

function refusePipe(at: number): SearchRefused {
  return {
    refused: "Cannot read this search: pipes ('|') are not supported yet; put a value that contains '|' in quotes",
    position: at,
  }
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
    key = found
    end = at + found.length
  }
  comparePattern.lastIndex = end
  const sign = comparePattern.exec(text)?.[0]
  if (sign === undefined || text.startsWith('://', end)) return undefined
  return { token: { is: 'key', key, compare: comparisonOf(sign), position: at }, end: end + sign.length }
}

function comparisonOf(sign: string): Comparison | '!=' {
  switch (sign) {
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
      return sign
    default:
      return ':'
  }
}

function readValue(text: string, at: number): { value: Value; end: number } | SearchRefused {
  if (text.charAt(at) === '"') {
    const quoted = readQuoted(text, at)
    if ('refused' in quoted) return quoted
    return { value: { is: 'exact', text: quoted.text, quoted: true, position: at }, end: quoted.end }
  }
  const regex = readRegex(text, at)
  if (regex !== undefined) return regex
  return readWord(text, at)
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
  const pattern = /\/((?:\\\S|[^\\/\s])+)\/(?=[\s)]|$)/y
  pattern.lastIndex = at
  const found = pattern.exec(text)
  if (found?.[1] === undefined) return undefined
  const value: Value = { is: 'regex', pattern: found[1].replaceAll('\\/', '/'), position: at }
  return { value, end: at + found[0].length }
}

/** Up to white space, a parenthesis, a quote or a pipe; `\` takes the next character as it is; `*` is anything. */
function readWord(text: string, at: number): { value: Value; end: number } | SearchRefused {
  const pieces = ['']
  let end = at
  const append = (char: string): void => {
    pieces.push((pieces.pop() ?? '') + char)
  }
  for (; end < text.length; end++) {
    const char = text.charAt(end)
    if (char === '|') return refusePipe(end)
    if (wordEnd.test(char)) break
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
