import { type CriticalSection, criticalPath, type TraceNode, traceTree } from '@wakeline/analysis'
import type { SpanRecord, TraceAnswer } from '@wakeline/protocol'

/** A trace made ready to be looked at: everything that does not change while it is. */
export type TraceView = {
  answer: TraceAnswer
  /** Depth first; a row's place in it is its name on this page, for span ids may repeat. */
  rows: SpanRow[]
  root: SpanRow | undefined
  startUnixNano: bigint
  /** From the earliest start to the latest end, at least 1. */
  durationNano: number
  depthMax: number
  /** Most spans first. */
  services: ServiceShare[]
  errors: number
  missingParents: number
}
export type SpanRow = {
  index: number
  /** Index of the row above in the tree, -1 for roots. */
  parent: number
  node: TraceNode<SpanRecord>
  span: SpanRecord
  /** Ranges of the critical path in this span, nanoseconds after the start of the trace. */
  critical: { fromNano: number; toNano: number }[]
  criticalNano: number
}
export type ServiceShare = { service: string; spans: number; errors: number }

export function traceView(answer: TraceAnswer): TraceView {
  const tree = traceTree(answer.spans)
  const sections = sectionsBySpan(criticalPath(tree.roots))
  const rows: SpanRow[] = []
  const above: number[] = []
  let depthMax = 0
  for (const node of tree.rows) {
    above.length = node.depth
    const parent = above.at(-1) ?? -1
    const critical = sections.get(node.span) ?? []
    const criticalNano = critical.reduce((sum, { fromNano, toNano }) => sum + toNano - fromNano, 0)
    above.push(rows.length)
    rows.push({ index: rows.length, parent, node, span: node.span, critical, criticalNano })
    depthMax = Math.max(depthMax, node.depth)
  }
  return {
    answer,
    rows,
    root: rows.find(({ node }) => node.depth === 0 && !node.missingParent) ?? rows[0],
    startUnixNano: tree.startUnixNano,
    durationNano: Math.max(1, tree.durationNano),
    depthMax,
    services: serviceShares(answer.spans),
    errors: answer.spans.filter(({ status }) => status === 'error').length,
    missingParents: rows.filter(({ node }) => node.missingParent).length,
  }
}

function sectionsBySpan(sections: CriticalSection<SpanRecord>[]) {
  const bySpan = new Map<SpanRecord, { fromNano: number; toNano: number }[]>()
  for (const { span, fromNano, toNano } of sections) {
    const own = bySpan.get(span)
    if (own === undefined) bySpan.set(span, [{ fromNano, toNano }])
    else own.push({ fromNano, toNano })
  }
  return bySpan
}

function serviceShares(spans: readonly SpanRecord[]): ServiceShare[] {
  const shares = new Map<string, ServiceShare>()
  for (const { service, status } of spans) {
    const share = shares.get(service) ?? { service, spans: 0, errors: 0 }
    share.spans++
    if (status === 'error') share.errors++
    shares.set(service, share)
  }
  return [...shares.values()].sort((a, b) => b.spans - a.spans || a.service.localeCompare(b.service))
}

/** Nanoseconds from the start of the trace to a moment of a record; negative for what came before. */
export function offsetOf(view: TraceView, unixNano: string): number {
  return Number(BigInt(unixNano) - view.startUnixNano)
}

/** The row of a span: `picked` where it is that span (ids may repeat), else the first with the id. */
export function rowOf(view: TraceView, spanId: string, picked: number): SpanRow | undefined {
  if (spanId === '') return undefined
  const own = view.rows[picked]
  return own?.span.spanId === spanId ? own : view.rows.find(({ span }) => span.spanId === spanId)
}
