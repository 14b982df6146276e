import {
  boundsReconciled,
  ignoredInRange,
  invalidQuantile,
  mixedFloatsHistograms,
  mixedSchemas,
  resetCollision,
} from '../annotations.ts'
import type { PointValue } from '../grid.ts'
import { HistogramSum } from '../histogram/add.ts'
import type { Histogram } from '../histogram/histogram.ts'
import { KahanSum } from '../kahan.ts'
import { quantileOf } from '../quantile.ts'
import { extremeColumn } from './extreme-column.ts'
import { type FloatFunction, nameOf, type WindowCall, type WindowFunction } from './function.ts'
import { floatCount, histogramCount, type Window } from './samples.ts'

const floatsOf = (window: Window): Float64Array => window.series.floats.subarray(window.from, window.to)

/** Functions of floats alone: histograms among them are passed over, and that is said. */
function ofFloats(compute: (floats: Float64Array, call: WindowCall, window: Window) => number): WindowFunction {
  return (window, call) => {
    if (floatCount(window) === 0) return undefined
    if (histogramCount(window) > 0) call.annotate(ignoredInRange(nameOf(window), call.position))
    return compute(floatsOf(window), call, window)
  }
}

export const count: WindowFunction = (window) => floatCount(window) + histogramCount(window)
export const present: WindowFunction = () => 1

/** The largest value times `sign`. */
function extreme(sign: 1 | -1): FloatFunction['of'] {
  return ({ series: { floats }, from, to }) => {
    let best = floats[from] ?? Number.NaN
    for (let i = from + 1; i < to; i++) {
      const value = floats[i] ?? 0
      if (value * sign > best * sign || Number.isNaN(best)) best = value
    }
    return best
  }
}
export const floatMax: FloatFunction = { least: 1, of: extreme(1), column: extremeColumn(1) }
export const floatMin: FloatFunction = { least: 1, of: extreme(-1), column: extremeColumn(-1) }
export const max: WindowFunction = ofFloats((_, call, window) => floatMax.of(window, call))
export const min: WindowFunction = ofFloats((_, call, window) => floatMin.of(window, call))

/** When the extreme was reached; the latest time, if several times. */
function timeOfExtreme(isBetter: (value: number, best: number) => boolean): WindowFunction {
  return ofFloats((floats, _, { series, from }) => {
    let best = floats[0] ?? Number.NaN
    let at = 0
    floats.forEach((value, i) => {
      if (!isBetter(value, best) && !Number.isNaN(best)) return
      best = value
      at = i
    })
    return (series.floatTimesMs[from + at] ?? 0) / 1000
  })
}
export const timeOfMax: WindowFunction = timeOfExtreme((value, best) => value >= best)
export const timeOfMin: WindowFunction = timeOfExtreme((value, best) => value <= best)

export const quantile: WindowFunction = ofFloats((floats, call) => {
  const q = call.scalars[0] ?? Number.NaN
  if (Number.isNaN(q) || q < 0 || q > 1) call.annotate(invalidQuantile(q, call.position))
  return quantileOf(q, floats)
})

/** What is no number has no place among deviations, where quantiles take it for the smallest. */
export const medianDeviation: WindowFunction = ofFloats((floats) => {
  if (floats.some(Number.isNaN)) return Number.NaN
  const median = quantileOf(0.5, floats)
  return quantileOf(
    0.5,
    floats.map((value) => Math.abs(value - median)),
  )
})

function variance(floats: Float64Array): number {
  const mean = new KahanSum(0)
  const squares = new KahanSum(0)
  floats.forEach((value, i) => {
    const difference = value - mean.total
    mean.add(difference / (i + 1))
    squares.add(difference * (value - mean.total))
  })
  return squares.total / floats.length
}
export const standardVariance: WindowFunction = ofFloats(variance)
export const standardDeviation: WindowFunction = ofFloats((floats) => Math.sqrt(variance(floats)))

