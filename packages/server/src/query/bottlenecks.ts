import type { BottlenecksAnswer } from '@wakeline/protocol'
import {
  type ComponentSpanRow,
  componentSpansSql,
  type EntriesPlan,
  type EntryCountRow,
  type EntryRow,
  entriesSql,
  entryCountsSql,
  type TraceSizeRow,
  traceSizesSql,
} from './plan/bottlenecks.ts'
import type { Running } from './run.ts'
import type { TimeRange } from './time-range.ts'
import { askPlaces } from './trace-places.ts'
import { bottlenecksOf, type Entry, type SampledRequests } from './view/bottlenecks.ts'

/** `backMs`: the time before is the same length so much earlier; undefined: right before. */
export type BottlenecksAsk = TimeRange & { service: string; operation: string; backMs?: number | undefined }

/** Requests looked at now, and of as many windows before together. */
const requestsMax = 300
const windowsBefore = 10
/** Spans of all of their traces; where they are larger, fewer requests are looked at. */
const spansMax = 100_000

/** Why requests to a service are slower than they were, and what they do that they did not: from a sample of traces now and before. */
export async function askBottlenecks(ask: BottlenecksAsk, running: Running): Promise<BottlenecksAnswer> {
  const { service, operation, fromMs, toMs } = ask
  const backMs = ask.backMs ?? toMs - fromMs
  const before = { fromMs: fromMs - backMs, toMs: toMs - backMs }
  const plan = { service, operation }
  const now = await askEntries({ ...plan, range: { fromMs, toMs }, windows: 1 }, requestsMax, running)
  const perWindow = Math.ceil(requestsMax / windowsBefore)
  const earlier = await askEntries({ ...plan, range: before, windows: windowsBefore }, perWindow, running)
  const sampled = await askSampled(now.entries, earlier.entries, running)
  return {
    before,
    requests: { now: now.total, before: earlier.total },
    ...bottlenecksOf(sampled),
    cost: running.cost(),
  }
}

type Entries = { entries: Entry[]; total: number }

/** So many times as many as are wanted are sorted to draw them. */
const sortedFor = 4

async function askEntries(plan: EntriesPlan, perWindow: number, running: Running): Promise<Entries> {
  const counted = await running.rows<EntryCountRow>(entryCountsSql(plan))
  const counts = new Map(counted.map(({ at, requests }) => [Number(at), Number(requests)]))
  const every = Array.from({ length: plan.windows }, (_, at) =>
    Math.max(1, Math.floor((counts.get(at) ?? 0) / (sortedFor * perWindow))),
  )
  const total = [...counts.values()].reduce((sum, requests) => sum + requests, 0)
  const rows = total === 0 ? [] : await running.rows<EntryRow>(entriesSql(plan, every, perWindow))
  const entries = rows.map(({ trace, span, at }) => ({ traceId: trace, spanId: span, window: Number(at) }))
  return { entries, total }
}

async function askSampled(now: readonly Entry[], before: readonly Entry[], running: Running): Promise<SampledRequests> {
  const ids = [...new Set([...now, ...before].map(({ traceId }) => traceId))]
  const places = await askPlaces(ids, running)
  if (places === undefined) return { now: [], before: [], spans: [] }
  const sizes = await running.rows<TraceSizeRow>(traceSizesSql(places))
  const spansOf = new Map(sizes.map(({ trace, spans }) => [trace, Number(spans)]))
  const kept = { now: within(now, spansOf), before: within(before, spansOf) }
  const keptIds = [...new Set([...kept.now, ...kept.before].map(({ traceId }) => traceId))]
  const keptPlaces = await askPlaces(keptIds, running)
  const spans = keptPlaces === undefined ? [] : await running.rows<ComponentSpanRow>(componentSpansSql(keptPlaces))
  return { ...kept, spans }
}

/** Whole traces, as many as half of `spansMax` has room for, those of small hashes first: of each window alike. */
function within(entries: readonly Entry[], spansOf: ReadonlyMap<string, number>): Entry[] {
  let left = spansMax / 2
  const counted = new Set<string>()
  return entries.filter(({ traceId }) => {
    if (counted.has(traceId)) return true
    const spans = spansOf.get(traceId) ?? 0
    if (spans > left) return false
    left -= spans
    counted.add(traceId)
    return true
  })
}
