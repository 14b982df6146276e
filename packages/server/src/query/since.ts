import { type FirstMinuteRow, firstMinutesSql } from './plan/services.ts'
import type { Running } from './run.ts'
import { type TimeRange, wholeMinutes } from './time-range.ts'

/**
 * From when on the rates of services count: the beginning of the range; or, where nothing was heard of a service in as
 * long a time before, its own. A service five minutes old is then not a third as busy over a quarter of an hour.
 */
export type Since = (service: string) => number

/** Of all services, or of one. */
export async function askSince(range: TimeRange, running: Running, service?: string): Promise<Since> {
  const { fromMs, toMs } = wholeMinutes(range)
  const before = { fromMs: Math.max(0, fromMs - (toMs - fromMs)), toMs }
  const rows = await running.rows<FirstMinuteRow>(firstMinutesSql(before, service))
  const first = new Map(rows.map((row) => [row.service, Number(row.first)]))
  return (name) => Math.max(fromMs, first.get(name) ?? fromMs)
}