/** Functions of either kind, but not of both mixed. */
function ofOneKind(
  ofFloats: (floats: Float64Array) => number,
  ofHistograms: (histograms: readonly Histogram[], sum: HistogramSum) => Histogram | undefined,
): WindowFunction {
  return (window, call) => {
    const floats = floatCount(window)
    const histograms = histogramCount(window)
    if (floats > 0 && histograms > 0) {
      call.annotate(mixedFloatsHistograms(nameOf(window), call.position))
      return undefined
    }
    if (floats > 0) return ofFloats(floatsOf(window))
    const points = window.series.histograms.slice(window.histogramFrom, window.histogramTo)
    const [first] = points
    if (first === undefined) return undefined
    const sum = new HistogramSum(first)
    const result = ofHistograms(points.slice(1), sum)
    if (result === undefined) {
      call.annotate(mixedSchemas(nameOf(window), call.position))
      return undefined
    }
    if (sum.resetCollision) call.annotate(resetCollision('aggregation', call.position))
    if (sum.boundsReconciled) call.annotate(boundsReconciled('aggregation', call.position))
    return result
  }
}

function sumOf(floats: Float64Array): number {
  const total = new KahanSum(0)
  for (const value of floats) total.add(value)
  return Number.isFinite(total.sum) ? total.total : total.sum
}
export const floatSum: FloatFunction = { least: 1, of: (window) => sumOf(floatsOf(window)) }
export const floatAverage: FloatFunction = { least: 1, of: (window) => averageOf(floatsOf(window)) }
export const floatCountOf: FloatFunction = { least: 1, of: floatCount }
export const floatPresent: FloatFunction = { least: 1, of: () => 1 }
export const floatFirst: FloatFunction = { least: 1, of: ({ series, from }) => series.floats[from] ?? 0 }
export const floatLast: FloatFunction = { least: 1, of: ({ series, to }) => series.floats[to - 1] ?? 0 }

export const sum: WindowFunction = ofOneKind(sumOf, (rest, total) =>
  rest.every((histogram) => total.add(histogram)) ? total.total : undefined,
)

export const average: WindowFunction = ofOneKind(averageOf, (rest, total) =>
  rest.every((histogram) => total.addToMean(histogram)) ? total.mean : undefined,
)

/** The sum through the count while the sum does not overflow, then the mean carried on step by step. */
export function averageOf(floats: Float64Array): number {
  const total = new KahanSum(floats[0] ?? 0)
  let isMean = false
  for (let i = 1; i < floats.length; i++) {
    const value = floats[i] ?? 0
    const count = i + 1
    if (!isMean) {
      const [sum, lost] = [total.sum, total.lost]
      total.add(value)
      if (Math.abs(total.sum) !== Infinity) continue
      isMean = true
      total.sum = sum / (count - 1)
      total.lost = lost / (count - 1)
    }
    total.scale((count - 1) / count)
    total.add(value / count)
  }
  return isMean ? total.total : total.sum / floats.length + total.lost / floats.length
}

function edge(pickFirst: boolean, isTime: boolean): WindowFunction {
  return (window) => {
    const { series, from, to, histogramFrom, histogramTo } = window
    const i = pickFirst ? from : to - 1
    const h = pickFirst ? histogramFrom : histogramTo - 1
    const floatMs = to > from ? series.floatTimesMs[i] : undefined
    const histogramMs = histogramTo > histogramFrom ? series.histogramTimesMs[h] : undefined
    const isFloat =
      histogramMs === undefined ||
      (floatMs !== undefined && (pickFirst ? floatMs < histogramMs : floatMs > histogramMs))
    const timeMs = isFloat ? floatMs : histogramMs
    if (timeMs === undefined) return undefined
    if (isTime) return timeMs / 1000
    const value: PointValue | undefined = isFloat ? series.floats[i] : series.histograms[h]
    return value
  }
}
export const first: WindowFunction = edge(true, false)
export const last: WindowFunction = edge(false, false)
export const timeOfFirst: WindowFunction = edge(true, true)
export const timeOfLast: WindowFunction = edge(false, true)
