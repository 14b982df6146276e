import { comparisons } from './condition-match.ts'
import type { Measure, SpanSet, TraceCondition } from './trace-condition.ts'

/** A trace as the engine tells it: `matches` has bit n set where the span matches leaf n. */
export type TraceSpans = {
  measures: Record<Measure, number>
  spans: readonly { spanId: string; parentSpanId: string; matches: number }[]
}

/** Whether the trace is what was asked for. */
export function holds(condition: TraceCondition, trace: TraceSpans): boolean {
  switch (condition.is) {
    case 'and':
      return condition.terms.every((term) => holds(term, trace))
    case 'or':
      return condition.terms.some((term) => holds(term, trace))
    case 'not':
      return !holds(condition.term, trace)
    case 'some':
      return spansOf(condition.spans, trace).size > 0
    case 'measure':
      return comparisons[condition.compare](trace.measures[condition.measure], condition.value)
  }
}

/** The spans the search is about: of every set that is not denied; the root where nothing else is asked for. */
export function spansFound(condition: TraceCondition, trace: TraceSpans): ReadonlySet<string> {
  const found = collected(condition, trace, false)
  return new Set(found.length > 0 ? found : collected(condition, trace, true))
}

function collected(condition: TraceCondition, trace: TraceSpans, isRoot: boolean): string[] {
  switch (condition.is) {
    case 'and':
    case 'or':
      return condition.terms.flatMap((term) => (holds(term, trace) ? collected(term, trace, isRoot) : []))
    case 'some':
      return condition.isRoot === isRoot ? [...spansOf(condition.spans, trace)] : []
    default:
      return []
  }
}

function spansOf(set: SpanSet, trace: TraceSpans): ReadonlySet<string> {
  if (set.is === 'leaf') {
    const bit = 2 ** set.leaf
    return new Set(trace.spans.flatMap((span) => (Math.floor(span.matches / bit) % 2 === 1 ? [span.spanId] : [])))
  }
  const above = spansOf(set.above, trace)
  const below = spansOf(set.below, trace)
  if (above.size === 0 || below.size === 0) return new Set()
  const parents = new Map(trace.spans.map((span) => [span.spanId, span.parentSpanId]))
  if (set.relation === '>') return new Set([...below].filter((id) => above.has(parents.get(id) ?? '')))
  const known = new Map<string, boolean>()
  return new Set([...below].filter((id) => hasAncestor(parents.get(id), { above, parents, known })))
}

/** Whether this span or one over it is in `above`. Each span is looked at once; a circle of parents ends the way. */
function hasAncestor(
  first: string | undefined,
  {
    above,
    parents,
    known,
  }: { above: ReadonlySet<string>; parents: ReadonlyMap<string, string>; known: Map<string, boolean> },
): boolean {
  const way: string[] = []
  const seen = new Set<string>()
  let found = false
  for (let id = first; id !== undefined && !seen.has(id); id = parents.get(id)) {
    const before = known.get(id)
    found = before ?? above.has(id)
    way.push(id)
    seen.add(id)
    if (found || before !== undefined) break
  }
  for (const id of way) known.set(id, found)
  return found
}
