import type { Position } from '../parse/ast.ts'
import { boundsReconciled, mixedFloatsHistograms, mixedSchemas } from './annotations.ts'
import { annotate, type Evaluation } from './evaluation.ts'
import { type Grid, type GridSeries, type PointValue, setPoint } from './grid.ts'
import { isCustom } from './histogram/histogram.ts'
import { type HistogramPoint, histogramOnLine } from './histogram/on-line.ts'
import { metricName } from './labels.ts'
import { floatSample, histogramSample, type SampleSeries, staleSample } from './series-source.ts'
import { firstAfter, type Moments, momentAt } from './timing.ts'

/**
 * `x smoothed`: at every step a point on the line between the samples before and after; the last one is carried on while
 * nothing follows. Counts how many points it made.
 */
export function smooth(
  samples: SampleSeries,
  series: GridSeries,
  moments: Moments,
  grid: Grid,
  evaluation: Evaluation,
  position: Position,
): number {
  const { lookbackMs } = evaluation.options
  let points = 0
  for (let step = 0; step < grid.steps; step++) {
    const moment = momentAt(moments, grid, step)
    const { before, after, isMixed } = neighbours(samples, moment, lookbackMs)
    if (isMixed) annotate(evaluation, mixedFloatsHistograms(metricName(samples.labels), position))
    if (before < 0 || isMixed) continue
    const value =
      samples.kinds?.[before] === histogramSample
        ? histogramAt(samples, before, after, moment, evaluation, position)
        : floatAt(samples, before, after, moment)
    if (value === undefined) continue
    setPoint(series, step, value)
    points++
  }
  return points
}

type Neighbours = { readonly before: number; readonly after: number; readonly isMixed: boolean }

/** The samples around a moment, -1 for none; `isMixed` when there are floats and histograms as far as is looked at all. */
function neighbours({ timesMs, kinds }: SampleSeries, moment: number, lookbackMs: number): Neighbours {
  let [before, after] = [-1, -1]
  let [sawFloat, sawHistogram] = [false, false]
  for (let i = firstAfter(timesMs, moment - lookbackMs, 0); i < timesMs.length; i++) {
    const timeMs = timesMs[i] ?? 0
    if (timeMs > moment + lookbackMs) break
    const kind = kinds?.[i] ?? floatSample
    if (kind === staleSample) continue
    if (kind === histogramSample) sawHistogram = true
    else sawFloat = true
    if (timeMs <= moment) before = i
    else if (after < 0) after = i
    if (after >= 0 && kinds === undefined) break
  }
  return { before, after, isMixed: sawFloat && sawHistogram }
}

function floatAt({ timesMs, values }: SampleSeries, before: number, after: number, moment: number): number {
  const [t, v] = [timesMs[before] ?? 0, values[before] ?? 0]
  if (after < 0 || t === moment) return v
  return v + (((values[after] ?? 0) - v) * (moment - t)) / ((timesMs[after] ?? 0) - t)
}

function histogramAt(
  samples: SampleSeries,
  before: number,
  after: number,
  moment: number,
  evaluation: Evaluation,
  position: Position,
): PointValue | undefined {
  const [a, b] = [pointAt(samples, before), pointAt(samples, after)]
  if (a === undefined || b === undefined || a.timeMs === moment) return a?.histogram
  if (isCustom(a.histogram) !== isCustom(b.histogram)) {
    annotate(evaluation, mixedSchemas(metricName(samples.labels), position))
    return undefined
  }
  return histogramOnLine(a, b, moment, true, (operation) => annotate(evaluation, boundsReconciled(operation, position)))
}

function pointAt({ timesMs, histograms }: SampleSeries, i: number): HistogramPoint | undefined {
  const histogram = histograms?.[i]
  return histogram === undefined ? undefined : { timeMs: timesMs[i] ?? 0, histogram }
}
