import type { LogHistogramAnswer, LogsAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { type Cursor, parseCursor, printCursor } from './cursor.ts'
import { askOrigins } from './origins.ts'
import { ownAttributes } from './own-attributes.ts'
import { type LogCountRow, logHistogramSql } from './plan/log-histogram.ts'
import { type LogPlace, type LogRow, type LogsPlan, logPlacesSql, logsSql } from './plan/logs.ts'
import type { Running } from './run.ts'
import type { Condition } from './search/condition.ts'
import { readSearch } from './search/read-search.ts'
import { widen } from './slices.ts'
import { readableStep, stepTimes, type TimeRange } from './time-range.ts'
import { logHistogram } from './view/log-histogram.ts'
import { logRecord } from './view/records.ts'

export type LogsAsk = TimeRange & { q: string; order: 'newest' | 'oldest'; limit: number; cursor?: string | undefined }

export async function askLogs(ask: LogsAsk, running: Running): Promise<LogsAnswer | Refused> {
  const condition = readSearch('logs', ask.q)
  if (isRefused(condition)) return condition
  return askMatchingLogs(condition, ask, running)
}

/** What a condition finds, whichever language it was written in. */
export async function askMatchingLogs(
  searched: Condition,
  ask: Omit<LogsAsk, 'q'>,
  running: Running,
): Promise<LogsAnswer | Refused> {
  const cursor = ask.cursor === undefined ? undefined : parseCursor(ask.cursor, /^\d{1,7}$/)
  if (cursor !== undefined && isRefused(cursor)) return cursor
  const after = cursor && { unixNano: cursor.key, skip: Number(cursor.rest) }
  const condition = await ownAttributes(searched, running)
  const { fromMs, toMs, order } = ask
  const plan = { fromMs, toMs, order, condition, rows: ask.limit + 1, ...(after && { after }) }
  const places = await askPlaces(plan, running)
  const rows = places.length === 0 ? [] : await running.rows<LogRow>(logsSql(boundedBy(plan, places), places))
  const shown = rows.slice(0, ask.limit)
  const origins = await askOrigins(shown, running)
  const next = rows.length > shown.length ? nextCursor(shown, after) : undefined
  return {
    records: shown.map(logRecord),
    ...origins,
    ...(next && { nextCursor: printCursor(next) }),
    cost: running.cost(),
  }
}

/** Where the page's rows lie, those that are skipped included. */
async function askPlaces(plan: LogsPlan, running: Running): Promise<LogPlace[]> {
  const places: LogPlace[] = []
  const wanted = (plan.after?.skip ?? 0) + plan.rows
  await widen(rangeLeft(plan), { order: plan.order, wanted, isCumulative: false }, async (stretch) => {
    const found = await running.rows<LogPlace>(logPlacesSql({ ...plan, ...stretch }, wanted - places.length))
    places.push(...found)
    return found.length
  })
  return places
}

/** The range that the places span, in whole milliseconds. */
function boundedBy(plan: LogsPlan, places: readonly LogPlace[]): LogsPlan {
  const [one, other] = [places[0], places.at(-1)].map((place) => Number(BigInt(place?.time ?? 0) / 1_000_000n))
  const [first = plan.fromMs, last = plan.toMs] = [one ?? 0, other ?? 0].sort((a, b) => a - b)
  return { ...plan, fromMs: Math.max(plan.fromMs, first), toMs: Math.min(plan.toMs, last + 1) }
}

/** Rows of the last time that were shown, those of pages before counted too where it is still the same time. */
function nextCursor(
  shown: readonly LogRow[],
  after: { unixNano: bigint; skip: number } | undefined,
): Cursor | undefined {
  const last = shown.at(-1)
  if (last === undefined) return undefined
  const key = BigInt(last.time)
  const skip = shown.filter((row) => row.time === last.time).length + (after?.unixNano === key ? after.skip : 0)
  return { key, rest: String(skip) }
}

export type LogHistogramAsk = TimeRange & { q: string; buckets: number }

export async function askLogHistogram(ask: LogHistogramAsk, running: Running): Promise<LogHistogramAnswer | Refused> {
  const condition = readSearch('logs', ask.q)
  if (isRefused(condition)) return condition
  const stepMs = readableStep((ask.toMs - ask.fromMs) / ask.buckets)
  const rows = await running.rows<LogCountRow>(logHistogramSql(condition, ask, stepMs))
  return { ...logHistogram(rows, stepTimes(ask, stepMs)), stepMs, cost: running.cost() }
}

/** What the pages before have left of the range, in whole milliseconds. */
function rangeLeft({ fromMs, toMs, order, after }: LogsPlan): TimeRange {
  if (after === undefined) return { fromMs, toMs }
  const atMs = Number(after.unixNano / 1_000_000n)
  return order === 'newest' ? { fromMs, toMs: Math.min(toMs, atMs + 1) } : { fromMs: Math.max(fromMs, atMs), toMs }
}
