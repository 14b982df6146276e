import { type Sql, sql, trusted } from './sql.ts'

/** Unix milliseconds, the end not included. */
export type TimeRange = { fromMs: number; toMs: number }

export function nanosecondsOf(ms: number): bigint {
  return BigInt(Math.round(ms)) * 1_000_000n
}

/** Bounds as the engine's own type: a bare integer would be taken as seconds. */
export function inRange(column: 'ts', range: TimeRange): Sql {
  return sql`${trusted(column)} >= ${instant(nanosecondsOf(range.fromMs))} AND ${trusted(column)} < ${instant(nanosecondsOf(range.toMs))}`
}

export function instant(unixNano: bigint): Sql {
  return sql`fromUnixTimestamp64Nano(${unixNano}, 'UTC')`
}

/**
 * Where the rollups end: their column of minutes counts 32 bits of seconds. What is later is in no rollup, and asked of
 * the spans and log records themselves.
 */
export const rollupsEndMs = Date.UTC(2106, 1, 7, 6, 28)

/** For the rollups' columns of whole minutes: every minute that the range touches, and that they have. */
export function minutesInRange(range: TimeRange): Sql {
  const { fromMs, toMs } = wholeMinutes(range)
  const bound = (ms: number): bigint => BigInt(Math.min(ms, rollupsEndMs) / 1000)
  return sql`minute >= toDateTime(${bound(fromMs)}, 'UTC') AND minute < toDateTime(${bound(toMs)}, 'UTC')`
}

/** A day more at both ends: what is said once a day may have been said just before midnight. */
export function daysInRange(range: TimeRange): Sql {
  const dayMs = 86_400_000
  const from = new Date(range.fromMs - dayMs).toISOString().slice(0, 10)
  const to = new Date(range.toMs + dayMs).toISOString().slice(0, 10)
  return sql`day >= toDate32(${from}) AND day <= toDate32(${to})`
}

/** For what is said of records on the day they came: that may be any day after their own. */
export function daysSince({ fromMs }: Pick<TimeRange, 'fromMs'>): Sql {
  return sql`day >= toDate32(${new Date(fromMs - 86_400_000).toISOString().slice(0, 10)})`
}

export function wholeMinutes({ fromMs, toMs }: TimeRange): TimeRange {
  return { fromMs: Math.floor(fromMs / minuteMs) * minuteMs, toMs: Math.ceil(toMs / minuteMs) * minuteMs }
}

export const minuteMs = 60_000

const second = 1000
const stepsMs = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  second,
  2 * second,
  5 * second,
  10 * second,
  15 * second,
  30 * second,
  ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * minuteMs),
]

/** The shortest step people read easily that is at least this long. */
export function readableStep(leastMs: number): number {
  const week = 10_080 * minuteMs
  return stepsMs.find((step) => step >= leastMs) ?? Math.ceil(leastMs / week) * week
}

/** Starts of the steps, aligned to the epoch, that cover the range. */
export function stepTimes({ fromMs, toMs }: TimeRange, stepMs: number): number[] {
  const times: number[] = []
  for (let time = Math.floor(fromMs / stepMs) * stepMs; time < toMs; time += stepMs) times.push(time)
  return times
}
