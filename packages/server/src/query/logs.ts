import type { LogHistogramAnswer, LogsAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { logRows } from './block-rows.ts'
import { type Cursor, parseCursor, printCursor } from './cursor.ts'
import { askOrigins } from './origins.ts'
import { ownAttributes } from './own-attributes.ts'
import { type LogCountRow, logHistogramSql } from './plan/log-histogram.ts'
import { type Ends, indexTells, type LogRow, type LogsPlan, logsOfTimeSql, logsSql } from './plan/logs.ts'
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
  ask: Omit<LogsAsk, 'q'> & { ends?: Ends },
  running: Running,
): Promise<LogsAnswer | Refused> {
  const cursor = ask.cursor === undefined ? undefined : parseCursor(ask.cursor, /^\d{1,7}$/)
  if (cursor !== undefined && isRefused(cursor)) return cursor
  const after = cursor && { unixNano: cursor.key, skip: Number(cursor.rest) }
  const { fromMs, toMs, order, limit, ends } = ask
  const plan = { fromMs, toMs, order, condition: await ownAttributes(searched, running), ...(ends && { ends }) }
  const rows = await askPage(plan, { after, wanted: limit + 1 }, running)
  const shown = rows.slice(0, limit).sort(orderOf(order))
  const origins = await askOrigins(shown, running)
  const next = rows.length > limit ? nextCursor(shown, after) : undefined
  return {
    records: shown.map(logRecord),
    ...origins,
    ...(next && { nextCursor: printCursor(next) }),
    cost: running.cost(),
  }
}

/** The last time of the page before, and how many of its lines were shown by then. */
type After = { unixNano: bigint; skip: number }

/** One row more than are shown, to know whether there are more; what is left of the time where the last page ended comes first. */
async function askPage(
  plan: LogsPlan,
  { after, wanted }: { after: After | undefined; wanted: number },
  running: Running,
): Promise<LogRow[]> {
  const ofTime = (unixNano: bigint, skip: number, rows: number): Promise<LogRow[]> =>
    running.blocks(logsOfTimeSql(plan, unixNano, { skip, rows })).then(logRows)
  const left = after === undefined ? [] : await ofTime(after.unixNano, after.skip, wanted)
  const rows: LogRow[] = []
  const more = wanted - left.length
  if (more > 0) {
    rows.push(...(await askStretches(after === undefined ? plan : restOf(plan, after.unixNano), more, running)))
  }
  // Of lines of one time any may have come: where the page ends between them, it ends between the same ones each time.
  const [last, beyond] = rows.slice(-2)
  if (rows.length < Math.max(2, more) || last === undefined || last.time !== beyond?.time) return [...left, ...rows]
  const before = rows.filter((row) => row.time !== last.time)
  const others = await ofTime(BigInt(last.time), 0, more - before.length)
  return [...left, ...before, ...others]
}

/**
 * Three granules for each line of a page: where there are more, a word is frequent enough to be looked for in stretches.
 * Reading the time of every line that has it would take longer than all else.
 */
const readAtOnceMax = 300_000

async function askStretches(plan: LogsPlan, wanted: number, running: Running): Promise<LogRow[]> {
  const rows: LogRow[] = []
  const atOnceMax = indexTells(plan.condition) ? readAtOnceMax : undefined
  await widen(plan, { order: plan.order, wanted, isCumulative: false, atOnceMax }, async (stretch) => {
    const found = logRows(await running.blocks(logsSql({ ...plan, ...stretch }, wanted - rows.length)))
    rows.push(...found)
    return found.length
  })
  return rows
}

/** What lies beyond a time; the range in whole milliseconds. */
function restOf(plan: LogsPlan, unixNano: bigint): LogsPlan {
  const atMs = Number(unixNano / 1_000_000n)
  const rest = { ...plan, beyond: unixNano }
  return plan.order === 'newest'
    ? { ...rest, toMs: Math.min(plan.toMs, atMs + 1) }
    : { ...rest, fromMs: Math.max(plan.fromMs, atMs) }
}

/** Lines of one time stand in the same order each time the page is asked for. */
function orderOf(order: 'newest' | 'oldest'): (a: LogRow, b: LogRow) => number {
  const direction = order === 'newest' ? -1 : 1
  return (a, b) => {
    if (a.time !== b.time) return BigInt(a.time) < BigInt(b.time) ? -direction : direction
    const [one, other] = [JSON.stringify(a), JSON.stringify(b)]
    return one < other ? -1 : one > other ? 1 : 0
  }
}

/** Rows of the last time that were shown, those of pages before counted too where it is still the same time. */
function nextCursor(shown: readonly LogRow[], after: After | undefined): Cursor | undefined {
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
