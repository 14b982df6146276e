import { ignoredInRange } from '../annotations.ts'
import { QueryFailure } from '../evaluation.ts'
import type { PointValue } from '../grid.ts'
import { equalHistograms } from '../histogram/histogram.ts'
import { isReset } from '../histogram/reset.ts'
import { KahanSum } from '../kahan.ts'
import { floatsBegan, histogramsBegan } from './began.ts'
import { anchoredFrom } from './extended.ts'
import { nameOf, type WindowCall, type WindowFunction } from './function.ts'
import { floatCount, histogramCount, type Window } from './samples.ts'

/** How the values of a window develop. */

/** Two floats at least; what histograms are among them is said. */
function ofTrend(compute: (window: Window, call: WindowCall) => number): WindowFunction {
  return (window, call) => {
    const floats = floatCount(window)
    if (floats > 0 && histogramCount(window) > 0) call.annotate(ignoredInRange(nameOf(window), call.position))
    return floats < 2 ? undefined : compute(window, call)
  }
}

/** The straight line with the least squares; its height is taken at `atMs`. */
function lineThrough({ series, from, to }: Window, atMs: number): { slope: number; height: number } {
  const { floats, floatTimesMs } = series
  const initial = floats[from] ?? 0
  const [sumX, sumY, sumXY, sumXX] = [new KahanSum(0), new KahanSum(0), new KahanSum(0), new KahanSum(0)]
  let isConstant = true
  for (let i = from; i < to; i++) {
    const y = floats[i] ?? 0
    const x = ((floatTimesMs[i] ?? 0) - atMs) / 1000
    if (i > from && y !== initial) isConstant = false
    sumX.add(x)
    sumY.add(y)
    sumXY.add(x * y)
    sumXX.add(x * x)
  }
  if (isConstant)
    return Number.isFinite(initial) || Number.isNaN(initial)
      ? { slope: 0, height: initial }
      : { slope: Number.NaN, height: Number.NaN }
  const n = to - from
  const slope = (sumXY.total - (sumX.total * sumY.total) / n) / (sumXX.total - (sumX.total * sumX.total) / n)
  return { slope, height: sumY.total / n - (slope * sumX.total) / n }
}

// Times near the samples keep the squares small.
export const derivative: WindowFunction = ofTrend(
  (window) => lineThrough(window, window.series.floatTimesMs[window.from] ?? 0).slope,
)

export const predict: WindowFunction = ofTrend((window, call) => {
  const { slope, height } = lineThrough(window, window.stepMs)
  return slope * (call.scalars[0] ?? 0) + height
})

function factor(call: WindowCall, index: number, name: string, symbol: string): number {
  const value = call.scalars[index] ?? Number.NaN
  if (value <= 0 || value >= 1)
    throw new QueryFailure('bad-query', `invalid ${name} factor. Expected: 0 < ${symbol} < 1, got: ${value.toFixed(6)}`)
  return value
}

/** Double exponential smoothing: a level and a trend, each following the values with its own inertia. */
export const smoothing: WindowFunction = (window, call) => {
  const levelFactor = factor(call, 0, 'smoothing', 'sf')
  const trendFactor = factor(call, 1, 'trend', 'tf')
  return smooth(window, { ...call, scalars: Float64Array.of(levelFactor, trendFactor) })
}

const smooth = ofTrend(({ series, from, to }, { scalars }) => {
  const [levelFactor = 0, trendFactor = 0] = scalars
  let before = 0
  let level = series.floats[from] ?? 0
  let trend = (series.floats[from + 1] ?? 0) - level
  for (let i = from + 1; i < to; i++) {
    if (i > from + 1) trend = trendFactor * (level - before) + (1 - trendFactor) * trend
    const next = levelFactor * (series.floats[i] ?? 0) + (1 - levelFactor) * (level + trend)
    before = level
    level = next
  }
  return level
})

type Began = (window: Window, i: number, isFloat: boolean) => boolean

/** Counts the pairs of neighbours, floats and histograms in one order of time, that differ in a way or between which the series began. */
function countPairs(
  differ: (now: PointValue, before: PointValue) => boolean,
  began: Began = () => false,
): WindowFunction {
  return (window, call) => {
    const { series, to, histogramTo } = window
    if (floatCount(window) + histogramCount(window) === 0) return undefined
    const first = call.extension === 'anchored' ? anchoredFrom(window) : window
    if (first === undefined) return undefined
    let [i, h] = [first.from, first.histogramFrom]
    let before: PointValue | undefined
    let pairs = 0
    while (i < to || h < histogramTo) {
      const floatMs = i < to ? (series.floatTimesMs[i] ?? 0) : Infinity
      const histogramMs = h < histogramTo ? (series.histogramTimesMs[h] ?? 0) : Infinity
      const isFloat = floatMs < histogramMs
      const at = isFloat ? i++ : h++
      const now: PointValue | undefined = isFloat ? series.floats[at] : series.histograms[at]
      if (now === undefined) break
      if (before !== undefined && (differ(now, before) || began(window, at, isFloat))) pairs++
      before = now
    }
    return pairs
  }
}

export const changes: WindowFunction = countPairs((now, before) => {
  if (typeof now === 'number' && typeof before === 'number')
    return now !== before && !(Number.isNaN(now) && Number.isNaN(before))
  if (typeof now === 'number' || typeof before === 'number') return true
  return !equalHistograms(now, before)
})

export const resets: WindowFunction = countPairs(
  (now, before) => {
    if (typeof now === 'number' && typeof before === 'number') return now < before
    if (typeof now === 'number' || typeof before === 'number') return true
    return isReset(now, before)
  },
  (window, i, isFloat) => (isFloat ? floatsBegan(window, i) : histogramsBegan(window, i)),
)
