import type { Position } from './ast.ts'
import { aggregationOperators } from './ast.ts'
import { quote, quoteCharacter } from './literals.ts'

/**
 * Text to tokens, whole at once. What a character means depends on where it stands, as in Prometheus: inside braces
 * words are never keywords, inside brackets `:` divides and words are units. The first thing that cannot be a token
 * becomes an `error` token and ends the list; the parser reports it when it gets there, so that an earlier fault of
 * grammar is named first.
 *
 * `kind` is the operator or keyword itself (`==`, `offset`, `sum`), or one of the classes below.
 */
export type TokenClass =
  | 'identifier'
  | 'metric-identifier'
  | 'number'
  | 'duration'
  | 'string'
  | 'error'
  | 'end-of-input'
export type Token = {
  readonly kind: string
  readonly text: string
  readonly position: Position
  /** Operators, keywords and aggregations are shown differently in a sentence. */
  readonly group: 'operator' | 'keyword' | 'aggregation' | 'punctuation' | TokenClass
}

const keywords = new Set(
  (
    'offset smoothed anchored by without on ignoring group_left group_right bool fill fill_left fill_right ' +
    'start end step range min_of max_of'
  ).split(' '),
)
/** Functions without being identifiers, so that durations can call them. */
const durationFunctions = new Set('start end step range min_of max_of'.split(' '))
const wordOperators = new Set(['and', 'or', 'unless', 'atan2'])
const aggregations = new Set<string>(aggregationOperators)
const durationWords = /^(step|range|min_of|max_of)(?![a-zA-Z_])/i

/** Stands in sentences for what is missing at the end. */
const noCharacter = '\ufffd'

const isSpace = (c: string): boolean => c === ' ' || c === '\t' || c === '\n' || c === '\r'
const isDigit = (c: string): boolean => c >= '0' && c <= '9'
const isAlpha = (c: string): boolean => c === '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
const isAlphaNumeric = (c: string): boolean => isAlpha(c) || isDigit(c)

export function tokenize(text: string): readonly Token[] {
  return new Tokenizer(text).run()
}

class Tokenizer {
  private readonly text: string
  private readonly tokens: Token[] = []
  private at = 0
  private start = 0
  private parens = 0
  private inBraces = false
  private inBrackets = false
  /** Right after `[`, or after an operator inside brackets: arithmetic on durations. */
  private inDuration = false
  private sawColon = false
  private sawDuration = false
  private done = false

  constructor(text: string) {
    this.text = text
  }

  run(): readonly Token[] {
    while (!this.done) {
      this.skipSpaceAndComments()
      this.start = this.at
      if (this.inBraces) this.insideBraces()
      else if (this.inDuration) this.insideBrackets()
      else this.statement()
    }
    return this.tokens
  }

  private peek(ahead = 0): string {
    return this.text[this.at + ahead] ?? ''
  }

  private emit(kind: string, group: Token['group'], length: number): undefined {
    this.at = this.start + length
    const token = this.text.slice(this.start, this.at)
    this.tokens.push({ kind, group, text: token, position: { start: this.start, end: this.at } })
  }

  private fail(message: string): undefined {
    const position = { start: this.start, end: Math.max(this.at, this.start) }
    this.tokens.push({ kind: 'error', group: 'error', text: message, position })
    this.done = true
  }

  /** Behind one character, which is a token and still wrong. */
  private failBehind(message: string): undefined {
    this.start = this.at + 1
    this.fail(message)
  }

  private skipSpaceAndComments(): void {
    for (;;) {
      if (isSpace(this.peek())) this.at++
      else if (this.peek() === '#' && !this.inDuration)
        while (this.at < this.text.length && this.peek() !== '\n') this.at++
      else return
    }
  }

  private end(): undefined {
    if (this.inBraces) return this.fail('unexpected end of input inside braces')
    if (this.inDuration) return this.fail('unexpected end of input in duration expression')
    if (this.parens !== 0) return this.fail('unclosed left parenthesis')
    if (this.inBrackets) return this.fail('unclosed left bracket')
    this.emit('end-of-input', 'end-of-input', 0)
    this.done = true
  }

  private statement(): undefined {
    const c = this.peek()
    const two = c + this.peek(1)
    if (c === '') return this.end()
    if (isDigit(c) || (c === '.' && isDigit(this.peek(1)))) return this.numberOrDuration()
    if (c === '"' || c === "'" || c === '`') return this.string(c)
    if (isAlpha(c) || c === ':') return this.inBrackets ? this.wordInBrackets(c) : this.word()
    if (two === '=~') {
      this.at++
      return this.fail(`unexpected character after '=': ${quoteCharacter('~')}`)
    }
    if (['==', '!=', '<=', '>=', '</', '>/'].includes(two)) return this.emit(two, 'operator', 2)
    if (c === '!') return this.fail(`unexpected character after '!': ${quoteCharacter(this.peek(1) || noCharacter)}`)
    if ('*/%+-^<>@'.includes(c)) return this.emit(c, 'operator', 1)
    if (c === '=' || c === ',') return this.emit(c, 'punctuation', 1)
    if (c === '(' || c === ')') return this.paren(c)
    if (c === '{') {
      this.inBraces = true
      return this.emit('{', 'punctuation', 1)
    }
    if (c === '[') return this.openBracket()
    if (c === ']') return this.closeBracket()
    this.fail(`unexpected character: ${quoteCharacter(this.character())}`)
  }

