import type { SpanRow, TraceView } from './trace-view.ts'

/**
 * Which rows are shown: those not below a collapsed row and not of a hidden service. A hidden span's children stay
 * where they are, so that hiding a chatty proxy does not hide what it called.
 */
export function visibleRows(view: TraceView, collapsed: ReadonlySet<number>, hidden: ReadonlySet<string>): SpanRow[] {
  const shown: SpanRow[] = []
  for (let at = 0; at < view.rows.length; at++) {
    const row = view.rows[at]
    if (row === undefined) break
    if (!hidden.has(row.span.service)) shown.push(row)
    // The subtree of a row stands right behind it.
    if (collapsed.has(at)) at += row.node.descendants
  }
  return shown
}

/** Every row with children from `depth` on: what to collapse to show `depth` levels below the roots. */
export function collapsedAt(view: TraceView, depth: number): Set<number> {
  return new Set(
    view.rows.filter(({ node }) => node.depth >= depth && node.children.length > 0).map(({ index }) => index),
  )
}

/** How deep the shown tree goes: the depth of the deepest row no collapsed row hides. */
export function shownDepth(view: TraceView, collapsed: ReadonlySet<number>): number {
  return visibleRows(view, collapsed, noService).reduce((deepest, { node }) => Math.max(deepest, node.depth), 0)
}

const noService: ReadonlySet<string> = new Set()

/** The collapse set with every row above this one opened; the same set where there is nothing to open. */
export function revealed(view: TraceView, collapsed: ReadonlySet<number>, index: number): ReadonlySet<number> {
  let next: Set<number> | undefined
  for (let at = view.rows[index]?.parent ?? -1; at !== -1; at = view.rows[at]?.parent ?? -1) {
    if (!collapsed.has(at)) continue
    next ??= new Set(collapsed)
    next.delete(at)
  }
  return next ?? collapsed
}
