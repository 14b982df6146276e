import {
  type AggregationOperator,
  type AtModifier,
  aggregationOperators,
  type BinaryOperator,
  type Cardinality,
  type Duration,
  type Expression,
  type Extension,
  isSetOperator,
  type LabelMatcher,
  type MatchOperator,
  type Position,
  type VectorMatching,
  type VectorSelector,
} from './ast.ts'
import { checkTypes, typeOf } from './check.ts'
import { asParseError, type ParseError, SyntaxFailure } from './failure.ts'
import { functionSignatures } from './functions.ts'
import { isPlainLabelName, isWellFormed, parseDurationMs, printNumber, quote, readNumber, unquote } from './literals.ts'
import { compileMatcher } from './matcher.ts'
import { defaultParseOptions, type ParseOptions } from './options.ts'
import { parseOffsetDuration, parseRangeDuration } from './parse-duration.ts'
import { printMatcher } from './print.ts'
import { type Place, TokenStream } from './token-stream.ts'
import type { Token } from './tokenize.ts'

/** A PromQL text as an expression whose types fit, or why it is none. */
export function parseExpression(text: string, options: ParseOptions = defaultParseOptions): Expression | ParseError {
  return readingText(text, () => {
    const expression = new Parser(text, options).whole()
    checkTypes(expression, text)
    return expression
  })
}

/** `up{job="api"}` alone, as `match[]` parameters hold. */
export function parseSelector(text: string, options: ParseOptions = defaultParseOptions): VectorSelector | ParseError {
  return readingText(text, () => new Parser(text, options).wholeSelector())
}

function readingText<Parsed>(text: string, read: () => Parsed): Parsed | ParseError {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof SyntaxFailure) return asParseError(thrown, text)
    throw thrown
  }
}

/** How tightly the operators bind; the highest first to be applied. */
const bindings: ReadonlyMap<string, number> = new Map(
  [
    ['or'],
    ['and', 'unless'],
    ['==', '!=', '<', '<=', '>', '>=', '</', '>/'],
    ['+', '-'],
    ['*', '/', '%', 'atan2'],
    ['^'],
  ].flatMap((operators, level) => operators.map((operator): [string, number] => [operator, level + 1])),
)
/** A sign binds looser than `^` and tighter than all others. */
const signBinding = 6

/** Keywords that are metric names where nothing else fits. */
const nameKeywords = new Set('by without offset anchored smoothed start end step range min_of max_of'.split(' '))
const fillKeywords = new Set('fill fill_left fill_right'.split(' '))
const setWords = new Set(['and', 'or', 'unless'])
const operandGroups = new Set<string>(
  'number duration string aggregation identifier metric-identifier error'.split(' '),
)
const notNames = new Set<string>('number duration string punctuation'.split(' '))
const callKeywords = new Set('start end step range min_of max_of'.split(' '))

const operands = 'number, duration, step(), or range()'
const inBrackets: Place = { context: 'subquery or range selector', expected: operands }
const behindColon: Place = { context: 'subquery selector', expected: 'number, duration, step(), range(), or "]"' }
const behindOffset: Place = { context: 'offset', expected: operands }

type Grouping = { readonly labels: readonly string[]; readonly without: boolean }
type Modifiers = { offset: Duration | undefined; at: AtModifier | undefined }

const noMatching: VectorMatching = {
  cardinality: 'one-to-one',
  on: false,
  labels: [],
  include: [],
  fillLeft: undefined,
  fillRight: undefined,
}

/** How series would be matched means nothing beside a scalar, where it names no labels. */
function matchesNothing(left: Expression, right: Expression, { labels, fillLeft, fillRight }: VectorMatching): boolean {
  const isFilled = fillLeft !== undefined || fillRight !== undefined
  return labels.length === 0 && !isFilled && (typeOf(left) === 'scalar' || typeOf(right) === 'scalar')
}

function byText(a: LabelMatcher, b: LabelMatcher): number {
  const [textA, textB] = [printMatcher(a), printMatcher(b)]
  return textA < textB ? -1 : textA > textB ? 1 : 0
}

class Parser {
  private readonly tokens: TokenStream
  private readonly options: ParseOptions

