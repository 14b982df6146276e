import {
  type CriticalSection,
  clockName,
  criticalPath,
  openSchedule,
  type PreparedTrace,
  type ProblemFigures,
  prepareTrace,
  type Schedule,
  type TraceNode,
  traceProblems,
} from '@wakeline/analysis'
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
  /** What could be saved most first. */
  problems: ViewProblem[]
  /** What follows if a span had taken another time. */
  schedule: Schedule<SpanRecord>
  /** How the trace had to be prepared. */
  prepared: Pick<PreparedTrace<SpanRecord>, 'shiftMostNano' | 'shiftsRefused' | 'repeated' | 'coverage'>
}
/** `rows` are the indexes of its spans. */
export type ViewProblem = { figures: ProblemFigures; rows: number[] }
export type SpanRow = {
  index: number
  /** Index of the row above in the tree, -1 for roots. */
  parent: number
  /** Its `span` is where it must have been, where hosts' clocks differ. */
  node: TraceNode<SpanRecord>
  /** As it was received. */
  span: SpanRecord
  /** How far the row was moved from where its host's clock had it. */
  shiftNano: number
  /** Ranges of the critical path in this span, nanoseconds after the start of the trace. */
  critical: { fromNano: number; toNano: number }[]
  criticalNano: number
  /** Indexes of the problems that it is part of. */
  problems: number[]
}
export type ServiceShare = { service: string; spans: number; errors: number }

export function traceView(answer: TraceAnswer): TraceView {
  const clockOf = ({ resourceId }: SpanRecord) => clockName(resourceId, answer.resources[resourceId]?.attributes)
  const prepared = prepareTrace(answer.spans, { clockOf })
  const { tree } = prepared
  const sections = sectionsBySpan(criticalPath(tree.roots))
  const rows: SpanRow[] = []
  const above: number[] = []
  let depthMax = 0
  for (const node of tree.rows) {
    above.length = node.depth
    const parent = above.at(-1) ?? -1
    const critical = sections.get(node.span) ?? []
    const criticalNano = critical.reduce((sum, { fromNano, toNano }) => sum + toNano - fromNano, 0)
    const [span, shiftNano] = [prepared.received(node.span), prepared.shiftNanoOf(node.span)]
    above.push(rows.length)
    rows.push({ index: rows.length, parent, node, span, shiftNano, critical, criticalNano, problems: [] })
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
    missingParents: prepared.orphans,
    problems: markProblems(prepared, rows),
    schedule: openSchedule(tree.roots),
    prepared,
  }
}

/** Problems, and on each row which of them it is part of. */
function markProblems({ tree }: PreparedTrace<SpanRecord>, rows: readonly SpanRow[]): ViewProblem[] {
  const rowOfNode = new Map(rows.map((row) => [row.node, row]))
  return traceProblems(tree.rows, tree.roots).map(({ spans, ...figures }, index) => {
    const marked = spans.flatMap((node) => rowOfNode.get(node) ?? [])
    for (const row of marked) if (!row.problems.includes(index)) row.problems.push(index)
    return { figures, rows: [...new Set(marked.map((row) => row.index))] }
  })
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
