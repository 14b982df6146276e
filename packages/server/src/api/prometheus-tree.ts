import type { AtModifier, Duration, Expression, LabelMatcher, VectorSelector } from '../query/promql/parse/ast.ts'
import { typeOf } from '../query/promql/parse/check.ts'
import { functionSignatures } from '../query/promql/parse/functions.ts'
import { printValue } from './prometheus-answer.ts'

/** An expression as `parse_query` shows it, for the tree view of Prometheus' UI. */
export function treeOf(expression: Expression): object {
  switch (expression.kind) {
    case 'number':
      return { type: 'numberLiteral', val: printValue(expression.value) }
    case 'string':
      return { type: 'stringLiteral', val: expression.value }
    case 'paren':
      return { type: 'parenExpr', expr: treeOf(expression.expression) }
    case 'unary':
      return { type: 'unaryExpr', op: expression.operator, expr: treeOf(expression.expression) }
    case 'vector-selector':
      return { type: 'vectorSelector', ...selectorOf(expression) }
    case 'range-selector':
      return { type: 'matrixSelector', ...selectorOf(expression.selector), ...lengthOf('range', expression.range) }
    case 'subquery':
      return {
        type: 'subquery',
        expr: treeOf(expression.expression),
        ...lengthOf('range', expression.range),
        ...lengthOf('step', expression.step),
        ...lengthOf('offset', expression.offset),
        ...momentOf(expression.at),
      }
    case 'aggregation': {
      const { operator: op, expression: inner, parameter, grouping, without } = expression
      const param = parameter === undefined ? null : treeOf(parameter)
      return { type: 'aggregation', op, expr: treeOf(inner), param, grouping, without }
    }
    case 'binary':
      return binaryOf(expression)
    case 'call':
      return { type: 'call', func: functionOf(expression), args: expression.args.map(treeOf) }
  }
}

function binaryOf({ operator, left, right, matching, returnBool }: Extract<Expression, { kind: 'binary' }>): object {
  const isBetweenVectors = typeOf(left) === 'vector' && typeOf(right) === 'vector'
  const { cardinality: card, labels, on, include, fillLeft: lhs = null, fillRight: rhs = null } = matching
  return {
    type: 'binaryExpr',
    op: operator,
    lhs: treeOf(left),
    rhs: treeOf(right),
    matching: isBetweenVectors ? { card, labels, on, include, fillValues: { lhs, rhs } } : null,
    bool: returnBool,
  }
}

function functionOf({ name }: Extract<Expression, { kind: 'call' }>): object {
  const signature = functionSignatures.get(name)
  if (signature === undefined) throw new Error(`the parser let the function ${name} through, which there is not`)
  const { args: argTypes, returns: returnType, least, most } = signature
  return { name, argTypes, variadic: most === Infinity ? -1 : most - least, returnType }
}

function selectorOf({ name, matchers, offset, at, extension }: VectorSelector): object {
  return {
    name,
    ...lengthOf('offset', offset),
    matchers: matchers.map(matcherOf),
    ...momentOf(at),
    anchored: extension === 'anchored',
    smoothed: extension === 'smoothed',
  }
}

const matcherOf = ({ name, operator, value }: LabelMatcher): object => ({ name, value, type: operator })

function momentOf(at: AtModifier | undefined): object {
  return {
    timestamp: at?.kind === 'time' ? at.unixMs : null,
    startOrEnd: at === undefined || at.kind === 'time' ? null : at.kind,
  }
}

/** Milliseconds; arithmetic is worked out only when the query runs: it is shown as 0, and beside it as a tree. */
function lengthOf(name: 'range' | 'step' | 'offset', duration: Duration | undefined): object {
  const isKnown = duration === undefined || duration.kind === 'amount'
  return {
    [name]: duration?.kind === 'amount' ? Math.round(duration.seconds * 1000) : 0,
    [`${name}Expr`]: isKnown ? null : arithmeticOf(duration, false),
  }
}

function arithmeticOf(duration: Duration, wrapped: boolean): object {
  const type = 'durationExpr'
  switch (duration.kind) {
    case 'amount':
      return { type: 'numberLiteral', val: printValue(duration.seconds), duration: duration.isDuration }
    case 'group':
      return arithmeticOf(duration.operand, true)
    case 'negative':
      return { type, op: '-', lhs: null, rhs: arithmeticOf(duration.operand, false), wrapped }
    case 'operation': {
      const { operator: op, left, right } = duration
      return { type, op, lhs: arithmeticOf(left, false), rhs: arithmeticOf(right, false), wrapped }
    }
    default:
      return { type, op: duration.kind, lhs: null, rhs: null, wrapped }
  }
}
