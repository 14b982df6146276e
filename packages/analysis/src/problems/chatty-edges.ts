import { type Problem, type ProblemNode, type ProblemSpan, totalNanoOf } from './problem.ts'
import type { TraceFacts } from './trace-facts.ts'

const callsMax = 30

/** More than thirty calls from one service to another in one trace, of whatever kind, that no repeat explains already. */
export function chattyEdges<Span extends ProblemSpan>(
  facts: TraceFacts<Span>,
  claimed: ReadonlySet<ProblemNode<Span>>,
): Problem<Span>[] {
  const edges = new Map<string, { caller: ProblemNode<Span>; callee: string; calls: ProblemNode<Span>[] }>()
  for (const { node, parent } of facts.all) {
    const caller = parent?.node
    if (caller === undefined || caller.span.service === node.span.service || node.span.kind === 'consumer') continue
    const key = JSON.stringify([caller.span.service, node.span.service])
    const edge = edges.get(key) ?? { caller, callee: node.span.service, calls: [] }
    edges.set(key, edge)
    edge.calls.push(caller)
  }
  return [...edges.values()].flatMap(({ caller, callee, calls }): Problem<Span>[] => {
    const told = calls.filter((call) => claimed.has(call)).length
    if (calls.length <= callsMax || told * 2 >= calls.length) return []
    const { service } = caller.span
    const within = facts.parentOf(caller)?.span.name ?? caller.span.name
    return [
      {
        kind: 'chatty.edge',
        service,
        within,
        subject: callee,
        count: calls.length,
        totalNano: totalNanoOf(calls),
        spans: calls,
      },
    ]
  })
}
