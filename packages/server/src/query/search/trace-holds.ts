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

/** Ids of the spans the search is about: of every set that is not denied; the root where nothing else is asked for. */
export function spansFound(condition: TraceCondition, trace: TraceSpans): ReadonlySet<string> {
  const found = collected(condition, trace, false)
  const places = found.length > 0 ? found : collected(condition, trace, true)
  return new Set(places.flatMap((place) => trace.spans[place]?.spanId ?? []))
}

function collected(condition: TraceCondition, trace: TraceSpans, isRoot: boolean): number[] {
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

/** Spans by their place in the trace: two may have one id, as of a call's two sides in Zipkin's way. */
function spansOf(set: SpanSet, trace: TraceSpans): ReadonlySet<number> {
  if (set.is === 'leaf') {
    const bit = 2 ** set.leaf
    return new Set(trace.spans.flatMap(({ matches }, place) => (Math.floor(matches / bit) % 2 === 1 ? [place] : [])))
  }
  const below = spansOf(set.below, trace)
  if (below.size === 0) return below
  const under = spansUnder(spansOf(set.above, trace), set.relation, trace)
  return new Set([...below].filter((place) => under.has(place)))
}

/** Children of these spans, or all that is below them. Each id is followed once, which ends a circle of parents too. */
function spansUnder(above: ReadonlySet<number>, relation: '>' | '>>', { spans }: TraceSpans): ReadonlySet<number> {
  const children = new Map<string, number[]>()
  spans.forEach(({ parentSpanId }, place) => {
    const ofParent = children.get(parentSpanId)
    if (ofParent === undefined) children.set(parentSpanId, [place])
    else ofParent.push(place)
  })
  const under = new Set<number>()
  const idOf = (place: number): string => spans[place]?.spanId ?? ''
  const ids = new Set([...above].map(idOf))
  // A set is walked in the order things were put in, those put in on the way too.
  for (const id of ids) {
    for (const child of children.get(id) ?? []) {
      under.add(child)
      if (relation === '>>') ids.add(idOf(child))
    }
  }
  return under
}
