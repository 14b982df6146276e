import type { ServiceEdge, ServiceEdgesAnswer } from '@wakeline/protocol'
import {
  answeredEdgesSql,
  type EdgeRow,
  type KeptEdgeRow,
  keptEdgesSql,
  type MinuteRow,
  madeMinutesSql,
  minutesSql,
  outsideEdgesSql,
  parentsBeforeMs,
  skewMs,
  spansByMinuteSql,
} from './plan/service-edges.ts'
import type { Running } from './run.ts'
import { askSince, type Since } from './since.ts'
import { minuteMs, type TimeRange, wholeMinutes } from './time-range.ts'
import { addDurations, type Durations } from './view/durations.ts'
import { coveredBy, secondsOf, totals } from './view/services.ts'

/**
 * Who called whom: minutes that have settled come from the rollup, what is newer (and what the rollup has not come to yet)
 * from the spans themselves.
 */
export async function askServiceEdges(
  ask: TimeRange,
  { running, nowMs }: { running: Running; nowMs: number },
): Promise<ServiceEdgesAnswer> {
  const range = wholeMinutes(ask)
  const made = new Set((await running.rows<MinuteRow>(madeMinutesSql(range))).map(({ at }) => at))
  const unmade = (await running.rows<MinuteRow>(minutesSql(range))).filter(({ at }) => !made.has(at))
  const minutes = unmade.map(({ at }) => Number(at))
  const kept = await running.rows<KeptEdgeRow>(keptEdgesSql(range, minutes))
  const oneOf = sampleOf(
    unmade.reduce((sum, { seen }) => sum + Number(seen), 0),
    spansAskedMax,
  )
  const fresh = await joinedEdges({ minutes, oneOf }, running)
  const isEstimate = oneOf > 1 || kept.some(({ of }) => of > 1)
  const since = await askSince(range, running)
  const edges = summed([...kept, ...fresh], { since, toMs: coveredBy(range, nowMs).toMs })
  return { edges, ...(isEstimate && { isEstimate }), cost: running.cost() }
}

/** Spans joined while somebody waits; of more, a sample of the traces. */
const spansAskedMax = 2_000_000

/** One of how many traces to look at, so that no more spans than that are joined. */
export const sampleOf = (spans: number, spansMax: number): number => Math.max(1, Math.ceil(spans / spansMax))

/** Minutes (Unix seconds), and one of how many of their traces. */
export type MinutesAsk = { minutes: readonly number[]; oneOf: number }

/** Edges of these minutes, from spans. */
async function joinedEdges({ minutes, oneOf }: MinutesAsk, running: Running): Promise<EdgeRow[]> {
  const range = rangeOf(minutes)
  if (range === undefined) return []
  const ask = { range, minutes, oneOf }
  const [answered, outside] = await Promise.all([
    running.rows<EdgeRow>(answeredEdgesSql(ask)),
    running.rows<EdgeRow>(outsideEdgesSql(ask)),
  ])
  return [...answered, ...outside]
}

function rangeOf(minutes: readonly number[]): TimeRange | undefined {
  const [first, last] = [minutes[0], minutes.at(-1)]
  return first === undefined || last === undefined ? undefined : { fromMs: first * 1000, toMs: last * 1000 + minuteMs }
}

function summed(rows: readonly Omit<EdgeRow, 'minute'>[], on: { since: Since; toMs: number }): ServiceEdge[] {
  const byEnds = new Map<
    string,
    { row: (typeof rows)[number]; requests: number; errors: number; durations: Durations }
  >()
  for (const row of rows) {
    const key = JSON.stringify([row.caller, row.kind, row.callee])
    const edge = byEnds.get(key) ?? { row, requests: 0, errors: 0, durations: new Map() }
    edge.requests += Number(row.requests)
    edge.errors += Number(row.errors)
    addDurations(edge.durations, row.durations)
    byEnds.set(key, edge)
  }
  return [...byEnds.values()]
    .map(({ row: { caller, kind, callee }, requests, errors, durations }) => ({
      caller,
      callee,
      kind,
      ...totals(
        requests,
        errors,
        durations,
        secondsOf({ fromMs: edgeSince({ caller, callee, kind }, on.since), toMs: on.toMs }),
      ),
    }))
    .sort((a, b) => b.requests - a.requests || (`${a.caller} ${a.callee}` < `${b.caller} ${b.callee}` ? -1 : 1))
}