  /** The whole character at the cursor, both halves of a surrogate pair. */
  private character(): string {
    return String.fromCodePoint(this.text.codePointAt(this.at) ?? 0)
  }

  private paren(c: string): undefined {
    if (c === ')' && this.parens === 0) return this.failBehind(`unexpected right parenthesis ${quoteCharacter(c)}`)
    this.emit(c, 'punctuation', 1)
    this.parens += c === '(' ? 1 : -1
    this.start = this.at
  }

  private openBracket(): undefined {
    if (this.inBrackets) return this.fail(`unexpected left bracket ${quoteCharacter('[')}`)
    this.emit('[', 'punctuation', 1)
    this.inBrackets = true
    this.inDuration = true
    this.sawColon = false
  }

  private closeBracket(): undefined {
    if (!this.inBrackets) return this.fail(`unexpected right bracket ${quoteCharacter(']')}`)
    this.emit(']', 'punctuation', 1)
    this.inBrackets = false
    this.inDuration = false
  }

  private insideBrackets(): undefined {
    const c = this.peek()
    if (c === '') return this.end()
    if (c === ']') return this.closeBracket()
    if (c === ':') {
      if (!this.sawDuration) return this.failBehind('unexpected colon before duration in duration expression')
      if (this.sawColon) return this.failBehind('unexpected repeated colon in duration expression')
      this.sawColon = true
      return this.emit(':', 'punctuation', 1)
    }
    if (c === '(' || c === ')') return this.paren(c)
    if ('+-*/%^'.includes(c)) return this.emit(c, 'operator', 1)
    if (c === ',') return this.emit(',', 'punctuation', 1)
    if (isDigit(c) || (c === '.' && isDigit(this.peek(1)))) return this.numberOrDuration()
    if (this.durationWord()) return
    this.fail(`unexpected character in duration expression: ${quoteCharacter(this.character())}`)
  }

  private durationWord(): boolean {
    const word = durationWords.exec(this.text.slice(this.at, this.at + 8))?.[1]
    if (word === undefined) return false
    this.sawDuration = true
    this.emit(word.toLowerCase(), 'keyword', word.length)
    return true
  }

  /** After a literal inside brackets: an operator, `:` or `]` may follow, or a duration word. */
  private wordInBrackets(c: string): undefined {
    if (c === ':') {
      if (this.sawColon) return this.fail(`unexpected colon ${quoteCharacter(':')}`)
      this.sawColon = true
      return this.emit(':', 'punctuation', 1)
    }
    if (this.durationWord()) return
    this.fail(`unexpected character: ${quoteCharacter(c)}, expected ${quoteCharacter(':')}`)
  }

  private insideBraces(): undefined {
    const c = this.peek()
    const next = this.peek(1)
    if (c === '') return this.end()
    if (isAlpha(c)) {
      let length = 1
      while (isAlphaNumeric(this.peek(length))) length++
      return this.emit('identifier', 'identifier', length)
    }
    if (c === '"' || c === "'" || c === '`') return this.string(c)
    if (c === ',') return this.emit(',', 'punctuation', 1)
    if (c === '=') return next === '~' ? this.emit('=~', 'operator', 2) : this.emit('=', 'punctuation', 1)
    if (c === '!') {
      if (next === '~' || next === '=') return this.emit(c + next, 'operator', 2)
      return this.fail(`unexpected character after '!' inside braces: ${quoteCharacter(next || noCharacter)}`)
    }
    if (c === '{') return this.fail(`unexpected left brace ${quoteCharacter(c)}`)
    if (c === '}') {
      this.inBraces = false
      return this.emit('}', 'punctuation', 1)
    }
    this.fail(`unexpected character inside braces: ${quoteCharacter(this.character())}`)
  }

