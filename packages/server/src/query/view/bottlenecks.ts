import {
  type BehaviourChange,
  type Bottleneck,
  type ComponentSpan,
  componentTimes,
  type Execution,
  findBehaviourChanges,
  findBottlenecks,
  groupedBy,
  likelyCauses,
  type RequestTimes,
  type Sight,
  type TraceNode,
  traceTree,
} from '@wakeline/analysis'
import type { BottleneckRow, BottlenecksAnswer, ChangeRow } from '@wakeline/protocol'
import type { ComponentSpanRow } from '../plan/bottlenecks.ts'
import { kindOf } from './records.ts'

/** A request that is looked at: the span in which the service was asked. */
export type Entry = { traceId: string; spanId: string; window: number }
export type SampledRequests = { now: readonly Entry[]; before: readonly Entry[]; spans: readonly ComponentSpanRow[] }

const rowsMost = 20
const exemplarsMost = 3

type Told = Pick<BottlenecksAnswer, 'looked' | 'durationNano' | 'bottlenecks' | 'changes' | 'causes' | 'notCompared'>

export function bottlenecksOf({ now, before, spans }: SampledRequests): Told {
  const nodes = nodesOf(spans)
  const read = (entries: readonly Entry[]): Read[] => entries.flatMap((entry) => readRequest(entry, nodes))
  const [requests, earlier] = [read(now), read(before)]
  const windows = groupedBy(earlier, ({ window }) => window)
  const bottlenecks = findBottlenecks(
    requests.map(({ times }) => times),
    [...windows.values()].map((window) => window.map(({ times }) => times)),
  )
  const changes = findBehaviourChanges(
    requests.flatMap(({ executions }) => executions),
    earlier.flatMap(({ executions }) => executions),
  ).filter(({ certain }) => certain > 0)
  const calls = [...requests, ...earlier].flatMap((request) => request.calls)
  const compared = new Set(bottlenecks.map(({ endpoint }) => endpoint))
  const rows = rowsOf(bottlenecks)
  return {
    looked: { now: requests.length, before: earlier.length },
    durationNano: { now: sumOf(rows, 'nowNano'), before: sumOf(rows, 'beforeNano') },
    bottlenecks: rows.slice(0, rowsMost),
    changes: changes.slice(0, rowsMost).map(changeRow),
    causes: likelyCauses({ bottlenecks, changes, calls })
      .filter(({ weight }) => weight > 0)
      .map(({ service, weight }) => ({ service, weight })),
    notCompared: [...new Set(requests.map(({ times }) => times.endpoint))].filter((each) => !compared.has(each)),
  }
}

type SpanNode = TraceNode<ComponentSpan & { status: number; error: string }>
type Read = {
  window: number
  times: RequestTimes
  executions: Execution[]
  calls: { caller: string; callee: string }[]
}

/** By trace and span. */
function nodesOf(rows: readonly ComponentSpanRow[]): Map<string, SpanNode> {
  const traces = new Map<string, SpanNode['span'][]>()
  for (const row of rows) {
    const spans = traces.get(row.trace) ?? []
    traces.set(row.trace, spans)
    spans.push({
      spanId: row.span,
      parentSpanId: /^0*$/.test(row.parent) ? '' : row.parent,
      startUnixNano: row.start,
      durationNano: Number(row.nanoseconds),
      kind: kindOf(row.kind),
      service: row.service,
      name: row.name,
      peer: row.peer,
      status: row.status,
      error: [row.type, row.alike].filter((part) => part !== '').join(': ') || 'no message',
    })
  }
  const nodes = new Map<string, SpanNode>()
  for (const [trace, spans] of traces)
    for (const node of traceTree(spans).rows) nodes.set(trace + node.span.spanId, node)
  return nodes
}

const errorStatus = 2

function readRequest({ traceId, spanId, window }: Entry, nodes: ReadonlyMap<string, SpanNode>): Read[] {
  const entry = nodes.get(traceId + spanId)
  if (entry === undefined) return []
  const endpoint = entry.span.name
  const times = { traceId, endpoint, failed: entry.span.status === errorStatus, components: componentTimes(entry) }
  const executions: Execution[] = []
  const calls: Read['calls'] = []
  const waiting = [entry]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const { service, name: operation } = node.span
    executions.push({ traceId, endpoint, service, operation, sights: sightsOf(node) })
    for (const child of node.children) {
      waiting.push(child)
      if (child.span.service !== service) calls.push({ caller: service, callee: child.span.service })
    }
  }
  return [{ window, times, executions, calls }]
}

/** What it went on to, and its error where that began here: a failed span whose children did not fail. */
function sightsOf({ span, children }: SpanNode): Sight[] {
  const steps = children.map((child): Sight => ({ is: 'step', what: `${child.span.service} ${child.span.name}` }))
  const began = span.status === errorStatus && !children.some((child) => child.span.status === errorStatus)
  return began ? [...steps, { is: 'error', what: span.error }] : steps
}

/** Components of all endpoints together, for one request of the service; those that rose most beyond chance first, then what rose. */
function rowsOf(bottlenecks: readonly Bottleneck[]): BottleneckRow[] {
  const endpoints = new Map(bottlenecks.map(({ endpoint, traces }) => [endpoint, traces]))
  const all = [...endpoints.values()].reduce((sum, traces) => sum + traces, 0)
  const rows = [...groupedBy(bottlenecks, ({ key }) => key).values()].flatMap(
    (group): (BottleneckRow & { excess: number })[] => {
      const most = group.toSorted((a, b) => riseOf(b) * b.traces - riseOf(a) * a.traces)[0]
      if (most === undefined) return []
      const perRequest = (value: (each: Bottleneck) => number): number =>
        group.reduce((sum, each) => sum + value(each) * each.traces, 0) / all
      const excess = perRequest(({ excessNano }) => Math.max(0, excessNano))
      return [
        {
          service: most.service,
          ...(most.caller !== undefined && { caller: most.caller }),
          operation: most.operation,
          endpoint: most.endpoint,
          beforeNano: perRequest(({ beforeNano }) => beforeNano),
          nowNano: perRequest(({ nowNano }) => nowNano),
          spansBefore: perRequest(({ spansBefore }) => spansBefore),
          spansNow: perRequest(({ spansNow }) => spansNow),
          share: 0,
          isBeyondChance: excess > 0,
          exemplars: most.exemplars,
          excess,
        },
      ]
    },
  )
  const rises = rows.reduce((sum, row) => sum + Math.max(0, riseOf(row)), 0)
  return rows
    .sort((a, b) => b.excess - a.excess || riseOf(b) - riseOf(a))
    .map(({ excess: _, ...row }) => ({ ...row, share: Math.max(0, riseOf(row)) / Math.max(1, rises) }))
}

const riseOf = ({ nowNano, beforeNano }: Pick<BottleneckRow, 'nowNano' | 'beforeNano'>): number => nowNano - beforeNano

const sumOf = (rows: readonly BottleneckRow[], key: 'nowNano' | 'beforeNano'): number =>
  rows.reduce((sum, row) => sum + row[key], 0)

function changeRow({ is, service, operation, what, before, now, traceIds }: BehaviourChange): ChangeRow {
  return { is, service, operation, what, before, now, exemplars: traceIds.slice(0, exemplarsMost) }
}