/** One side cannot call the other before both are there. */
function edgeSince({ caller, callee, kind }: Pick<ServiceEdge, 'caller' | 'callee' | 'kind'>, since: Since): number {
  return kind === 'service' ? Math.max(since(caller), since(callee)) : since(caller)
}

/** Minutes of a day that the rollup lacks or that more spans came for since, oldest first; `seen` tells them from later versions. */
export type DueMinute = { at: number; seen: number }

export async function askDueMinutes(range: TimeRange, running: Running): Promise<DueMinute[]> {
  const around = { fromMs: range.fromMs - parentsBeforeMs, toMs: range.toMs + skewMs }
  const seen = seenAround(await running.rows<MinuteRow>(minutesSql(around)), range)
  const made = new Map(
    (await running.rows<MinuteRow>(madeMinutesSql(range))).map((row) => [Number(row.at), Number(row.seen)]),
  )
  return seen.filter(({ at, seen }) => made.get(at) !== seen)
}

/** Of each minute with spans, how many there are in all the minutes that it depends on. */
function seenAround(rows: readonly MinuteRow[], range: TimeRange): DueMinute[] {
  const minutes = rows.map(({ at, seen }) => ({ at: Number(at), seen: Number(seen) }))
  const dependsOn = ({ at }: DueMinute, other: DueMinute): boolean =>
    other.at >= at - parentsBeforeMs / 1000 && other.at <= at + skewMs / 1000
  return minutes
    .filter(({ at }) => at * 1000 >= range.fromMs && at * 1000 < range.toMs)
    .map((minute) => {
      let seen = 0
      const index = minutes.findIndex((other) => dependsOn(minute, other))
      for (const other of minutes.slice(index)) {
        if (!dependsOn(minute, other)) break
        seen += other.seen
      }
      return { at: minute.at, seen }
    })
}

/** A row of `service_edges`. */
export type EdgesOfMinute = {
  minute: number
  /** Text: a 64-bit integer. */
  spans: string
  /** One of so many traces was looked at; the figures are already those of all. */
  one_of: number
  callers: string[]
  kinds: string[]
  callees: string[]
  requests: string[]
  errors: string[]
  durations: Record<string, string>[]
}

/**
 * The rollup's rows of these minutes, oldest first. Spans are counted before they are joined: what is loaded in between makes the
 * next count differ, and the minute due again.
 */
export async function makeEdges({ minutes, oneOf }: MinutesAsk, running: Running): Promise<EdgesOfMinute[]> {
  const range = rangeOf(minutes)
  if (range === undefined) return []
  const around = { fromMs: range.fromMs - parentsBeforeMs, toMs: range.toMs + skewMs }
  const counted = seenAround(await running.rows<MinuteRow>(spansByMinuteSql(around)), range)
  const seen = new Map(counted.map(({ at, seen }) => [at, seen]))
  const byMinute = new Map<number, EdgeRow[]>(minutes.map((minute) => [minute, []]))
  for (const edge of await joinedEdges({ minutes, oneOf }, running)) byMinute.get(Number(edge.minute))?.push(edge)
  return [...byMinute].map(([minute, edges]) => {
    return {
      minute,
      spans: String(seen.get(minute) ?? 0),
      one_of: oneOf,
      callers: edges.map(({ caller }) => caller),
      kinds: edges.map(({ kind }) => kind),
      callees: edges.map(({ callee }) => callee),
      requests: edges.map(({ requests }) => requests),
      errors: edges.map(({ errors }) => errors),
      durations: edges.map(({ durations }) => durations),
    }
  })
}
