import { groupedBy } from '../groups.ts'
import { endOf, type Problem, type ProblemNode, type ProblemSpan, totalNanoOf } from './problem.ts'
import type { TraceFacts } from './trace-facts.ts'

const concurrentMax = 50

/** More than fifty of the same call at once below one span. */
export function fanOuts<Span extends ProblemSpan>(facts: TraceFacts<Span>): Problem<Span>[] {
  return facts.callers.flatMap(({ node: parent, calls }) => {
    if (calls.length <= concurrentMax) return []
    return [...groupedBy(calls, ({ key }) => key).values()].flatMap((run): Problem<Span>[] => {
      const nodes = run.map(({ node }) => node)
      const most = concurrency(nodes)
      if (most <= concurrentMax) return []
      const { service, name } = parent.span
      const found = { service, within: name, subject: run[0]?.subject ?? '', totalNano: totalNanoOf(nodes) }
      return [{ kind: 'fanout', ...found, count: most, spans: run.map(({ leaf }) => leaf) }]
    })
  })
}

/** How many there were at once, at most. */
function concurrency<Span extends ProblemSpan>(nodes: readonly ProblemNode<Span>[]): number {
  const ends = nodes.map(endOf).sort((a, b) => a - b)
  let most = 0
  let ended = 0
  // By their starts already, as children are.
  for (const [begun, node] of nodes.entries()) {
    while ((ends[ended] ?? Number.POSITIVE_INFINITY) <= node.offsetNano) ended++
    most = Math.max(most, begun + 1 - ended)
  }
  return most
}
