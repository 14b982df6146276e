import { ExpositionError, type Label } from './exposition.ts'

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y
const number = /[^ \t\n,}#]+/y
const word = /[^ \t\n]+/y
const blanks = /[ \t]*/y
const decimal = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)$/
const infinite = /^[+-]?inf(?:inity)?$/i

/** A number as both formats write it: decimal, no hexadecimal, no underscores; Inf and NaN in any case. Digits that come to more than there is are no infinity. */
export function parseNumber(text: string): number | undefined {
  if (decimal.test(text)) return orTooLarge(Number(text))
  if (infinite.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return /^[+-]?nan$/i.test(text) ? Number.NaN : undefined
}

const orTooLarge = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)

/** How strictly a dialect reads a line. */
export type LineRules = {
  /** Blanks may stand anywhere between the parts, and be tabs. */
  blanksFree: boolean
  /** Behind a blank that follows the value, there may be nothing. */
  blankLast: boolean
  /** A backslash before any other character than `\`, `"` and `n` is an error, else both are kept. */
  escapesStrict: boolean
  /** Names may be quoted, and then hold any character (Prometheus 3). */
  quotedNames: boolean
  /** Between labels: exactly one comma, one behind the last as well, or none even between them. */
  commas: 'between' | 'last too' | 'free'
  /** What is quoted may go on behind the end of the line. */
  quotedLineFeeds: boolean
  /** Names and values of an exemplar's labels are at most 128 characters. */
  exemplarsShort: boolean
}

/**
 * Reads one line of a text from left to right: the one that begins at `at`. Every `take...` either moves on or throws
 * what is wrong; where a quoted value holds line feeds, the line ends behind it.
 */
export class LineCursor {
  readonly #text: string
  readonly #rules: LineRules
  at: number
  /** Of the line feed, or of the text. */
  end: number

  constructor(text: string, at: number, rules: LineRules) {
    this.#text = text
    this.#rules = rules
    this.at = at
    this.end = endOfLine(text, at)
  }

  get done(): boolean {
    return this.at >= this.end
  }

  peek(): string {
    return this.at < this.end ? this.#text.charAt(this.at) : ''
  }

  take(character: string): boolean {
    if (this.peek() !== character) return false
    this.at++
    return true
  }

  /** Whether the whole line is this. */
  takeAll(line: string): boolean {
    const isAll = this.end - this.at === line.length && this.#text.startsWith(line, this.at)
    if (isAll) this.at = this.end
    return isAll
  }

  /** Blanks that may be left out. */
  skipBlanks(): void {
    if (this.#rules.blanksFree) this.#match(blanks)
  }

  /** The blank between two parts: exactly one space, or as many as the writer liked. */
  takeSeparator(before: string): void {
    if (this.peek() !== ' ' && !(this.#rules.blanksFree && this.peek() === '\t')) {
      throw new ExpositionError(`expected a space before ${before}, found ${this.found()}`)
    }
    this.at++
    this.skipBlanks()
  }

  takeMetricName(): string {
    return this.#match(metricName) ?? this.#fail('a metric name')
  }

  /** The label set, its opening brace already taken; a quoted name alone in it is the metric's. */
  takeLabels(): { labels: Label[]; quotedMetric?: string } {
    const { quotedNames, commas } = this.#rules
    const labels: Label[] = []
    const names = new Set<string>()
    let quotedMetric: string | undefined
    for (let first = true; ; first = false) {
      this.skipBlanks()
      if (this.take('}')) {
        if (!first && commas === 'between') throw new ExpositionError('the last label is followed by a comma')
        break
      }
      const quoted = quotedNames && this.peek() === '"'
      const name = quoted ? this.takeQuoted() : (this.#match(labelName) ?? this.#fail('a label name'))
      if (name === '') throw new ExpositionError('a name in quotes is empty')
      this.skipBlanks()
      if (quoted && quotedMetric === undefined && this.peek() !== '=') quotedMetric = name
      else labels.push(this.#labelNamed(name, names))
      this.skipBlanks()
      if (this.take(',')) continue
      if (this.take('}')) break
      if (commas !== 'free') throw new ExpositionError(`expected "," or "}" after a label, found ${this.found()}`)
    }
    return quotedMetric === undefined ? { labels } : { labels, quotedMetric }
  }

  #labelNamed(name: string, before: Set<string>): Label {
    if (!this.take('=')) throw new ExpositionError(`expected "=" after the label name "${name}", found ${this.found()}`)
    if (name === '__name__') throw new ExpositionError('the label name "__name__" is reserved')
    if (before.has(name)) throw new ExpositionError(`the label "${name}" is given twice`)
    before.add(name)
    this.skipBlanks()
    return [name, this.takeQuoted()]
  }

  takeQuoted(): string {
    if (!this.take('"')) throw new ExpositionError(`expected a value in double quotes, found ${this.found()}`)
    const begin = this.at
    let close = this.#text.indexOf('"', begin)
    while (close >= 0 && this.#isEscaped(begin, close)) close = this.#text.indexOf('"', close + 1)
    if (close < 0 || (close > this.end && !this.#rules.quotedLineFeeds))
      throw new ExpositionError('a quoted value has no closing quote')
    this.at = close + 1
    if (close > this.end) this.end = endOfLine(this.#text, close)
    const text = this.#text.slice(begin, close)
    return text.includes('\\') ? this.#unescape(text) : text
  }

  /** Whether the quote stands behind a backslash that is not itself escaped. */
  #isEscaped(begin: number, quote: number): boolean {
    let at = quote
    while (at > begin && this.#text.charCodeAt(at - 1) === backslash) at -= 1
    return (quote - at) % 2 === 1
  }

  #unescape(text: string): string {
    return text.replaceAll(/\\(.)/gs, (both, character: string) => {
      if (character === 'n') return '\n'
      if (character === '\\' || character === '"') return character
      if (this.#rules.escapesStrict) throw new ExpositionError(`the escape sequence "${both}" is not known`)
      return both
    })
  }

  takeNumber(what: string): number {
    const from = this.at
    const text = this.#match(number) ?? this.#fail(what)
    return parseNumber(text) ?? this.#failAt(from, `${what}: "${text}" is not a number`)
  }

  /** The rest of the line up to the next blank. */
  takeWord(what: string): string {
    return this.#match(word) ?? this.#fail(what)
  }

  rest(): string {
    const text = this.#text.slice(this.at, this.end)
    this.at = this.end
    return text
  }

  found(): string {
    return this.done
      ? 'the end of the line'
      : JSON.stringify(this.#text.slice(this.at, Math.min(this.at + 20, this.end)))
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.#text)?.[0]
    if (match !== undefined) this.at += match.length
    return match
  }

  #fail(what: string): never {
    throw new ExpositionError(`expected ${what}, found ${this.found()}`)
  }

  #failAt(at: number, message: string): never {
    this.at = at
    throw new ExpositionError(message)
  }
}

const backslash = 0x5c

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}
