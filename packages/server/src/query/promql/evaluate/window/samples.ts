import type { GridSeries } from '../grid.ts'
import { floatPoint, type Grid, histogramPoint, timeOf } from '../grid.ts'
import type { Histogram } from '../histogram/histogram.ts'
import type { Labels } from '../labels.ts'
import { floatSample, histogramSample, type SampleSeries } from '../series-source.ts'

/** A series for range functions: floats and histograms apart, staleness markers gone. */
export type WindowSeries = {
  readonly labels: Labels
  readonly dropName: boolean
  readonly floatTimesMs: Float64Array
  readonly floats: Float64Array
  /** Empty where counters do not say when they began. */
  readonly floatStartsMs: Float64Array
  readonly histogramTimesMs: Float64Array
  readonly histograms: readonly Histogram[]
  readonly histogramStartsMs: Float64Array
  /** Where the counter began anew, found when first asked for. */
  resets: readonly number[] | undefined
  /** How old the counter was at the sample that it was youngest at, found when first asked for. */
  youngestMs: number | undefined
}

const none = new Float64Array(0)
const noHistograms: readonly Histogram[] = []
export const noResets: readonly number[] = []

export function splitSamples(series: SampleSeries, useStarts: boolean): WindowSeries {
  const { labels, timesMs, values, kinds } = series
  const startTimesMs = useStarts ? series.startTimesMs : undefined
  if (kinds === undefined)
    return {
      labels,
      dropName: false,
      floatTimesMs: timesMs,
      floats: values,
      floatStartsMs: startTimesMs ?? none,
      histogramTimesMs: none,
      histograms: noHistograms,
      histogramStartsMs: none,
      resets: series.neverFalls === true && startTimesMs === undefined ? noResets : undefined,
      youngestMs: undefined,
    }
  const pick = (column: Float64Array | undefined, kind: number): Float64Array =>
    column === undefined ? none : column.filter((_, i) => kinds[i] === kind)
  const histograms: Histogram[] = []
  series.histograms?.forEach((histogram, i) => {
    if (histogram !== undefined && kinds[i] === histogramSample) histograms.push(histogram)
  })
  return {
    labels,
    dropName: false,
    floatTimesMs: pick(timesMs, floatSample),
    floats: pick(values, floatSample),
    floatStartsMs: pick(startTimesMs, floatSample),
    histogramTimesMs: pick(timesMs, histogramSample),
    histograms,
    histogramStartsMs: pick(startTimesMs, histogramSample),
    resets: undefined,
    youngestMs: undefined,
  }
}

/**
 * The points of a subquery as samples. A hint on counter resets holds between neighbouring samples only, and a
 * subquery may skip or repeat them, so the hints of counters go.
 */
export function splitPoints(series: GridSeries, grid: Grid): WindowSeries {
  const floatTimesMs: number[] = []
  const floats: number[] = []
  const histogramTimesMs: number[] = []
  const histograms: Histogram[] = []
  series.present.forEach((present, step) => {
    const histogram = series.histograms?.[step]
    if (present === floatPoint) {
      floatTimesMs.push(timeOf(grid, step))
      floats.push(series.values[step] ?? 0)
    } else if (present === histogramPoint && histogram !== undefined) {
      histogramTimesMs.push(timeOf(grid, step))
      histograms.push(histogram.hint === 'gauge' ? histogram : { ...histogram, hint: 'unknown' })
    }
  })
  return {
    labels: series.labels,
    dropName: series.dropName,
    floatTimesMs: Float64Array.from(floatTimesMs),
    floats: Float64Array.from(floats),
    floatStartsMs: none,
    histogramTimesMs: Float64Array.from(histogramTimesMs),
    histograms,
    histogramStartsMs: none,
    resets: undefined,
    youngestMs: undefined,
  }
}

/** The samples a range function looks at for one step: floats [from, to), histograms [histogramFrom, histogramTo). */
export type Window = {
  series: WindowSeries
  from: number
  to: number
  histogramFrom: number
  histogramTo: number
  /** The range itself, open on the left; with `anchored` and `smoothed` samples around it are in the window, too. */
  startMs: number
  endMs: number
  /** The time of the step, which offsets do not move. */
  stepMs: number
  /** How many of the series' resets the window has passed. */
  resetsPassed: number
}

export const newWindow = (series: WindowSeries): Window => ({
  series,
  from: 0,
  to: 0,
  histogramFrom: 0,
  histogramTo: 0,
  startMs: 0,
  endMs: 0,
  stepMs: 0,
  resetsPassed: 0,
})

export const floatCount = (window: Window): number => window.to - window.from
export const histogramCount = (window: Window): number => window.histogramTo - window.histogramFrom
