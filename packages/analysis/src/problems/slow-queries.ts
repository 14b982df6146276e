import type { Problem, ProblemSpan } from './problem.ts'
import type { TraceFacts } from './trace-facts.ts'

const slowNano = 1e9

/** A query that is slow whatever it usually takes. What is far over its own usual time is told of several traces. */
export function slowQueries<Span extends ProblemSpan>(facts: TraceFacts<Span>): Problem<Span>[] {
  return facts.all.flatMap(({ node, parent, call }) => {
    const nano = node.span.durationNano
    if (nano < slowNano || call?.of !== 'database' || call.leaf !== node) return []
    const { service } = node.span
    const within = parent?.node.span.name ?? node.span.name
    return [{ kind: 'db.slow', service, within, subject: call.subject, count: 1, totalNano: nano, spans: [node] }]
  })
}
