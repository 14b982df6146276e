/**
 * One trace as a tree, however broken what arrived is.
 *
 *   storefront GET /cart      |==========================|     depth 0, root
 *   ├─ cart GET /items          |========|                     depth 1
 *   │  └─ redis GET               |===|                        depth 2
 *   └─ (parent never arrived)             |=====|              depth 0, missingParent
 *
 * Traces arrive with spans missing, sent twice, and parents that point at each other. Every span that was given
 * comes out exactly once: a span whose parent is not here becomes a root marked `missingParent`; a repeated span
 * id keeps its first span as the parent of children; a cycle is cut at its earliest span.
 */

/** What the tree needs of a span. Times as in the API: Unix nanoseconds in decimal. */
export type TreeSpan = {
  spanId: string
  parentSpanId: string
  startUnixNano: string
  durationNano: number
}

export type TraceNode<Span extends TreeSpan> = {
  span: Span
  /** Start, in nanoseconds after the earliest start of the trace. */
  offsetNano: number
  depth: number
  children: TraceNode<Span>[]
  /** It names a parent that is not among the spans (or that would make a cycle). */
  missingParent: boolean
  /** Duration not covered by children: where the span's own time went. Never negative. */
  selfNano: number
  /** Spans below this one. */
  descendants: number
}

export type TraceTree<Span extends TreeSpan> = {
  /** More than one when spans are missing: by start, those cut from cycles last. */
  roots: TraceNode<Span>[]
  /** Every node, depth first: the rows of a waterfall with nothing collapsed. */
  rows: TraceNode<Span>[]
  startUnixNano: bigint
  /** From the earliest start to the latest end. */
  durationNano: number
}

/** Builds the tree in O(n log n). An empty list gives an empty tree. */
export function traceTree<Span extends TreeSpan>(spans: readonly Span[]): TraceTree<Span> {
  const startUnixNano = spans.reduce<bigint>((least, span) => min(least, BigInt(span.startUnixNano)), 2n ** 64n)
  const nodes = spans.map((span) => newNode(span, startUnixNano)).sort(byStart)
  const byId = new Map<string, TraceNode<Span>>()
  for (const node of nodes) if (!byId.has(node.span.spanId)) byId.set(node.span.spanId, node)

  const parentOf = (node: TraceNode<Span>) =>
    node.span.parentSpanId === '' ? undefined : byId.get(node.span.parentSpanId)
  for (const node of nodes) parentOf(node)?.children.push(node)
  const rows: TraceNode<Span>[] = []
  const roots: TraceNode<Span>[] = []
  const placed = new Set<TraceNode<Span>>()
  const place = (root: TraceNode<Span>) => {
    root.missingParent = root.span.parentSpanId !== ''
    roots.push(root)
    addDepthFirst(root, rows, placed)
  }
  for (const node of nodes) if (parentOf(node) === undefined) place(node)
  // What no root reaches hangs below a cycle: cutting each cycle at its earliest span reaches everything.
  for (const node of nodes) {
    if (placed.has(node)) continue
    const cut = earliestOfCycle(node, parentOf)
    const siblings = parentOf(cut)?.children
    siblings?.splice(siblings.indexOf(cut), 1)
    place(cut)
  }

  for (const node of rows.toReversed()) {
    node.descendants = node.children.reduce((sum, child) => sum + 1 + child.descendants, 0)
    node.selfNano = selfTime(node)
  }
  const durationNano = nodes.reduce((latest, node) => Math.max(latest, node.offsetNano + node.span.durationNano), 0)
  return { roots, rows, startUnixNano: spans.length === 0 ? 0n : startUnixNano, durationNano }
}

function newNode<Span extends TreeSpan>(span: Span, originUnixNano: bigint): TraceNode<Span> {
  const offsetNano = Number(BigInt(span.startUnixNano) - originUnixNano)
  return { span, offsetNano, depth: 0, children: [], missingParent: false, selfNano: 0, descendants: 0 }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** Earlier first; of two that start together the longer is the likelier parent. */
function byStart(a: TraceNode<TreeSpan>, b: TraceNode<TreeSpan>): number {
  return a.offsetNano - b.offsetNano || b.span.durationNano - a.span.durationNano
}

/** Without recursion: a trace may be thousands of spans deep. */
function addDepthFirst<Span extends TreeSpan>(
  root: TraceNode<Span>,
  rows: TraceNode<Span>[],
  placed: Set<TraceNode<Span>>,
): void {
  const waiting = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    rows.push(node)
    placed.add(node)
    for (const child of node.children.toReversed()) {
      child.depth = node.depth + 1
      waiting.push(child)
    }
  }
}

/** Walks up from a node that no root reaches until the walk meets itself, and picks the cycle's earliest node. */
function earliestOfCycle<Node extends TraceNode<TreeSpan>>(
  node: Node,
  parentOf: (node: Node) => Node | undefined,
): Node {
  const seen = new Set<Node>()
  let at = node
  for (let next: Node | undefined = node; next !== undefined && !seen.has(next); next = parentOf(next)) {
    seen.add(next)
    at = next
  }
  const meeting = parentOf(at) ?? at
  let earliest = meeting
  for (let next = parentOf(meeting); next !== undefined && next !== meeting; next = parentOf(next)) {
    if (byStart(next, earliest) < 0) earliest = next
  }
  return earliest
}

/** Children overlap and outlive their parents; only what they cover inside the parent counts, and once. */
function selfTime(node: TraceNode<TreeSpan>): number {
  const end = node.offsetNano + node.span.durationNano
  let covered = 0
  let coveredUntil = node.offsetNano
  for (const child of node.children) {
    const from = Math.max(child.offsetNano, coveredUntil)
    const until = Math.min(child.offsetNano + child.span.durationNano, end)
    if (until > from) {
      covered += until - from
      coveredUntil = until
    }
  }
  return Math.max(0, node.span.durationNano - covered)
}
