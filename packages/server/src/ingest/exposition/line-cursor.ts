import { ExpositionError, type Label } from './exposition.ts'

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y
const number = /[^ \t,}#]+/y
const decimal = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)$/
const infinite = /^[+-]?inf(?:inity)?$/i

/** A number as both formats write it: decimal, no hexadecimal, no underscores; Inf and NaN in any case. */
export function parseNumber(text: string): number | undefined {
  if (decimal.test(text)) return Number(text)
  if (infinite.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return /^[+-]?nan$/i.test(text) ? Number.NaN : undefined
}

/** How strictly a dialect reads a line. */
export type LineRules = {
  /** Blanks may stand anywhere between the parts, and be tabs. */
  blanksFree: boolean
  /** A backslash before any other character than `\`, `"` and `n` is an error, else both are kept. */
  escapesStrict: boolean
  /** Names may be quoted, and then hold any character (Prometheus 3). */
  quotedNames: boolean
}

/** Reads one line from left to right. Every `take...` either moves on or throws what is wrong. */
export class LineCursor {
  readonly #line: string
  readonly #rules: LineRules
  at = 0

  constructor(line: string, rules: LineRules) {
    this.#line = line
    this.#rules = rules
  }

  get done(): boolean {
    return this.at >= this.#line.length
  }

  peek(): string {
    return this.#line.charAt(this.at)
  }

  take(character: string): boolean {
    if (this.peek() !== character) return false
    this.at++
    return true
  }

  /** Blanks that may be left out. */
  skipBlanks(): void {
    if (!this.#rules.blanksFree) return
    while (this.peek() === ' ' || this.peek() === '\t') this.at++
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
    const labels: Label[] = []
    let quotedMetric: string | undefined
    for (let first = true; ; first = false) {
      this.skipBlanks()
      if (this.take('}')) {
        if (!first && !this.#rules.blanksFree) throw new ExpositionError('the last label is followed by a comma')
        break
      }
      const quoted = this.#rules.quotedNames && this.peek() === '"'
      const name = quoted ? this.takeQuoted() : (this.#match(labelName) ?? this.#fail('a label name'))
      this.skipBlanks()
      if (quoted && quotedMetric === undefined && this.peek() !== '=') quotedMetric = name
      else labels.push(this.#labelNamed(name, labels))
      this.skipBlanks()
      if (this.take(',')) continue
      if (this.take('}')) break
      throw new ExpositionError(`expected "," or "}" after a label, found ${this.found()}`)
    }
    return quotedMetric === undefined ? { labels } : { labels, quotedMetric }
  }

  #labelNamed(name: string, before: readonly Label[]): Label {
    if (name === '__name__') throw new ExpositionError('the label name "__name__" is reserved')
    if (before.some((label) => label[0] === name)) throw new ExpositionError(`the label "${name}" is given twice`)
    if (!this.take('=')) throw new ExpositionError(`expected "=" after the label name "${name}", found ${this.found()}`)
    this.skipBlanks()
    return [name, this.takeQuoted()]
  }

  takeQuoted(): string {
    if (!this.take('"')) throw new ExpositionError(`expected a value in double quotes, found ${this.found()}`)
    let text = ''
    for (;;) {
      if (this.done) throw new ExpositionError('a quoted value has no closing quote')
      const character = this.peek()
      this.at++
      if (character === '"') return text
      text += character === '\\' ? this.#takeEscaped() : character
    }
  }

  #takeEscaped(): string {
    if (this.done) throw new ExpositionError('a quoted value has no closing quote')
    const character = this.peek()
    this.at++
    if (character === 'n') return '\n'
    if (character === '\\' || character === '"') return character
    if (this.#rules.escapesStrict) throw new ExpositionError(`the escape sequence "\\${character}" is not known`)
    return `\\${character}`
  }

  takeNumber(what: string): number {
    const from = this.at
    const text = this.#match(number) ?? this.#fail(what)
    return parseNumber(text) ?? this.#failAt(from, `${what}: "${text}" is not a number`)
  }

  /** The rest of the line up to the next blank. */
  takeWord(what: string): string {
    return this.#match(/[^ \t]+/y) ?? this.#fail(what)
  }

  rest(): string {
    const text = this.#line.slice(this.at)
    this.at = this.#line.length
    return text
  }

  found(): string {
    return this.done ? 'the end of the line' : JSON.stringify(this.#line.slice(this.at, this.at + 20))
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.#line)?.[0]
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
