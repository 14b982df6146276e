import type { SpanRow, TraceView } from './trace-view.ts'

/** Where a trace's time went, by service or by operation. */
export type SummaryRow = {
  key: string
  service: string
  /** '' where the row is a whole service. */
  name: string
  spans: number
  errors: number
  /** Time in spans of the group that none of their children covers. */
  selfNano: number
  /** Time during which the answer was waiting for the group. */
  criticalNano: number
  /** The longest single span. */
  longestNano: number
  longestIndex: number
  rows: SpanRow[]
}

export function summaryRows(view: TraceView, by: 'service' | 'operation'): SummaryRow[] {
  const groups = new Map<string, SummaryRow>()
  for (const row of view.rows) {
    const { index, node, span, criticalNano } = row
    const name = by === 'service' ? '' : span.name
    const key = `${span.service}\n${name}`
    const group = groups.get(key) ?? newRow(key, span.service, name)
    group.spans++
    group.rows.push(row)
    if (span.status === 'error') group.errors++
    group.selfNano += node.selfNano
    group.criticalNano += criticalNano
    if (span.durationNano > group.longestNano || group.longestIndex === -1) {
      group.longestNano = span.durationNano
      group.longestIndex = index
    }
    groups.set(key, group)
  }
  return [...groups.values()]
}

function newRow(key: string, service: string, name: string): SummaryRow {
  return {
    key,
    service,
    name,
    spans: 0,
    errors: 0,
    selfNano: 0,
    criticalNano: 0,
    longestNano: 0,
    longestIndex: -1,
    rows: [],
  }
}
