import {
  type Aggregation,
  type Binary,
  type Call,
  childrenOf,
  type Expression,
  isComparisonOperator,
  isSetOperator,
  type Position,
  type ValueType,
  type VectorSelector,
} from './ast.ts'
import { SyntaxFailure } from './failure.ts'
import { functionSignatures } from './functions.ts'
import { quote } from './literals.ts'
import { compileMatcher } from './matcher.ts'

/** What kind of value an expression gives. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'paren':
    case 'unary':
      return typeOf(expression.expression)
    case 'vector-selector':
    case 'aggregation':
      return 'vector'
    case 'range-selector':
    case 'subquery':
      return 'matrix'
    case 'call':
      return functionSignatures.get(expression.name)?.returns ?? 'vector'
    case 'binary':
      return typeOf(expression.left) === 'scalar' && typeOf(expression.right) === 'scalar' ? 'scalar' : 'vector'
  }
}

const typeNames: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  vector: 'instant vector',
  matrix: 'range vector',
  string: 'string',
}
const typeName = (expression: Expression): string => typeNames[typeOf(expression)]

function fail(message: string, position: Position): never {
  throw new SyntaxFailure(message, position)
}

/** Throws the first thing that does not fit; `text` is what the expression was read from. */
export function checkTypes(expression: Expression, text: string): undefined {
  if (expression.kind === 'call') return checkCall(expression, text)
  for (const child of childrenOf(expression)) checkTypes(child, text)
  switch (expression.kind) {
    case 'aggregation':
      return checkAggregation(expression)
    case 'binary':
      return checkBinary(expression, text)
    case 'unary':
      return checkUnary(expression.expression, expression.position)
    case 'subquery':
      if (typeOf(expression.expression) !== 'vector')
        fail(
          `subquery is only allowed on instant vector, got ${typeOf(expression.expression)} instead`,
          expression.position,
        )
      return
    case 'vector-selector':
      return checkSelector(expression, false)
    default:
  }
}

function checkUnary(operand: Expression, position: Position): undefined {
  const type = typeOf(operand)
  if (type === 'scalar' || type === 'vector') return
  const got = quote(typeNames[type])
  fail(`unary expression only allowed on expressions of type scalar or instant vector, got ${got}`, position)
}

function expectType(expression: Expression, type: ValueType, context: string): undefined {
  if (typeOf(expression) !== type)
    fail(`expected type ${typeNames[type]} in ${context}, got ${typeName(expression)}`, expression.position)
}

function checkAggregation(aggregation: Aggregation): undefined {
  expectType(aggregation.expression, 'vector', 'aggregation expression')
  if (aggregation.parameter === undefined) return
  const type = aggregation.operator === 'count_values' ? 'string' : 'scalar'
  expectType(aggregation.parameter, type, 'aggregation parameter')
}

function checkBinary(binary: Binary, text: string): undefined {
  const { operator, left, right, matching, position } = binary
  const gap = /^\s*/.exec(text.slice(left.position.end, right.position.start))?.[0].length ?? 0
  const between = { start: left.position.end + gap, end: right.position.start }
  const types = [typeOf(left), typeOf(right)]
  const comparison = isComparisonOperator(operator)
  if (binary.returnBool && !comparison) fail('bool modifier can only be used on comparison operators', between)
  if (comparison && !binary.returnBool && types.every((type) => type === 'scalar'))
    fail('comparisons between scalars must use BOOL modifier', between)
  const both = matching.on ? matching.labels.find((label) => matching.include.includes(label)) : undefined
  if (both !== undefined) fail(`label ${quote(both)} must not occur in ON and GROUP clause at once`, between)
  for (const side of [left, right])
    if (!['scalar', 'vector'].includes(typeOf(side)))
      fail('binary expression must contain only scalar and instant vector types', side.position)
  const filled = matching.fillLeft !== undefined || matching.fillRight !== undefined
  if (types.includes('scalar')) {
    if (matching.labels.length > 0) fail('vector matching only allowed between instant vectors', position)
    if (filled) fail('filling in missing series only allowed between instant vectors', position)
    if (isSetOperator(operator))
      fail(`set operator ${quote(operator)} not allowed in binary scalar expression`, position)
    return
  }
  if (!isSetOperator(operator)) return
  if (matching.cardinality !== 'many-to-many') fail(`no grouping allowed for ${quote(operator)} operation`, position)
  if (filled) fail('filling in missing series not allowed for set operators', position)
}

function checkCall(call: Call, text: string): undefined {
  const signature = functionSignatures.get(call.name)
  if (signature === undefined) throw new Error(`the parser let the function ${call.name} pass`)
  const { args, name, position } = call
  const { least, most } = signature
  const got = `argument(s) in call to ${quote(name)}, got ${args.length}`
  if (least === most && args.length !== least) fail(`expected ${least} ${got}`, position)
  if (args.length < least) fail(`expected at least ${least} ${got}`, position)
  if (args.length > most) fail(`expected at most ${most} ${got}`, position)
  if (name === 'info') return checkInfo(call, text)
  args.forEach((arg, i) => {
    checkTypes(arg, text)
    expectType(
      arg,
      signature.args[Math.min(i, signature.args.length - 1)] ?? 'vector',
      `call to function ${quote(name)}`,
    )
  })
}

function checkInfo(call: Call, text: string): undefined {
  const [vector, labels] = call.args
  if (vector !== undefined) {
    checkTypes(vector, text)
    expectType(vector, 'vector', 'call to function "info"')
  }
  if (labels === undefined) return
  if (labels.kind !== 'vector-selector') fail('expected label selectors only', labels.position)
  if (labels.name !== '') fail('expected label selectors only, got vector selector instead', labels.position)
  checkSelector(labels, true)
}

function checkSelector(selector: VectorSelector, mayMatchAll: boolean): undefined {
  const { matchers, name, position } = selector
  const compiled = matchers.map((matcher) => {
    const matches = compileMatcher(matcher)
    if (typeof matches === 'object') fail(`error parsing regexp: ${matches.error}`, position)
    return matches
  })
  if (name !== '') {
    const second = matchers.slice(0, -1).find((matcher) => matcher.name === '__name__')
    if (second !== undefined)
      fail(`metric name must not be set twice: ${quote(name)} or ${quote(second.value)}`, position)
  } else if (!mayMatchAll && compiled.every((matches) => matches('')))
    fail('vector selector must contain at least one non-empty matcher', position)
}
