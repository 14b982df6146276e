import type { Window, WindowSeries } from './samples.ts'

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

/** When the counter began, if its first float in the window says that it was inside of the window, before that float. */
export function beganInWindow({ series, from, startMs }: Window): number | undefined {
  const beganMs = series.floatStartsMs[from] ?? 0
  return beganMs !== 0 && beganMs > startMs && beganMs < (series.floatTimesMs[from] ?? 0) ? beganMs : undefined
}

/**
 * Whether there may be a window of this length that the counter began in: most have run for longer than any sample of
 * theirs is looked back from, and then starts need not be asked for in each window. Looked for once for each series.
 */
export function mayHaveBegunWithin(series: WindowSeries, rangeMs: number): boolean {
  if (series.floatStartsMs.length === 0) return false
  series.youngestMs ??= youngestOf(series)
  return series.youngestMs < rangeMs
}

function youngestOf({ floatStartsMs, floatTimesMs }: WindowSeries): number {
  let youngestMs = Number.POSITIVE_INFINITY
  for (let i = 0; i < floatStartsMs.length; i++) {
    const start = floatStartsMs[i] ?? 0
    const ageMs = (floatTimesMs[i] ?? 0) - start
    if (start !== 0 && ageMs > 0 && ageMs < youngestMs) youngestMs = ageMs
  }
  return youngestMs
}
