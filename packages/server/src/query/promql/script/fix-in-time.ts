import { type AtModifier, childrenOf, type Expression, type VectorSelector } from '../parse/ast.ts'

/** Expressions put so that they do not depend on when they are asked. */

const timeFunctions = new Set(
  'time timestamp predict_linear day_of_month day_of_week day_of_year days_in_month hour minute month year'.split(' '),
)
const queryFunctions = new Set(['start', 'end', 'step', 'range'])

function some(expression: Expression, wanted: (node: Expression) => boolean): boolean {
  return wanted(expression) || childrenOf(expression).some((child) => some(child, wanted))
}

const looksAtQuery = (node: Expression): boolean => {
  if (node.kind === 'call') return queryFunctions.has(node.name)
  if (node.kind === 'vector-selector') return dependsOn(node.at, node.offset)
  if (node.kind === 'range-selector') return dependsOn(undefined, node.range)
  return node.kind === 'subquery' && (dependsOn(node.at, node.range) || dependsOn(node.at, node.offset))
}

function dependsOn(at: AtModifier | undefined, duration: VectorSelector['offset']): boolean {
  return (at !== undefined && at.kind !== 'time') || (duration !== undefined && duration.kind !== 'amount')
}

/** Means something else as part of a longer query. */
export const dependsOnQuery = (expression: Expression): boolean => some(expression, looksAtQuery)

/** With `@` on all selectors and subqueries that have none. Undefined when the time shows in other ways. */
export function fixedInTime(expression: Expression, unixMs: number): Expression | undefined {
  const showsTime = some(expression, (node) => node.kind === 'call' && timeFunctions.has(node.name))
  return showsTime ? undefined : fix(expression, { kind: 'time', unixMs })
}

function fix(node: Expression, at: AtModifier): Expression {
  switch (node.kind) {
    case 'vector-selector':
      return { ...node, at: node.at ?? at }
    case 'range-selector':
      return { ...node, selector: { ...node.selector, at: node.selector.at ?? at } }
    // What is inside a subquery moves with its steps.
    case 'subquery':
      return { ...node, at: node.at ?? at }
    case 'paren':
    case 'unary':
      return { ...node, expression: fix(node.expression, at) }
    case 'call':
      return { ...node, args: node.args.map((arg, i) => (node.name === 'info' && i === 1 ? arg : fix(arg, at))) }
    case 'aggregation': {
      const parameter = node.parameter === undefined ? undefined : fix(node.parameter, at)
      return { ...node, parameter, expression: fix(node.expression, at) }
    }
    case 'binary':
      return { ...node, left: fix(node.left, at), right: fix(node.right, at) }
    default:
      return node
  }
}
