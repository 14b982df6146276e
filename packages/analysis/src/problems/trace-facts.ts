import { criticalPath } from '../critical-path.ts'
import { type Asked, askedBy } from './call-key.ts'
import { endOf, type ProblemNode, type ProblemSpan } from './problem.ts'

/**
 * What the detectors share of one trace, computed once in O(n log n).
 *
 * A call is a span that asks something outside of its process, or the span of one's own code around it:
 *
 *   GET /cart
 *   ├─ Cart.load            a call, by its name and what is below
 *   │  └─ SELECT items         its leaf
 *   ├─ Cart.load
 *   │  └─ SELECT items
 */
export type Call<Span extends ProblemSpan> = {
  node: ProblemNode<Span>
  /** Calls of the same place in the code have the same. */
  key: string
  of: Asked['of']
  /** The span that asks, and its key alone. */
  leaf: ProblemNode<Span>
  leafKey: string
  subject: string
}

export type SpanFacts<Span extends ProblemSpan> = {
  node: ProblemNode<Span>
  parent: SpanFacts<Span> | undefined
  call: Call<Span> | undefined
  /** The calls right below it, by their starts. */
  calls: Call<Span>[]
  /** How long the trace waited for it and what is below it. Work that nobody waits for, a consumer's, has a path of its own. */
  waitedNano: number
}

export type TraceFacts<Span extends ProblemSpan> = {
  /** Depth first. */
  all: readonly SpanFacts<Span>[]
  /** Those with more than one call below. */
  callers: readonly SpanFacts<Span>[]
  of: (node: ProblemNode<Span>) => SpanFacts<Span> | undefined
  parentOf: (node: ProblemNode<Span>) => ProblemNode<Span> | undefined
  waitedNano: (node: ProblemNode<Span>) => number
}

/** `rows` and `roots` as in a TraceTree. */
export function traceFacts<Span extends ProblemSpan>(
  rows: readonly ProblemNode<Span>[],
  roots: readonly ProblemNode<Span>[],
): TraceFacts<Span> {
  const above: SpanFacts<Span>[] = []
  const all = rows.map((node): SpanFacts<Span> => {
    above.length = node.depth
    const facts = { node, parent: above.at(-1), call: undefined, calls: [], waitedNano: 0 }
    above.push(facts)
    return facts
  })
  // From the end, all that is below a span is known when its turn comes.
  for (const facts of all.toReversed()) {
    facts.calls.reverse()
    facts.call = callAt(facts)
    if (facts.call !== undefined) facts.parent?.calls.push(facts.call)
  }
  const bySpan = new Map(all.map((facts) => [facts.node.span, facts] as const))
  addWaited(all, roots, bySpan)
  const of = (node: ProblemNode<Span>) => bySpan.get(node.span)
  return {
    all,
    callers: all.filter(({ calls }) => calls.length > 1),
    of,
    parentOf: (node) => of(node)?.parent?.node,
    waitedNano: (node) => of(node)?.waitedNano ?? 0,
  }
}

function callAt<Span extends ProblemSpan>({ node, parent, calls }: SpanFacts<Span>): Call<Span> | undefined {
  const { span } = node
  const asked = askedBy(span)
  if (asked !== undefined) {
    const { of, subject } = asked
    const key = `${span.service} ${of} ${subject}`
    return { node, key, of, leaf: node, leafKey: key, subject }
  }
  // A server whose caller has no span of its own.
  if (span.kind === 'server') {
    if (parent === undefined || parent.node.span.kind === 'client') return undefined
    const subject = `${span.service} ${span.name}`
    const key = `server ${subject}`
    return { node, key, of: 'other', leaf: node, leafKey: key, subject }
  }
  if (span.kind === 'consumer') return undefined
  let longest: Call<Span> | undefined
  for (const call of calls) {
    if (longest === undefined || call.node.span.durationNano > longest.node.span.durationNano) longest = call
  }
  return longest && { ...longest, node, key: `${span.service} ${span.name} > ${longest.leafKey}` }
}

function addWaited<Span extends ProblemSpan>(
  all: readonly SpanFacts<Span>[],
  roots: readonly ProblemNode<Span>[],
  bySpan: ReadonlyMap<Span, SpanFacts<Span>>,
): void {
  const apart = new Set(all.filter(isAsync))
  for (const { span, fromNano, toNano } of criticalPath([...roots, ...[...apart].map(({ node }) => node)])) {
    const facts = bySpan.get(span)
    if (facts !== undefined) facts.waitedNano += toNano - fromNano
  }
  for (const facts of all.toReversed()) {
    if (facts.parent !== undefined && !apart.has(facts)) facts.parent.waitedNano += facts.waitedNano
  }
}

/** Nobody waited for it: a consumer of what its parent sent, or what began when its parent had ended. */
function isAsync<Span extends ProblemSpan>({ node, parent }: SpanFacts<Span>): boolean {
  if (parent === undefined) return false
  return (
    (parent.node.span.kind === 'producer' && node.span.kind === 'consumer') || node.offsetNano >= endOf(parent.node)
  )
}