  constructor(text: string, options: ParseOptions) {
    this.tokens = new TokenStream(text, options.depthMax)
    this.options = options
  }

  whole(): Expression {
    if (this.tokens.is('end-of-input')) this.tokens.fail('no expression found in input', { start: 0, end: 0 })
    const expression = this.binary(1)
    if (!this.tokens.is('end-of-input')) this.tokens.unexpected()
    return expression
  }

  wholeSelector(): VectorSelector {
    const { tokens } = this
    const { here } = tokens
    if (here.kind !== '{' && (!this.startsOperand() || notNames.has(here.group))) tokens.unexpected()
    const selector = this.selector(here.kind === '{' ? undefined : tokens.take())
    if (!tokens.is('end-of-input')) tokens.unexpected()
    return selector
  }

  private binary(least: number): Expression {
    return this.tokens.inside(() => this.operations(least))
  }

  private operations(least: number): Expression {
    const { tokens } = this
    let left = this.unary()
    for (let count = 1; ; count++) {
      const binding = bindings.get(tokens.here.kind)
      if (binding === undefined || binding < least) return left
      if (count > this.options.chainMax)
        tokens.fail(`expression has more than ${this.options.chainMax} operators in a row`, tokens.here.position)
      const operator = tokens.take().kind as BinaryOperator
      const returnBool = tokens.accept('bool') !== undefined
      const matching = this.matching(operator)
      // `^` is the one operator that groups from the right.
      const right = this.binary(operator === '^' ? binding : binding + 1)
      const position = { start: left.position.start, end: right.position.end }
      const matched = matchesNothing(left, right, matching) ? noMatching : matching
      left = { kind: 'binary', operator, left, right, returnBool, matching: matched, position }
    }
  }

  private unary(): Expression {
    const sign = this.tokens.accept('+', '-')
    if (sign === undefined) return this.postfix()
    const expression = this.binary(signBinding)
    const position = { start: sign.position.start, end: expression.position.end }
    const operator = sign.kind === '-' ? '-' : '+'
    if (expression.kind === 'number')
      return { ...expression, value: operator === '-' ? -expression.value : expression.value, position }
    return { kind: 'unary', operator, expression, position }
  }

  private matching(operator: BinaryOperator): VectorMatching {
    const { tokens } = this
    let cardinality: Cardinality = 'one-to-one'
    let labels: readonly string[] = []
    let include: readonly string[] = []
    const on = tokens.is('on')
    if (tokens.accept('on', 'ignoring') !== undefined) {
      labels = this.groupingLabels()
      const group = tokens.accept('group_left', 'group_right')
      if (group !== undefined) {
        cardinality = group.kind === 'group_left' ? 'many-to-one' : 'one-to-many'
        if (tokens.is('(') || !this.startsExpression()) include = this.groupingLabels()
      }
    }
    const fill = this.fill()
    if (isSetOperator(operator) && cardinality === 'one-to-one') cardinality = 'many-to-many'
    return { cardinality, on, labels, include, ...fill }
  }

  private fill(): Pick<VectorMatching, 'fillLeft' | 'fillRight'> {
    const { tokens } = this
    let fillLeft: number | undefined
    let fillRight: number | undefined
    while (fillKeywords.has(tokens.here.kind) && tokens.ahead(1).kind === '(') {
      const side = tokens.take()
      if (!this.options.fillModifiers)
        tokens.fail('binop fill modifiers are experimental and not enabled', side.position)
      tokens.take()
      const value = this.signedNumber()
      tokens.expect(')')
      const twice =
        (side.kind !== 'fill_right' && fillLeft !== undefined) || (side.kind !== 'fill_left' && fillRight !== undefined)
      if (twice) tokens.fail('fill value may not be set multiple times for one side', side.position)
      if (side.kind !== 'fill_right') fillLeft = value
      if (side.kind !== 'fill_left') fillRight = value
    }
    return { fillLeft, fillRight }
  }

  private groupingLabels(): readonly string[] {
    const { tokens } = this
    tokens.expect('(', 'grouping opts', '"("')
    const labels: string[] = []
    while (tokens.accept(')') === undefined) {
      labels.push(this.groupingLabel())
      if (tokens.accept(')') !== undefined) break
      tokens.expect(',', 'grouping opts', '"," or ")"')
    }
    return labels
  }

