/**
 * What a PromQL text means, as plain immutable nodes. Positions are UTF-16 offsets into the text, `end` exclusive.
 *
 * Offsets and `@` of a range selector sit on its inner selector, as the language reads: `a[5m] offset 1m` moves `a`.
 */

export type Position = { readonly start: number; readonly end: number }

export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string'

export type MatchOperator = '=' | '!=' | '=~' | '!~'
export type LabelMatcher = { readonly name: string; readonly operator: MatchOperator; readonly value: string }

export type AtModifier =
  | { readonly kind: 'time'; readonly unixMs: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }

export type DurationOperator = '+' | '-' | '*' | '/' | '%' | '^'

/** A length of time as written: a literal, or (experimental) arithmetic that is only known when the query's range is. */
export type Duration =
  | { readonly kind: 'amount'; readonly seconds: number; readonly isDuration: boolean; readonly position: Position }
  | { readonly kind: 'step' | 'range'; readonly position: Position }
  | { readonly kind: 'negative'; readonly operand: Duration; readonly position: Position }
  | { readonly kind: 'group'; readonly operand: Duration; readonly position: Position }
  | {
      readonly kind: 'operation'
      readonly operator: DurationOperator | 'min_of' | 'max_of'
      readonly left: Duration
      readonly right: Duration
      readonly position: Position
    }

export type NumberLiteral = {
  readonly kind: 'number'
  readonly value: number
  readonly isDuration: boolean
  readonly position: Position
}
export type StringLiteral = { readonly kind: 'string'; readonly value: string; readonly position: Position }
export type Paren = { readonly kind: 'paren'; readonly expression: Expression; readonly position: Position }
export type Unary = {
  readonly kind: 'unary'
  readonly operator: '+' | '-'
  readonly expression: Expression
  readonly position: Position
}

export type Extension = 'anchored' | 'smoothed'

export type VectorSelector = {
  readonly kind: 'vector-selector'
  /** Empty when the name is only in the braces, or not given. */
  readonly name: string
  /** Those of the braces, then the one the name outside the braces makes. */
  readonly matchers: readonly LabelMatcher[]
  readonly offset: Duration | undefined
  readonly at: AtModifier | undefined
  readonly extension: Extension | undefined
  readonly position: Position
}
export type RangeSelector = {
  readonly kind: 'range-selector'
  readonly selector: VectorSelector
  readonly range: Duration
  readonly position: Position
}
export type Subquery = {
  readonly kind: 'subquery'
  readonly expression: Expression
  readonly range: Duration
  readonly step: Duration | undefined
  readonly offset: Duration | undefined
  readonly at: AtModifier | undefined
  readonly position: Position
}

export type Call = {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Expression[]
  readonly position: Position
}

export const aggregationOperators = [
  'avg',
  'bottomk',
  'count',
  'count_values',
  'group',
  'limit_ratio',
  'limitk',
  'max',
  'min',
  'quantile',
  'stddev',
  'stdvar',
  'sum',
  'topk',
] as const
export type AggregationOperator = (typeof aggregationOperators)[number]

export type Aggregation = {
  readonly kind: 'aggregation'
  readonly operator: AggregationOperator
  readonly parameter: Expression | undefined
  readonly expression: Expression
  readonly grouping: readonly string[]
  readonly without: boolean
  readonly position: Position
}

const arithmeticOperators = ['+', '-', '*', '/', '%', '^', 'atan2'] as const
const comparisonOperators = ['==', '!=', '<', '<=', '>', '>='] as const
const setOperators = ['and', 'or', 'unless'] as const
/** Cut a native histogram at a value: keep what is below, keep what is above. */
export const trimOperators = ['</', '>/'] as const
export type ArithmeticOperator = (typeof arithmeticOperators)[number]
export type ComparisonOperator = (typeof comparisonOperators)[number]
export type SetOperator = (typeof setOperators)[number]
export type TrimOperator = (typeof trimOperators)[number]
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator | TrimOperator

export type Cardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many'
export type VectorMatching = {
  readonly cardinality: Cardinality
  readonly on: boolean
  readonly labels: readonly string[]
  readonly include: readonly string[]
  /** Values that stand in for a series missing on that side; experimental. */
  readonly fillLeft: number | undefined
  readonly fillRight: number | undefined
}

export type Binary = {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
  readonly returnBool: boolean
  readonly matching: VectorMatching
  readonly position: Position
}

export type Expression =
  | NumberLiteral
  | StringLiteral
  | Paren
  | Unary
  | VectorSelector
  | RangeSelector
  | Subquery
  | Call
  | Aggregation
  | Binary

export const isSetOperator = (operator: BinaryOperator): operator is SetOperator =>
  setOperators.some((each) => each === operator)
export const isComparisonOperator = (operator: BinaryOperator): operator is ComparisonOperator =>
  comparisonOperators.some((each) => each === operator)

/** The same expression without the parentheses around it. */
export function withoutParens(expression: Expression): Expression {
  let inner = expression
  while (inner.kind === 'paren') inner = inner.expression
  return inner
}

export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'paren':
    case 'unary':
    case 'subquery':
      return [expression.expression]
    case 'range-selector':
      return [expression.selector]
    case 'call':
      return expression.args
    case 'aggregation':
      return expression.parameter === undefined
        ? [expression.expression]
        : [expression.parameter, expression.expression]
    case 'binary':
      return [expression.left, expression.right]
    default:
      return []
  }
}
