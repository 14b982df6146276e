import type { Call, Expression, Position } from '../parse/ast.ts'
import { parseLabelNumber, printNumber } from '../parse/literals.ts'
import {
  badBucketLabel,
  forcedMonotonicity,
  fractionExcludesNaN,
  invalidQuantile,
  mixedClassicNative,
  quantileIsNaN,
  quantileIsSkewed,
} from './annotations.ts'
import { type ClassicBucket, classicFraction, classicQuantile } from './classic-buckets.ts'
import { annotate, type Evaluation, labelsAfter, SeriesCollector } from './evaluation.ts'
import { type Grid, type GridSeries, type GridValue, pointAt } from './grid.ts'
import type { Histogram } from './histogram/histogram.ts'
import { histogramFraction, histogramQuantile, type NanEffect } from './histogram/quantile.ts'
import { dropLabels, type Labels, labelValue, metricName, setLabels } from './labels.ts'

/** `histogram_quantile`, `histogram_quantiles` and `histogram_fraction`, over classic and native histograms. */

const bucketLabel = 'le'

/** A classic series with what does not change from step to step. */
type Prepared = {
  readonly series: GridSeries
  /** Labels without the bound, the same for all buckets of a histogram. */
  readonly labels: Labels
  readonly bound: number | undefined
}

function prepare(series: GridSeries): Prepared {
  const le = labelValue(series.labels, bucketLabel)
  return { series, labels: dropLabels(series.labels, [bucketLabel]), bound: parseLabelNumber(le) }
}

type Histograms = {
  readonly native: readonly { labels: Labels; histogram: Histogram }[]
  readonly classic: readonly { labels: Labels; buckets: readonly ClassicBucket[] }[]
}

/** All histograms of a step, each as a whole. */
function histogramsAt(
  prepared: readonly Prepared[],
  step: number,
  position: Position,
  evaluation: Evaluation,
): Histograms {
  const named = (labels: Labels): string => (evaluation.options.delayedNameRemoval ? metricName(labels) : '')
  const classic = new Map<string, { labels: Labels; buckets: ClassicBucket[] }>()
  const native: { labels: Labels; histogram: Histogram }[] = []
  for (const { series, labels, bound } of prepared) {
    const value = pointAt(series, step)
    if (value === undefined) continue
    if (typeof value !== 'number') native.push({ labels: series.labels, histogram: value })
    else if (bound === undefined)
      annotate(evaluation, badBucketLabel(named(series.labels), labelValue(series.labels, bucketLabel), position))
    else {
      const known = classic.get(labels.key)
      if (known === undefined) classic.set(labels.key, { labels, buckets: [{ upper: bound, count: value }] })
      else known.buckets.push({ upper: bound, count: value })
    }
  }
  const alone = native.filter(({ labels }) => {
    if (!classic.delete(labels.key)) return true
    annotate(evaluation, mixedClassicNative(named(labels), position))
    return false
  })
  return { native: alone, classic: [...classic.values()] }
}

function annotateNaN(nan: NanEffect, labels: Labels, position: Position, evaluation: Evaluation): void {
  const name = metricName(labels)
  if (nan === 'nan') annotate(evaluation, quantileIsNaN(name, position))
  if (nan === 'skewed') annotate(evaluation, quantileIsSkewed(name, position))
  if (nan === 'excluded') annotate(evaluation, fractionExcludesNaN(name, position))
}

type Query = {
  readonly input: readonly GridSeries[]
  readonly inputPosition: Position
  readonly position: Position
  readonly ofNative: (histogram: Histogram, step: number) => { value: number; nan: NanEffect }
  readonly ofClassic: (buckets: readonly ClassicBucket[], step: number) => { value: number; forced: boolean }
  /** Changes the labels of the result, if it has to. */
  readonly relabel: (labels: Labels, step: number) => Labels
}