  private groupingLabel(): string {
    const { tokens } = this
    const { here } = tokens
    if (here.kind === 'string') {
      const name = unquote(tokens.take().text)
      if (name === '' || !isWellFormed(name))
        tokens.fail(`invalid label name for grouping: ${quote(name)}`, here.position)
      return name
    }
    const isWord = here.kind === 'metric-identifier' || (here.kind !== 'number' && isPlainLabelName(here.text))
    if (!isWord || here.kind === 'error') tokens.unexpected('grouping opts', 'label')
    return tokens.take().text
  }

  private postfix(): Expression {
    const { tokens } = this
    let expression = this.primary()
    for (;;) {
      if (tokens.is('[')) expression = this.brackets(expression)
      else if (tokens.is('offset')) expression = this.offset(expression)
      else if (tokens.is('@')) expression = this.at(expression)
      else if (tokens.is('anchored', 'smoothed')) expression = this.extension(expression)
      else return expression
    }
  }

  private brackets(expression: Expression): Expression {
    const { tokens } = this
    const bracket = tokens.take()
    const length = (place: Place): Duration => tokens.within(place, () => parseRangeDuration(tokens, this.options))
    const range = length(inBrackets)
    if (tokens.accept(':') !== undefined) {
      const step = tokens.is(']') ? undefined : length(behindColon)
      tokens.expect(']', 'subquery selector', '"]"')
      const position = tokens.from(expression.position.start)
      return { kind: 'subquery', expression, range, step, offset: undefined, at: undefined, position }
    }
    tokens.expect(']', 'subquery or range', '":" or "]"')
    const bracketed = tokens.from(bracket.position.start)
    if (expression.kind !== 'vector-selector') return tokens.fail('ranges only allowed for vector selectors', bracketed)
    if (expression.offset !== undefined) tokens.fail('no offset modifiers allowed before range', bracketed)
    if (expression.at !== undefined) tokens.fail('no @ modifiers allowed before range', bracketed)
    const position = tokens.from(expression.position.start)
    return { kind: 'range-selector', selector: expression, range, position }
  }

  private offset(expression: Expression): Expression {
    const { tokens } = this
    tokens.take()
    const written = tokens.within(behindOffset, () => parseOffsetDuration(tokens, this.options))
    const offset = written.kind === 'amount' && written.seconds === 0 ? undefined : written
    return this.modify(
      expression,
      (modifiers) => {
        if (modifiers.offset !== undefined) tokens.fail('offset may not be set multiple times', expression.position)
        return { ...modifiers, offset }
      },
      'offset',
    )
  }

  private at(expression: Expression): Expression {
    const { tokens } = this
    tokens.take()
    const at = this.atModifier(expression.position)
    return this.modify(
      expression,
      (modifiers) => {
        if (modifiers.at !== undefined) tokens.fail('@ <timestamp> may not be set multiple times', expression.position)
        return { ...modifiers, at }
      },
      '@',
    )
  }

  private atModifier(position: Position): AtModifier {
    const { tokens } = this
    const bound = tokens.accept('start', 'end')
    if (bound !== undefined) {
      tokens.expect('(', '@', 'timestamp')
      tokens.expect(')', '@', 'timestamp')
      return { kind: bound.kind === 'start' ? 'start' : 'end' }
    }
    const seconds = this.signedNumber('@', 'timestamp')
    if (!(Math.abs(seconds) < 2 ** 63))
      tokens.fail(`timestamp out of bounds for @ modifier: ${printTimestamp(seconds)}`, position)
    return { kind: 'time', unixMs: Math.round(seconds * 1000) }
  }

  private modify(expression: Expression, change: (modifiers: Modifiers) => Modifiers, name: string): Expression {
    const { tokens } = this
    const position = tokens.from(expression.position.start)
    switch (expression.kind) {
      case 'vector-selector':
      case 'subquery':
        return { ...expression, ...change(expression), position }
      case 'range-selector':
        return { ...expression, selector: { ...expression.selector, ...change(expression.selector) }, position }
      default:
        return tokens.fail(
          `${name === '@' ? '@' : name} modifier must be preceded by an instant vector selector or range vector selector or a subquery`,
          expression.position,
        )
    }
  }

