import type { LogHistogramAnswer, LogsAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { type Cursor, parseCursor, printCursor } from './cursor.ts'
import { askOrigins } from './origins.ts'
import { type LogCountRow, logHistogramSql } from './plan/log-histogram.ts'
import { type LogRow, type LogsEndRow, type LogsPlan, logsEndSql, logsSql } from './plan/logs.ts'
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
  condition: Condition,
  ask: Omit<LogsAsk, 'q'>,
  running: Running,
): Promise<LogsAnswer | Refused> {
  const cursor = ask.cursor === undefined ? undefined : parseCursor(ask.cursor, /^\d{1,7}$/)
  if (cursor !== undefined && isRefused(cursor)) return cursor
  const after = cursor && { unixNano: cursor.key, skip: Number(cursor.rest) }
  const { fromMs, toMs, order } = ask
  const plan = { fromMs, toMs, order, condition, rows: ask.limit + 1, ...(after && { after }) }
  const pageEnd = await askPageEnd(plan, running)
  const rows = pageEnd === undefined ? [] : await running.rows<LogRow>(logsSql(plan, pageEnd))
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

/** The time of the page's last row; undefined where nothing is found. */
async function askPageEnd(plan: LogsPlan, running: Running): Promise<bigint | undefined> {
  let end: bigint | undefined
  let wanted = (plan.after?.skip ?? 0) + plan.rows
  await widen(rangeLeft(plan), { order: plan.order, wanted, isCumulative: false }, async (stretch) => {
    const [row] = await running.rows<LogsEndRow>(logsEndSql({ ...plan, ...stretch }, wanted))
    if (row === undefined || row.found === '0') return 0
    end = BigInt(row.page_end)
    wanted -= Number(row.found)
    return Number(row.found)
  })
  return end
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
