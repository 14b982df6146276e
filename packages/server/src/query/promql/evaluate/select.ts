import type { LabelMatcher, VectorSelector } from '../parse/ast.ts'
import { type Evaluation, QueryFailure } from './evaluation.ts'
import { emptySeries, type Grid, type GridSeries, SeriesSpace, setPoint } from './grid.ts'
import { emptyHistogram, type Histogram } from './histogram/histogram.ts'
import { isReset } from './histogram/reset.ts'
import { labelsText } from './labels.ts'
import { histogramSample, type SampleSeries, staleSample } from './series-source.ts'
import { smooth } from './smooth.ts'
import { firstAfter, type Moments, momentAt, momentsOf, stepBetween } from './timing.ts'

type Wanted = { afterMs: number; untilMs: number; stepMs: number; rangeMs: number; functionName: string }

/** Asks the source, and counts what came against the limits. */
export async function selectSamples(
  matchers: readonly LabelMatcher[],
  wanted: Wanted,
  evaluation: Evaluation,
): Promise<readonly SampleSeries[]> {
  const { budget, options } = evaluation
  const series = await evaluation.source.select({ matchers, ...wanted }, budget.signal)
  budget.check()
  if (series.length > options.seriesMax)
    throw new QueryFailure(
      'limit',
      `query selects ${series.length} series, the limit is ${options.seriesMax}; ask with more labels`,
    )
  budget.seriesRead += series.length
  const samples = countSamples(series, wanted.afterMs, wanted.untilMs)
  budget.samplesRead += samples
  budget.spend(samples)
  return series
}

/** After the one time, up to and including the other. Series that share their times are counted by one look. */
export function countSamples(
  series: readonly { readonly timesMs: Float64Array }[],
  afterMs: number,
  untilMs: number,
): number {
  let count = 0
  let known: Float64Array | undefined
  let ofKnown = 0
  for (const { timesMs } of series) {
    if (timesMs !== known) {
      known = timesMs
      const first = firstAfter(timesMs, afterMs, 0)
      ofKnown = firstAfter(timesMs, untilMs, first) - first
    }
    count += ofKnown
  }
  return count
}

/** Histograms of which only count and sum are asked: their buckets go, after telling whether the counter was reset. */
export function countsOfHistograms(series: SampleSeries): SampleSeries {
  if (series.histograms === undefined) return series
  let previous: Histogram | undefined
  const histograms = series.histograms.map((histogram) => {
    if (histogram === undefined) return undefined
    let { hint } = histogram
    if (hint === 'unknown' && previous !== undefined) hint = isReset(histogram, previous) ? 'reset' : 'not-reset'
    previous = histogram
    const { schema, count, sum } = histogram
    return { ...emptyHistogram, hint, schema, count, sum }
  })
  return { ...series, histograms }
}

/** Calls `visit` for each step that has a current sample. */
function eachCurrent(
  series: SampleSeries,
  moments: Moments,
  grid: Grid,
  lookbackMs: number,
  visit: (step: number, index: number) => void,
): void {
  let next = 0
  for (let step = 0; step < grid.steps; step++) {
    const moment = momentAt(moments, grid, step)
    next = firstAfter(series.timesMs, moment, next)
    const index = next - 1
    const timeMs = series.timesMs[index]
    if (timeMs === undefined || timeMs <= moment - lookbackMs) continue
    if (series.kinds?.[index] !== staleSample) visit(step, index)
  }
}

export type SelectMode = 'values' | 'timestamps' | 'start-timestamps'

/** The current sample of every series at every step, or when it was taken, or when its counter began. */
export async function selectVector(
  selector: VectorSelector,
  grid: Grid,
  evaluation: Evaluation,
  mode: SelectMode,
): Promise<readonly GridSeries[]> {
  const { lookbackMs } = evaluation.options
  const moments = momentsOf(selector, grid, evaluation.query)
  const smoothed = selector.extension === 'smoothed' && mode === 'values'
  const wanted: Wanted = {
    afterMs: moments.firstMs - lookbackMs,
    untilMs: moments.lastMs + (smoothed ? lookbackMs : 0),
    stepMs: stepBetween(moments, grid),
    rangeMs: lookbackMs,
    functionName: functionOfMode[mode],
  }
  const selected = await selectSamples(selector.matchers, wanted, evaluation)
  evaluation.budget.reserve(selected.length * grid.steps)
  const result: GridSeries[] = []
  const space = new SeriesSpace(grid.steps)
  for (const each of selected) {
    if (evaluation.budget.isDue()) await evaluation.budget.breathe()
    const samples = evaluation.countsOnly.has(selector) ? countsOfHistograms(each) : each
    const series = space.make(samples.labels, false)
    let points = 0
    if (smoothed) points = smooth(samples, series, moments, grid, evaluation, selector.position)
    else
      eachCurrent(samples, moments, grid, lookbackMs, (step, index) => {
        points++
        const value = mode === 'values' ? sampleAt(samples, index) : timeAt(samples, index, mode)
        if (value !== undefined) setPoint(series, step, value)
      })
    evaluation.budget.spend(points)
    if (points > 0) result.push(series)
  }
  return result
}

const functionOfMode = { values: '', timestamps: 'timestamp', 'start-timestamps': 'start_timestamp' }

/** In seconds; 0 where the series does not say when its counter began. */
const timeAt = (series: SampleSeries, index: number, mode: SelectMode): number =>
  ((mode === 'timestamps' ? series.timesMs : series.startTimesMs)?.[index] ?? 0) / 1000

function sampleAt(series: SampleSeries, index: number): number | Histogram | undefined {
  if (series.kinds?.[index] === histogramSample) return series.histograms?.[index]
  return series.values[index]
}

/**
 * Info series at every step: the labels of the newest sample are what counts, so the value is when it was taken.
 */
export async function selectInfo(
  matchers: readonly LabelMatcher[],
  around: { firstMs: number; lastMs: number; offsetMs: number },
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const { lookbackMs } = evaluation.options
  const moments = momentsOf({ at: undefined, offset: undefined }, grid, evaluation.query)
  const wanted: Wanted = {
    afterMs: around.firstMs - lookbackMs,
    untilMs: around.lastMs,
    stepMs: grid.stepMs,
    rangeMs: lookbackMs,
    functionName: 'info',
  }
  const selected = await selectSamples(matchers, wanted, evaluation)
  const result: GridSeries[] = []
  for (const samples of selected) {
    const series = emptySeries(samples.labels, false, grid.steps)
    let points = 0
    eachCurrent(samples, moments, grid, lookbackMs, (step, index) => {
      if (samples.kinds?.[index] === histogramSample)
        throw new QueryFailure(
          'bad-query',
          `this should be an info metric, with float samples: ${labelsText(samples.labels)}`,
        )
      setPoint(series, step, samples.timesMs[index] ?? 0)
      points++
    })
    if (points > 0) result.push(series)
  }
  return result
}