  private extension(expression: Expression): Expression {
    const { tokens } = this
    const extension: Extension = tokens.take().kind === 'anchored' ? 'anchored' : 'smoothed'
    if (!this.options.extendedSelectors)
      tokens.fail(`${extension} modifier is experimental and not enabled`, expression.position)
    const position = tokens.from(expression.position.start)
    const extend = (selector: VectorSelector): VectorSelector => {
      if (selector.extension !== undefined && selector.extension !== extension)
        tokens.fail('anchored and smoothed modifiers cannot be used together', expression.position)
      return { ...selector, extension }
    }
    if (expression.kind === 'vector-selector') return { ...extend(expression), position }
    if (expression.kind === 'range-selector') return { ...expression, selector: extend(expression.selector), position }
    if (expression.kind === 'subquery')
      return tokens.fail(`${extension} modifier is not supported for subqueries`, expression.position)
    return tokens.fail(`${extension} modifier not implemented`, expression.position)
  }

  private primary(): Expression {
    const { tokens } = this
    const { here } = tokens
    if (!this.startsOperand()) tokens.unexpected()
    if (here.kind === '(') return this.paren()
    if (here.kind === 'number' || here.kind === 'duration') return this.number()
    if (here.kind === 'string') {
      tokens.take()
      return { kind: 'string', value: unquote(here.text), position: here.position }
    }
    if (here.kind === '{') return this.selector(undefined)
    if (here.group === 'aggregation') return this.aggregationOrName()
    const callable = here.group === 'identifier' || callKeywords.has(here.kind)
    if (callable && tokens.ahead(1).kind === '(') return this.call()
    return this.selector(tokens.take())
  }

  private startsExpression(): boolean {
    return this.tokens.is('+', '-') || this.startsOperand()
  }

  private startsOperand(): boolean {
    const { kind, group } = this.tokens.here
    return (
      kind === '(' ||
      kind === '{' ||
      operandGroups.has(group) ||
      nameKeywords.has(kind) ||
      fillKeywords.has(kind) ||
      setWords.has(kind)
    )
  }

  private paren(): Expression {
    const { tokens } = this
    const { start } = tokens.take().position
    const expression = this.binary(1)
    tokens.expect(')')
    return { kind: 'paren', expression, position: tokens.from(start) }
  }

  private number(): Expression {
    const { tokens } = this
    const { kind, text, position } = tokens.take()
    if (kind === 'duration') {
      const ms = parseDurationMs(text)
      if (typeof ms !== 'number') return tokens.fail(ms.error, position)
      return { kind: 'number', value: ms / 1000, isDuration: true, position }
    }
    const value = readNumber(text)
    if (typeof value !== 'number') return tokens.fail(value.error, position)
    return { kind: 'number', value, isDuration: false, position }
  }

  private signedNumber(context?: string, expected?: string): number {
    const { tokens } = this
    const sign = tokens.accept('+', '-')
    if (!tokens.is('number', 'duration')) tokens.unexpected(context, expected)
    const number = this.number()
    const value = number.kind === 'number' ? number.value : Number.NaN
    return sign?.kind === '-' ? -value : value
  }

  private call(): Expression {
    const { tokens } = this
    const name = tokens.take()
    const signature = functionSignatures.get(name.text)
    const args = this.args()
    if (signature === undefined) return tokens.fail(`unknown function with name ${quote(name.text)}`, name.position)
    if (signature.experimental && !this.options.experimentalFunctions)
      tokens.fail(`function ${quote(name.text)} is not enabled`, name.position)
    return { kind: 'call', name: signature.name, args, position: tokens.from(name.position.start) }
  }

  private args(): readonly Expression[] {
    const { tokens } = this
    tokens.expect('(')
    const args: Expression[] = []
    if (tokens.accept(')') !== undefined) return args
    for (;;) {
      args.push(this.binary(1))
      if (tokens.accept(')') !== undefined) return args
      const comma = tokens.expect(',')
      if (!this.startsExpression()) tokens.fail('trailing commas not allowed in function call args', comma.position)
    }
  }

