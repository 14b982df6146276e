import { eachCriticalSection } from '../critical-path.ts'
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
  /** The facts of that span. */
  at: SpanFacts<Span>
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
  const bySpan = new Map<Span, SpanFacts<Span>>()
  const all = rows.map((node): SpanFacts<Span> => {
    above.length = node.depth
    const facts: SpanFacts<Span> = { node, parent: above.at(-1), call: undefined, calls: [], waitedNano: 0 }
    above.push(facts)
    bySpan.set(node.span, facts)
    return facts
  })
  // From the end, all that is below a span is known when its turn comes.
  const keyOf = openKeys()
  for (let row = all.length - 1; row >= 0; row--) {
    const facts = all[row]
    if (facts === undefined) continue
    if (facts.calls.length > 1) facts.calls.reverse()
    facts.call = callAt(facts, keyOf)
    if (facts.call !== undefined) facts.parent?.calls.push(facts.call)
  }
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

type KeyOf = (service: string, separator: string, subject: string) => string

/** The text of a key is put together once: those of the same place in the code are one and the same string. */
function openKeys(): KeyOf {
  const known = new Map<string, Map<string, Map<string, string>>>()
  return (service, separator, subject) => {
    const ofService = kept(known, service, () => new Map<string, Map<string, string>>())
    const ofBoth = kept(ofService, separator, () => new Map<string, string>())
    return kept(ofBoth, subject, () => `${service} ${separator} ${subject}`)
  }
}

function kept<Item>(items: Map<string, Item>, key: string, make: () => Item): Item {
  const before = items.get(key)
  if (before !== undefined) return before
  const made = make()
  items.set(key, made)
  return made
}

function callAt<Span extends ProblemSpan>(at: SpanFacts<Span>, keyOf: KeyOf): Call<Span> | undefined {
  const { node, parent, calls } = at
  const { span } = node
  const asked = askedBy(span)
  if (asked !== undefined) {
    const { of, subject } = asked
    const key = keyOf(span.service, of, subject)
    return { node, at, key, of, leaf: node, leafKey: key, subject }
  }
  // A server whose caller has no span of its own.
  if (span.kind === 'server') {
    if (parent === undefined || parent.node.span.kind === 'client') return undefined
    const subject = `${span.service} ${span.name}`
    const key = `server ${subject}`
    return { node, at, key, of: 'other', leaf: node, leafKey: key, subject }
  }
  if (span.kind === 'consumer') return undefined
  let longest: Call<Span> | undefined
  for (const call of calls) {
    if (longest === undefined || call.node.span.durationNano > longest.node.span.durationNano) longest = call
  }
  if (longest === undefined) return undefined
  const { of, leaf, leafKey, subject } = longest
  return { node, at, key: keyOf(span.service, `${span.name} >`, leafKey), of, leaf, leafKey, subject }
}

function addWaited<Span extends ProblemSpan>(
  all: readonly SpanFacts<Span>[],
  roots: readonly ProblemNode<Span>[],
  bySpan: ReadonlyMap<Span, SpanFacts<Span>>,
): void {
  const apart = new Set(all.filter(isAsync))
  eachCriticalSection([...roots, ...[...apart].map(({ node }) => node)], ({ span, fromNano, toNano }) => {
    const facts = bySpan.get(span)
    if (facts !== undefined) facts.waitedNano += toNano - fromNano
  })
  for (let row = all.length - 1; row >= 0; row--) {
    const facts = all[row]
    if (facts?.parent !== undefined && !apart.has(facts)) facts.parent.waitedNano += facts.waitedNano
  }
}

/** Nobody waited for it: a consumer of what its parent sent, or what began when its parent had ended. */
function isAsync<Span extends ProblemSpan>({ node, parent }: SpanFacts<Span>): boolean {
  if (parent === undefined) return false
  return (
    (parent.node.span.kind === 'producer' && node.span.kind === 'consumer') || node.offsetNano >= endOf(parent.node)
  )
}
