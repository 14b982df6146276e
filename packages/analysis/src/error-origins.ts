import type { TraceNode, TreeSpan } from './trace-tree.ts'

/** A failed span as the analysis sees it. */
export type FailedSpan<Span extends TreeSpan> = {
  node: TraceNode<Span>
  /** Where its error began: the span itself, or the failed span below it that failed first. */
  origin: TraceNode<Span>
}

/**
 * Every failed span with the span its error began in: going down from it, always to the failed child that ended first
 * (what failed later may be a consequence), until no child has failed. `rows` are depth first, as in a TraceTree. O(n).
 */
export function errorOrigins<Span extends TreeSpan>(
  rows: readonly TraceNode<Span>[],
  hasFailed: (span: Span) => boolean,
): FailedSpan<Span>[] {
  const origins = new Map<TraceNode<Span>, TraceNode<Span>>()
  // Children stand after their parents: from the end, every child is known when its parent's turn comes.
  for (const node of rows.toReversed()) {
    if (!hasFailed(node.span)) continue
    let first: TraceNode<Span> | undefined
    for (const child of node.children)
      if (origins.has(child) && (first === undefined || endOf(child) < endOf(first))) first = child
    origins.set(node, (first === undefined ? undefined : origins.get(first)) ?? node)
  }
  return rows.flatMap((node) => {
    const origin = origins.get(node)
    return origin === undefined ? [] : [{ node, origin }]
  })
}

function endOf(node: TraceNode<TreeSpan>): number {
  return node.offsetNano + node.span.durationNano
}