async function collect(collector: SeriesCollector, query: Query, grid: Grid, evaluation: Evaluation): Promise<void> {
  const prepared = query.input.map(prepare)
  for (let step = 0; step < grid.steps; step++) {
    if (evaluation.budget.isDue()) await evaluation.budget.breathe()
    const { native, classic } = histogramsAt(prepared, step, query.inputPosition, evaluation)
    const set = (labels: Labels, value: number): void =>
      collector.set(step, query.relabel(labelsAfter(labels, evaluation), step), true, value)
    for (const { labels, histogram } of native) {
      const { value, nan } = query.ofNative(histogram, step)
      const seen = evaluation.options.delayedNameRemoval ? labels : labelsAfter(labels, evaluation)
      annotateNaN(nan, seen, query.position, evaluation)
      set(labels, value)
    }
    for (const { labels, buckets } of classic) {
      const { value, forced } = query.ofClassic(buckets, step)
      const name = evaluation.options.delayedNameRemoval ? metricName(labels) : ''
      if (forced) annotate(evaluation, forcedMonotonicity(name, query.inputPosition))
      set(labels, value)
    }
  }
}

const unchanged = (labels: Labels): Labels => labels
const isInvalid = (q: number): boolean => Number.isNaN(q) || q < 0 || q > 1

function vectorOf(value: GridValue | undefined): readonly GridSeries[] {
  if (value?.kind !== 'vector') throw new Error('the type check lets only a vector through')
  return value.series
}
function scalarOf(value: GridValue | undefined): Float64Array {
  if (value?.kind !== 'scalar') throw new Error('the type check lets only a scalar through')
  return value.values
}
function positionOf(args: readonly Expression[], index: number): Position {
  return args[index]?.position ?? { start: 0, end: 0 }
}

export async function quantileOfHistograms(
  { args }: Call,
  values: readonly GridValue[],
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const quantiles = scalarOf(values[0])
  for (const q of quantiles) if (isInvalid(q)) annotate(evaluation, invalidQuantile(q, positionOf(args, 0)))
  const collector = new SeriesCollector(grid)
  const query: Query = {
    input: vectorOf(values[1]),
    inputPosition: positionOf(args, 1),
    position: positionOf(args, 0),
    ofNative: (histogram, step) => histogramQuantile(quantiles[step] ?? Number.NaN, histogram),
    ofClassic: (buckets, step) => classicQuantile(quantiles[step] ?? Number.NaN, buckets),
    relabel: unchanged,
  }
  await collect(collector, query, grid, evaluation)
  return collector.series
}

/** As OpenMetrics writes the value of a `quantile` label: always with a point or an exponent. */
function quantileText(q: number): string {
  const text = printNumber(q)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

export async function quantilesOfHistograms(
  { args }: Call,
  values: readonly GridValue[],
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const label = values[1]
  if (label?.kind !== 'string') throw new Error('the type check lets only a string through')
  const collector = new SeriesCollector(grid)
  for (const [i, value] of values.entries()) {
    if (i < 2) continue
    const quantiles = scalarOf(value)
    for (const q of quantiles) if (isInvalid(q)) annotate(evaluation, invalidQuantile(q, positionOf(args, i)))
    const at = (step: number): number => quantiles[step] ?? Number.NaN
    const query: Query = {
      input: vectorOf(values[0]),
      inputPosition: positionOf(args, 0),
      position: positionOf(args, 0),
      ofNative: (histogram, step) => histogramQuantile(at(step), histogram),
      ofClassic: (buckets, step) => classicQuantile(at(step), buckets),
      relabel: (labels, step) => setLabels(labels, [[label.value, quantileText(at(step))]]),
    }
    await collect(collector, query, grid, evaluation)
  }
  return collector.series
}

export async function fractionOfHistograms(
  { args }: Call,
  values: readonly GridValue[],
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const lower = scalarOf(values[0])
  const upper = scalarOf(values[1])
  const bounds = (step: number): [number, number] => [lower[step] ?? Number.NaN, upper[step] ?? Number.NaN]
  const collector = new SeriesCollector(grid)
  const query: Query = {
    input: vectorOf(values[2]),
    inputPosition: positionOf(args, 2),
    position: positionOf(args, 0),
    ofNative: (histogram, step) => histogramFraction(...bounds(step), histogram),
    ofClassic: (buckets, step) => ({ value: classicFraction(...bounds(step), buckets), forced: false }),
    relabel: unchanged,
  }
  await collect(collector, query, grid, evaluation)
  return collector.series
}
