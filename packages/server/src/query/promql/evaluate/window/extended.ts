import type { WindowCall } from './function.ts'
import { floatCount, type Window } from './samples.ts'

/**
 * `anchored` and `smoothed` ranges: the change from border to border, nothing stretched.
 *
 *   anchored   the value at a border is that of the last sample up to it
 *   smoothed   the value at a border lies on the line between the samples around it
 */

/** Between two samples; a counter that fell began again at zero. */
function onLine(window: Window, i: number, timeMs: number, isCounter: boolean): number {
  const { floats, floatTimesMs } = window.series
  const [t1, t2] = [floatTimesMs[i] ?? 0, floatTimesMs[i + 1] ?? 0]
  const y2 = floats[i + 1] ?? 0
  let y1 = floats[i] ?? 0
  if (isCounter && y2 < y1) y1 = 0
  return y1 + ((y2 - y1) * (timeMs - t1)) / (t2 - t1)
}

export type Borders = { readonly left: number; readonly right: number; readonly inner: readonly [number, number] }

/** Values at the borders, and which samples lie strictly between them. Undefined when the range has no sample. */
export function bordersOf(window: Window, smoothed: boolean, isCounter: boolean): Borders | undefined {
  if (floatCount(window) === 0) return undefined
  const { from, to, startMs, endMs, series } = window
  const timesMs = series.floatTimesMs
  let last = to - 1
  let first = from
  // Never the last one, so that there is a line to the right of it.
  while (first + 1 < to - 1 && (timesMs[first + 1] ?? 0) <= startMs) first++
  if (smoothed) {
    last = from
    while (last < to - 1 && (timesMs[last] ?? 0) < endMs) last++
  }
  if ((timesMs[last] ?? 0) <= startMs || (smoothed && (timesMs[first] ?? 0) > endMs)) return undefined
  const interpolateLeft = smoothed && (timesMs[first] ?? 0) < startMs && first + 1 < to
  const left = interpolateLeft ? onLine(window, first, startMs, isCounter) : (series.floats[first] ?? 0)
  const interpolateRight = smoothed && last > from && (timesMs[last] ?? 0) > endMs
  const right = interpolateRight ? onLine(window, last - 1, endMs, isCounter) : (series.floats[last] ?? 0)
  const innerFrom = (timesMs[first] ?? 0) <= startMs ? first + 1 : first
  const innerTo = (timesMs[last] ?? 0) >= endMs ? last : last + 1
  return { left, right, inner: [innerFrom, innerTo] }
}

type Kind = { readonly isCounter: boolean; readonly perSecond: boolean }

export function extendedIncrease(window: Window, call: WindowCall, kind: Kind): number | undefined {
  const borders = bordersOf(window, call.extension === 'smoothed', kind.isCounter)
  if (borders === undefined) return undefined
  const { left, right, inner } = borders
  let change = right - left
  if (kind.isCounter) {
    let before = left
    for (let i = inner[0]; i < inner[1]; i++) {
      const value = window.series.floats[i] ?? 0
      if (value < before) change += before
      before = value
    }
    if (right < before) change += before
  }
  return kind.perSecond ? change / call.rangeSeconds : change
}

type From = Pick<Window, 'from' | 'histogramFrom'>

/** For `changes` and `resets`: from the last sample up to the left border on, a float or a histogram. Undefined when the range has none. */
export function anchoredFrom({ series, startMs, ...at }: Window): From | undefined {
  const { floatTimesMs, histogramTimesMs } = series
  const firstInside = (timesMs: Float64Array, from: number, to: number): number => {
    let first = from
    while (first < to && (timesMs[first] ?? 0) <= startMs) first++
    return first
  }
  const from = firstInside(floatTimesMs, at.from, at.to)
  const histogramFrom = firstInside(histogramTimesMs, at.histogramFrom, at.histogramTo)
  if (from === at.to && histogramFrom === at.histogramTo) return undefined
  const floatMs = from > at.from ? (floatTimesMs[from - 1] ?? 0) : -Infinity
  const histogramMs = histogramFrom > at.histogramFrom ? (histogramTimesMs[histogramFrom - 1] ?? 0) : -Infinity
  if (floatMs === histogramMs) return { from, histogramFrom }
  return floatMs > histogramMs ? { from: from - 1, histogramFrom } : { from, histogramFrom: histogramFrom - 1 }
}