  private word(): undefined {
    let length = 1
    while (isAlphaNumeric(this.peek(length)) || this.peek(length) === ':') length++
    const word = this.text.slice(this.at, this.at + length)
    const lower = word.toLowerCase()
    if (lower === 'inf' || lower === 'nan') return this.emit('number', 'number', length)
    if (wordOperators.has(lower)) return this.emit(lower, 'operator', length)
    if (aggregations.has(lower)) return this.emit(lower, 'aggregation', length)
    const isName = lower.startsWith('fill') && !/^\s*\(/.test(this.text.slice(this.at + length))
    if (keywords.has(lower) && !isName) return this.emit(lower, 'keyword', length)
    const kind = word.includes(':') ? 'metric-identifier' : 'identifier'
    this.emit(kind, kind, length)
  }

  private numberOrDuration(): undefined {
    // Inside brackets what follows a literal is no longer read as a duration, so that `[5s s]` is named well.
    const afterwards = !this.inBrackets
    if (this.scanNumber()) this.emit('number', 'number', this.at - this.start)
    else if (this.scanDuration()) this.emit('duration', 'duration', this.at - this.start)
    else return this.fail(`bad number or duration syntax: ${quote(this.text.slice(this.start, this.at))}`)
    this.sawDuration = true
    if (!afterwards) this.inDuration = false
  }

  private take(pattern: RegExp): boolean {
    const c = this.peek()
    if (c === '' || !pattern.test(c)) return false
    this.at++
    return true
  }

  /**
   * Moves over what looks like a number; false where it goes wrong, the cursor behind the offending character. What it
   * lets through may still be none, as `1e 5` or `0.0.0`: as in Prometheus, which says so in other words.
   */
  private scanNumber(): boolean {
    const digit = this.take(/0/) && this.take(/[xX]/) ? /[0-9a-fA-F]/ : /[0-9]/
    const isHex = digit.test('a')
    if (isHex) this.take(/_/)
    this.take(/\./)
    let point = false
    let exponent = false
    for (;;) {
      if (this.take(digit)) continue
      if (this.take(/\./)) {
        if (point || this.take(/[_.]/) || isHex) return false
        point = true
      } else if (this.take(/[eE]/)) {
        if (exponent) return false
        exponent = true
        this.take(/[+-]/)
        if (this.take(/[._eE]/) || this.peek() === '') return false
      } else if (this.take(/_/)) {
        if (this.take(/[._eE]/) || this.peek() === '') return false
      } else return !isAlphaNumeric(this.peek())
    }
  }

  private scanDuration(): boolean {
    if (!this.take(/[smhdwy]/)) return false
    this.take(/s/)
    while (isDigit(this.peek())) {
      while (this.take(/[0-9]/));
      if (!this.take(/[smhdw]/)) return false
      this.take(/s/)
    }
    if (!isAlphaNumeric(this.peek())) return true
    this.at++
    return false
  }

  private string(quoteMark: string): undefined {
    this.at++
    for (;;) {
      const c = this.peek()
      if (c === quoteMark) return this.emit('string', 'string', this.at + 1 - this.start)
      if (c === '') return this.fail(quoteMark === '`' ? 'unterminated raw string' : 'unterminated quoted string')
      if (c === '\n' && quoteMark !== '`') return this.fail('unterminated quoted string')
      if (/^[\ud800-\udfff]$/.test(this.character())) return this.fail('invalid UTF-8 rune')
      if (c === '\\' && quoteMark !== '`') {
        const wrong = this.escape(quoteMark)
        if (wrong !== undefined) return this.fail(wrong)
      } else this.at += this.character().length
    }
  }

  /** Moves over one escape; the sentence why it is none. */
  private escape(quoteMark: string): string | undefined {
    this.at++
    const code = this.peek()
    if (code === '') return 'escape sequence not terminated'
    if ('abfnrtv\\'.includes(code) || code === quoteMark) {
      this.at++
      return undefined
    }
    const octal = code >= '0' && code <= '7'
    const length = octal ? 3 : code === 'x' ? 2 : code === 'u' ? 4 : code === 'U' ? 8 : 0
    if (length === 0) return `unknown escape sequence ${describeCharacter(this.character())}`
    if (!octal) this.at++
    for (let i = 0; i < length; i++) {
      if (this.peek() === '') return 'escape sequence not terminated'
      if (!(octal ? /[0-7]/ : /[0-9a-fA-F]/).test(this.peek()))
        return `illegal character ${describeCharacter(this.character())} in escape sequence`
      this.at++
    }
    const value = Number.parseInt(this.text.slice(this.at - length, this.at), octal ? 8 : 16)
    const max = octal ? 255 : 0x10ffff
    if (value > max || (value >= 0xd800 && value < 0xe000)) return 'escape sequence is an invalid Unicode code point'
    return undefined
  }
}

/** `U+002E '.'` */
function describeCharacter(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `U+${code} '${character}'`
}

/** What the token is, for "unexpected ...". */
export function describe(token: Token): string {
  switch (token.group) {
    case 'end-of-input':
      return 'end of input'
    case 'operator':
      return token.kind === token.text || token.kind === token.text.toLowerCase()
        ? `<op:${token.text}>`
        : quote(token.text)
    case 'keyword':
      return durationFunctions.has(token.kind) ? quote(token.text) : `<${token.text}>`
    case 'aggregation':
      return `<aggr:${token.text}>`
    case 'identifier':
      return `identifier ${quote(token.text)}`
    case 'punctuation':
      return quote(token.text)
    case 'metric-identifier':
      return `metric identifier ${quote(token.text)}`
    default:
      return `${token.group} ${quoteBeginning(token.text)}`
  }
}

function quoteBeginning(text: string): string {
  const characters = [...text]
  return characters.length > 10 ? `${quote(characters.slice(0, 10).join(''))}...` : quote(text)
}
