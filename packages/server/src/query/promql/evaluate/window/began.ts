import type { Window } from './samples.ts'

/** Whether a counter says that it began between two samples of a window, the sample `i` and the one before it. */
export const floatsBegan = ({ series }: Window, i: number): boolean =>
  series.floatStartsMs.length > 0 && beganBetween(series.floatStartsMs, series.floatTimesMs, i)

export const histogramsBegan = ({ series }: Window, i: number): boolean =>
  series.histogramStartsMs.length > 0 && beganBetween(series.histogramStartsMs, series.histogramTimesMs, i)

/**
 * 0 is not known, and a start that is not before its sample says nothing. Exactly at the sample before, it is that of a delta
 * series; or of a counter that was running when it was first seen, whose first sample has no start, or its own time.
 */
export function beganBetween(starts: Float64Array, timesMs: Float64Array, i: number): boolean {
  const start = starts[i] ?? 0
  const before = timesMs[i - 1] ?? 0
  if (start === 0 || start >= (timesMs[i] ?? 0) || start < before) return false
  const startBefore = starts[i - 1] ?? 0
  return start > before || (startBefore !== 0 && startBefore < before)
}