  /** `sum(...)`, `sum by (a) (...)`, or a metric that is called `sum`. */
  private aggregationOrName(): Expression {
    const { tokens } = this
    const name = tokens.take()
    return tokens.is('(', 'by', 'without') ? this.aggregation(name) : this.selector(name)
  }

  private aggregation(name: Token): Expression {
    const { tokens } = this
    const operator = aggregationOperators.find((each) => each === name.kind)
    if (operator === undefined) throw new Error(`the tokenizer made an aggregation of ${name.kind}`)
    let modifier: Grouping | undefined
    const args = tokens.within({ context: 'aggregation', expected: '' }, () => {
      modifier = this.groupingModifier()
      return this.args()
    })
    if (modifier === undefined) {
      tokens.failAtWrongToken()
      modifier = this.groupingModifier()
    }
    const position = tokens.from(name.position.start)
    if (args.length === 0) return tokens.fail('no arguments for aggregate expression provided', position)
    const wanted = takesParameter(operator) ? 2 : 1
    if (args.length !== wanted)
      tokens.fail(
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
        position,
      )
    if ((operator === 'limitk' || operator === 'limit_ratio') && !this.options.experimentalFunctions)
      tokens.fail(`${operator}() is experimental and must be enabled`, position)
    const expression = args[wanted - 1]
    if (expression === undefined) throw new Error('the count of arguments was checked')
    return {
      kind: 'aggregation',
      operator,
      parameter: wanted === 2 ? args[0] : undefined,
      expression,
      grouping: modifier?.labels ?? [],
      without: modifier?.without ?? false,
      position,
    }
  }

  private groupingModifier(): Grouping | undefined {
    const word = this.tokens.accept('by', 'without')
    return word === undefined ? undefined : { labels: this.groupingLabels(), without: word.kind === 'without' }
  }

  private selector(name: Token | undefined): VectorSelector {
    const { tokens } = this
    const start = name?.position.start ?? tokens.here.position.start
    // Their order means nothing, so it is the same however they are written.
    const matchers: LabelMatcher[] = tokens.is('{') ? this.matchers().sort(byText) : []
    if (name !== undefined) matchers.push({ name: '__name__', operator: '=', value: name.text })
    const at = undefined
    const position = tokens.from(start)
    const common = { offset: undefined, at, extension: undefined, position }
    return { kind: 'vector-selector', name: name?.text ?? '', matchers, ...common }
  }

  private matchers(): LabelMatcher[] {
    const { tokens } = this
    tokens.take()
    const matchers: LabelMatcher[] = []
    while (tokens.accept('}') === undefined) {
      matchers.push(this.matcher())
      if (tokens.accept('}') !== undefined) break
      tokens.expect(',', 'label matching', '"," or "}"')
    }
    return matchers
  }

  /** `name="value"`, `"any name"=~"value"`, or a quoted metric name alone. */
  private matcher(): LabelMatcher {
    const { tokens } = this
    if (!tokens.is('identifier', 'string')) tokens.unexpected('label matching', 'identifier or "}"')
    const name = tokens.take()
    const quoted = name.kind === 'string'
    const operator = tokens.accept('=', '!=', '=~', '!~')
    if (operator === undefined) {
      if (quoted && tokens.is(',', '}')) return { name: '__name__', operator: '=', value: unquote(name.text) }
      return tokens.unexpected('label matching', quoted ? '"," or "}"' : 'label matching operator')
    }
    const value = tokens.expect('string', 'label matching', 'string')
    const label = quoted ? unquote(name.text) : name.text
    const matcher: LabelMatcher = { name: label, operator: operator.kind as MatchOperator, value: unquote(value.text) }
    const matches = compileMatcher(matcher)
    if (typeof matches === 'object')
      tokens.fail(`error parsing regexp: ${matches.error}`, tokens.from(name.position.start))
    return matcher
  }
}

/** `%f` of a number beyond all times. */
const printTimestamp = (seconds: number): string =>
  Number.isFinite(seconds) ? `${BigInt(seconds)}.000000` : printNumber(seconds)

const takesParameter = (operator: AggregationOperator): boolean =>
  ['topk', 'bottomk', 'quantile', 'count_values', 'limitk', 'limit_ratio'].includes(operator)
