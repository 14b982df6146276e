import type {
  Aggregator,
  ArithmeticOperator,
  Grouping,
  LabelFilter,
  LabelMatch,
  LogFilter,
  LogMetric,
  LogQl,
  LogSelection,
  RangeFunction,
} from './ast.ts'
import { LogQlError, type LogQlToken, tokenizeLogQl } from './tokenize.ts'

const rangeFunctions: readonly RangeFunction[] = ['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate']
const aggregators: readonly Aggregator[] = ['sum', 'avg', 'min', 'max', 'count', 'topk', 'bottomk']
/** Loosest first. */
const operators: readonly (readonly ArithmeticOperator[])[] = [
  ['+', '-'],
  ['*', '/', '%'],
]
/** Stages that change nothing here: attributes of JSON and logfmt lines are there already, lines are not rewritten. */
const passed = ['json', 'logfmt', 'drop', 'keep', 'decolorize']
const depthMax = 100

/** Reads LogQL by recursive descent. Throws `LogQlError`. */
export function parseLogQl(text: string): LogQl {
  const parser = new Parser(tokenizeLogQl(text))
  const parsed = parser.isSign('{') ? parser.logs() : parser.metric()
  parser.end()
  return parsed
}

class Parser {
  readonly #tokens: readonly LogQlToken[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly LogQlToken[]) {
    this.#tokens = tokens
  }

  get #token(): LogQlToken {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'the end', position: 0 }
  }

  isSign(...signs: string[]): boolean {
    return this.#token.kind === 'sign' && signs.includes(this.#token.text)
  }

  #isWord(word: string): boolean {
    return this.#token.kind === 'word' && this.#token.text === word
  }

  end(): void {
    if (this.#token.kind !== 'end') this.#unexpected('the end')
  }

  logs(): LogSelection {
    const selector = this.#selector()
    const filters: LogFilter[] = []
    while (this.isSign('|=', '|~', '!=', '!~', '|')) {
      const filter = this.#stage()
      if (filter !== undefined) filters.push(filter)
    }
    return { is: 'logs', selector, filters }
  }

  #selector(): LabelMatch[] {
    this.#expect('{')
    const matches: LabelMatch[] = []
    while (!this.isSign('}')) {
      const label = this.#word('a label')
      if (!this.isSign('=', '!=', '=~', '!~')) this.#unexpected('=, !=, =~ or !~')
      const operator = this.#next().text
      matches.push(matchOf(label, operator, this.#text()))
      if (this.isSign(',')) this.#next()
      else if (!this.isSign('}')) this.#unexpected('"," or "}"')
    }
    this.#expect('}')
    return matches
  }

  /** One stage of the pipeline; undefined where it changes nothing. */
  #stage(): LogFilter | undefined {
    const { text: operator, position } = this.#next()
    if (operator !== '|') return this.#lineFilter(operator)
    const word = this.#token.kind === 'word' ? this.#token.text : ''
    const next = this.#tokens[this.#at + 1]
    const isFilter = next?.kind === 'sign' && ['=', '==', '!=', '=~', '!~', '>', '>=', '<', '<='].includes(next.text)
    if (this.isSign('(') || (word !== '' && isFilter && !['drop', 'keep'].includes(word))) {
      return { is: 'filter', filter: this.#labelFilter() }
    }
    if (!passed.includes(word)) {
      throw new LogQlError(`the stage "${word || this.#token.text}" is not supported here`, position)
    }
    this.#next()
    while (!this.isSign('|', '|=', '|~', '!~', '[', ')', '}') && this.#token.kind !== 'end') this.#passedOver(word)
    return undefined
  }

  /** Of `json` and `logfmt`, a part of the line under a name of its own would be a label that no record has. */
  #passedOver(stage: string): void {
    const { kind, text, position } = this.#next()
    if ((stage !== 'json' && stage !== 'logfmt') || kind !== 'word' || !this.isSign('=')) return
    this.#next()
    const path = this.#text()
    if (path === text) return
    throw new LogQlError(`"${path}" cannot be named anew: ask for it as it is in the line, after | ${stage}`, position)
  }

  #lineFilter(operator: string): LogFilter {
    const texts = [this.#text()]
    while (this.#isWord('or')) {
      this.#next()
      texts.push(this.#text())
    }
    if (operator === '|=' || operator === '|~' || operator === '!=' || operator === '!~') {
      return { is: 'line', operator, texts }
    }
    return this.#unexpected('a line filter')
  }

  /** `or` binds looser than `and`, which a comma says too. */
  #labelFilter(): LabelFilter {
    let left = this.#allOfLabelFilters()
    while (this.#isWord('or')) {
      this.#next()
      left = { is: 'or', terms: [left, this.#allOfLabelFilters()] }
    }
    return left
  }

  #allOfLabelFilters(): LabelFilter {
    let left = this.#oneLabelFilter()
    while (this.#isWord('and') || this.isSign(',')) {
      this.#next()
      left = { is: 'and', terms: [left, this.#oneLabelFilter()] }
    }
    return left
  }

  #oneLabelFilter(): LabelFilter {
    if (this.isSign('(')) {
      return this.#inside(() => {
        this.#next()
        const filter = this.#labelFilter()
        this.#expect(')')
        return filter
      })
    }
    const label = this.#word('a label')
    const { text: operator } = this.#token
    if (!this.isSign('=', '==', '!=', '=~', '!~', '>', '>=', '<', '<=')) this.#unexpected('a comparison')
    this.#next()
    if (this.#token.kind === 'text') return { is: 'label', ...matchOf(label, operator, this.#text()) }
    const value = this.#token.kind === 'duration' ? durationMs(this.#next().text) / 1000 : this.#number()
    switch (operator) {
      case '!=':
      case '>':
      case '>=':
      case '<':
      case '<=':
        return { is: 'number', label, operator, value }
      default:
        return { is: 'number', label, operator: '==', value }
    }
  }

  metric(level = 0): LogMetric {
    const signs = operators[level]
    if (signs === undefined) return this.#inside(() => this.#operand())
    let left = this.metric(level + 1)
    for (;;) {
      const operator = signs.find((sign) => this.isSign(sign))
      if (operator === undefined) return left
      this.#next()
      left = { is: 'arithmetic', operator, left, right: this.metric(level + 1) }
    }
  }

  #operand(): LogMetric {
    if (this.isSign('(')) {
      this.#next()
      const inner = this.metric()
      this.#expect(')')
      return inner
    }
    if (this.#token.kind === 'number' || this.isSign('-')) return { is: 'number', value: this.#number() }
    const { position } = this.#token
    const word = this.#word('a log query or a function')
    if (word === 'vector') {
      this.#expect('(')
      const value = this.#number()
      this.#expect(')')
      return { is: 'vector', value }
    }
    const range = rangeFunctions.find((name) => name === word)
    if (range !== undefined) return this.#range(range)
    const aggregator = aggregators.find((name) => name === word)
    if (aggregator !== undefined) return this.#aggregate(aggregator)
    const known = [...aggregators, ...rangeFunctions].join(', ')
    throw new LogQlError(`"${word}" is not supported here; what is: ${known}`, position)
  }

  #range(name: RangeFunction): LogMetric {
    this.#expect('(')
    const logs = this.logs()
    this.#expect('[')
    const rangeMs = this.#duration()
    this.#expect(']')
    let offsetMs = 0
    if (this.#isWord('offset')) {
      this.#next()
      offsetMs = this.#duration()
    }
    this.#expect(')')
    return { is: 'range', function: name, logs, rangeMs, offsetMs }
  }

  #aggregate(aggregator: Aggregator): LogMetric {
    const before = this.#grouping()
    this.#expect('(')
    let limit = 0
    if (aggregator === 'topk' || aggregator === 'bottomk') {
      limit = this.#number()
      this.#expect(',')
    }
    const of = this.metric()
    this.#expect(')')
    return { is: 'aggregate', aggregator, grouping: before ?? this.#grouping() ?? { how: 'by', labels: [] }, limit, of }
  }

  #grouping(): Grouping | undefined {
    const { kind, text } = this.#token
    if (kind !== 'word' || (text !== 'by' && text !== 'without')) return undefined
    this.#next()
    this.#expect('(')
    const labels: string[] = []
    while (!this.isSign(')')) {
      labels.push(this.#word('a label'))
      if (!this.isSign(')')) this.#expect(',')
    }
    this.#expect(')')
    return { how: text, labels }
  }

  #inside<Parsed>(parse: () => Parsed): Parsed {
    if (++this.#depth > depthMax) throw new LogQlError('it is nested too deep', this.#token.position)
    const parsed = parse()
    this.#depth--
    return parsed
  }

  #next(): LogQlToken {
    const token = this.#token
    if (token.kind !== 'end') this.#at++
    return token
  }

  #expect(sign: string): void {
    if (!this.isSign(sign)) this.#unexpected(JSON.stringify(sign))
    this.#next()
  }

  #word(what: string): string {
    return this.#token.kind === 'word' ? this.#next().text : this.#unexpected(what)
  }

  #text(): string {
    return this.#token.kind === 'text' ? this.#next().text : this.#unexpected('a text in quotes')
  }

  #number(): number {
    const isNegative = this.isSign('-')
    if (isNegative) this.#next()
    if (this.#token.kind !== 'number') this.#unexpected('a number')
    return Number(this.#next().text) * (isNegative ? -1 : 1)
  }

  #duration(): number {
    const ms = this.#token.kind === 'duration' ? durationMs(this.#token.text) : 0
    if (ms < 1) this.#unexpected('a duration such as 5m')
    this.#next()
    return ms
  }

  #unexpected(wanted: string): never {
    const { kind, text, position } = this.#token
    throw new LogQlError(`expected ${wanted}, got ${kind === 'end' ? text : JSON.stringify(text)}`, position)
  }
}

function matchOf(label: string, operator: string, value: string): LabelMatch {
  switch (operator) {
    case '!=':
    case '=~':
    case '!~':
      return { label, operator, value }
    default:
      return { label, operator: '=', value }
  }
}

const unitsMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}

/** `1h30m` in milliseconds. */
export function durationMs(text: string): number {
  let ms = 0
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w|y)/g)) {
    ms += Number(count) * (unitsMs[unit ?? ''] ?? 0)
  }
  return ms
}
