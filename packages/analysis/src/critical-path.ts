import type { TraceNode, TreeSpan } from './trace-tree.ts'

/**
 * The critical path: for every moment of a trace, the one span that the caller was waiting for.
 *
 *   a  |AAA================AAA|        walk back from the end of `a`: its own time until the last child ended,
 *   b<a    |BBBBB|                     then that child, then the time before it, and so on; inside each child
 *   c<a         .==|CCCCCC|            the same again. A child that overlaps the one already chosen is skipped.
 *
 * Invariant: the sections of one root are disjoint and sum to exactly its duration.
 * After Jaeger UI's CriticalPath and Uber's CRISP (graph.py), made iterative; touching siblings both count, and an
 * overlap below `overlapTolerance` of the parent with no other sibling's edge inside it is taken as clock noise.
 */

/** A piece of the critical path, in nanoseconds after the start of the trace. Latest first in the answer. */
export type CriticalSection<Span extends PathSpan> = { span: Span; fromNano: number; toNano: number }
export type PathSpan = TreeSpan & { kind: string }

export type CriticalPathOptions = {
  /** Share of the parent's duration by which two consecutive children may overlap. CRISP's 1 %. */
  overlapTolerance: number
}

/** O(n log n), without recursion. A trace of several roots has a path for each. */
export function criticalPath<Span extends PathSpan>(
  roots: readonly TraceNode<Span>[],
  options: CriticalPathOptions = { overlapTolerance: 0.01 },
): CriticalSection<Span>[] {
  const sections: CriticalSection<Span>[] = []
  eachCriticalSection(roots, (section) => sections.push(section), options)
  return sections.sort((a, b) => b.toNano - a.toNano || b.fromNano - a.fromNano)
}

/** The same for who does not need their order. */
export function eachCriticalSection<Span extends PathSpan>(
  roots: readonly TraceNode<Span>[],
  take: (section: CriticalSection<Span>) => void,
  options: CriticalPathOptions = { overlapTolerance: 0.01 },
): void {
  const windows: Window<Span>[] = roots.map((node) => ({ node, fromNano: node.offsetNano, toNano: endOf(node) }))
  for (let window = windows.pop(); window !== undefined; window = windows.pop()) {
    sweep(window, options.overlapTolerance, take, windows)
  }
}

/** The part of a span that lies on the path. */
type Window<Span extends PathSpan> = { node: TraceNode<Span>; fromNano: number; toNano: number }

/** Walks one span's window backwards, giving its own time to `take` and its children's to `windows`. */
function sweep<Span extends PathSpan>(
  window: Window<Span>,
  overlapTolerance: number,
  take: (section: CriticalSection<Span>) => void,
  windows: Window<Span>[],
): void {
  const { node, fromNano } = window
  const children = blockingChildren(node)
  let edges: Float64Array | undefined
  const overlapMaxNano = overlapTolerance * node.span.durationNano
  let cursor = window.toNano
  for (const child of children) {
    if (cursor <= fromNano) break
    if (child.fromNano >= cursor) continue
    const overlapNano = child.toNano - cursor
    // The first child may outlive the window (its parent was cut short by a sibling); later ones may only touch.
    if (overlapNano > 0 && cursor !== window.toNano) {
      if (overlapNano >= overlapMaxNano) continue
      edges ??= edgesOf(children)
      if (countWithin(edges, cursor, child.toNano) !== 2) continue
    }
    const toNano = Math.min(child.toNano, cursor)
    const startNano = Math.max(child.fromNano, fromNano)
    if (toNano <= startNano) continue
    if (cursor > toNano) take({ span: node.span, fromNano: toNano, toNano: cursor })
    windows.push({ node: child.node, fromNano: startNano, toNano })
    cursor = startNano
  }
  if (cursor > fromNano) take({ span: node.span, fromNano, toNano: cursor })
}

/** Children their parent waited for, cut to the parent's time, latest end first. A consumer never blocks its producer. */
function blockingChildren<Span extends PathSpan>(parent: TraceNode<Span>): Window<Span>[] {
  const endNano = endOf(parent)
  const children: Window<Span>[] = []
  for (const node of parent.children) {
    if (parent.span.kind === 'producer' && node.span.kind === 'consumer') continue
    const fromNano = Math.max(node.offsetNano, parent.offsetNano)
    const toNano = Math.min(endOf(node), endNano)
    if (toNano > fromNano) children.push({ node, fromNano, toNano })
  }
  return children.sort((a, b) => b.toNano - a.toNano || b.fromNano - a.fromNano)
}

function edgesOf(children: readonly { fromNano: number; toNano: number }[]): Float64Array {
  const edges = new Float64Array(children.length * 2)
  for (const [at, { fromNano, toNano }] of children.entries()) edges.set([fromNano, toNano], at * 2)
  return edges.sort()
}

function endOf(node: TraceNode<TreeSpan>): number {
  return node.offsetNano + node.span.durationNano
}

/** How many of the sorted values lie in [from, to]. */
function countWithin(sorted: Float64Array, from: number, to: number): number {
  return firstAbove(sorted, to) - firstAtLeast(sorted, from)
}

function firstAtLeast(sorted: Float64Array, bound: number): number {
  return partition(sorted, (value) => value < bound)
}

function firstAbove(sorted: Float64Array, bound: number): number {
  return partition(sorted, (value) => value <= bound)
}

/** Binary search: the first index at which `before` no longer holds. */
function partition(sorted: Float64Array, before: (value: number) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (before(sorted[middle])) low = middle + 1
    else high = middle
  }
  return low
}
