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
      return { type: 'matrixSelector', ...selectorOf(expression.selector), range: lengthOf(expression.range) }
    case 'subquery':
      return {
        type: 'subquery',
        expr: treeOf(expression.expression),
        range: lengthOf(expression.range),
        step: lengthOf(expression.step),
        offset: lengthOf(expression.offset),
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
  const { cardinality: card, labels, on, include } = matching
  return {
    type: 'binaryExpr',
    op: operator,
    lhs: treeOf(left),
    rhs: treeOf(right),
    matching: isBetweenVectors ? { card, labels, on, include } : null,
    bool: returnBool,
  }
}

function functionOf({ name }: Extract<Expression, { kind: 'call' }>): object {
  const signature = functionSignatures.get(name)
  if (signature === undefined) throw new Error(`the parser let the function ${name} through, which there is not`)
  const { args: argTypes, returns: returnType, least, most } = signature
  return { name, argTypes, variadic: most === Infinity ? -1 : most - least, returnType }
}

function selectorOf({ name, matchers, offset, at }: VectorSelector): object {
  return { name, offset: lengthOf(offset), matchers: matchers.map(matcherOf), ...momentOf(at) }
}

const matcherOf = ({ name, operator, value }: LabelMatcher): object => ({ name, value, type: operator })

function momentOf(at: AtModifier | undefined): object {
  return {
    timestamp: at?.kind === 'time' ? at.unixMs : null,
    startOrEnd: at === undefined || at.kind === 'time' ? null : at.kind,
  }
}

/** Milliseconds; arithmetic is worked out only when the query runs, and shown as 0. */
const lengthOf = (duration: Duration | undefined): number =>
  duration?.kind === 'amount' ? Math.round(duration.seconds * 1000) : 0
