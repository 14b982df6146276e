import type { LogHistogramAnswer, SeverityName } from '@wakeline/protocol'
import type { LogCountRow } from '../plan/log-histogram.ts'

const mostSevereFirst: readonly SeverityName[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'unset']

/** A range of severities is four numbers wide, from trace 1-4 to fatal 21-24; 0 is unset. */
function severityName(severity: number): SeverityName {
  if (severity < 1 || severity > 24) return 'unset'
  return mostSevereFirst[5 - Math.floor((severity - 1) / 4)] ?? 'unset'
}

export function logHistogram(
  rows: readonly LogCountRow[],
  times: number[],
): Pick<LogHistogramAnswer, 'times' | 'series' | 'total'> {
  const indexes = new Map(times.map((time, index) => [time, index]))
  const counts = new Map<SeverityName, number[]>()
  let total = 0
  for (const row of rows) {
    const index = indexes.get(Number(row.step))
    if (index === undefined) throw new Error(`A count of step ${row.step} lies outside the range that was asked for`)
    const name = severityName(row.severity)
    const series = counts.get(name) ?? times.map(() => 0)
    counts.set(name, series)
    series[index] = (series[index] ?? 0) + Number(row.records)
    total += Number(row.records)
  }
  const series = mostSevereFirst.flatMap((severity) => {
    const found = counts.get(severity)
    return found === undefined ? [] : [{ severity, counts: found }]
  })
  return { times, series, total }
}

export type LevelCounts = { level: SeverityName; records: number }[]

/** Counts by severity number as counts by name, the most severe first. */
export function levelsOf(counts: readonly (readonly [severity: number, records: number])[]): LevelCounts {
  const byName = new Map<SeverityName, number>()
  for (const [severity, records] of counts) {
    const name = severityName(severity)
    byName.set(name, (byName.get(name) ?? 0) + records)
  }
  return mostSevereFirst.flatMap((level) => {
    const records = byName.get(level)
    return records === undefined ? [] : [{ level, records }]
  })
}
