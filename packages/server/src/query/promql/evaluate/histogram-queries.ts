import { type Call, type Expression, type Position, withoutParens } from '../parse/ast.ts'
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
import { type ClassicBucket, classicFraction, classicQuantile, type Forced } from './classic-buckets.ts'
import { annotate, type Evaluation, labelsAfter, SeriesCollector } from './evaluation.ts'
import { floatPoint, type Grid, type GridSeries, type GridValue, histogramPoint, timeOf } from './grid.ts'
import type { Histogram } from './histogram/histogram.ts'
import { histogramFraction, histogramQuantile, type NanEffect } from './histogram/quantile.ts'
import { dropLabels, type Labels, labelValue, metricName, setLabels } from './labels.ts'

/** `histogram_quantile`, `histogram_quantiles` and `histogram_fraction`, over classic and native histograms. */

const bucketLabel = 'le'

/** A histogram as it is spread over series: natively in one, classically in one for each bound. */
type Spread = {
  /** Without the bound, the same for all its buckets. */
  readonly labels: Labels
  readonly native: GridSeries[]
  readonly classic: { readonly upper: number; readonly series: GridSeries }[]
}

/** Series put together to histograms, which are the same at every step. */
function spreadOver(input: readonly GridSeries[], position: Position, evaluation: Evaluation): readonly Spread[] {
  const byKey = new Map<string, Spread>()
  const spreadOf = (labels: Labels): Spread => {
    const known = byKey.get(labels.key) ?? { labels, native: [], classic: [] }
    byKey.set(labels.key, known)
    return known
  }
  for (const series of input) {
    if (series.histograms !== undefined) spreadOf(series.labels).native.push(series)
    if (series.histograms !== undefined && !series.present.includes(floatPoint)) continue
    const le = labelValue(series.labels, bucketLabel)
    const upper = parseLabelNumber(le)
    if (upper !== undefined) spreadOf(dropLabels(series.labels, [bucketLabel])).classic.push({ upper, series })
    else if (series.present.includes(floatPoint))
      annotate(evaluation, badBucketLabel(nameIn(series.labels, evaluation), le, position))
  }
  const all = [...byKey.values()]
  for (const { classic } of all)
    if (!classic.some(({ upper }) => Number.isNaN(upper))) classic.sort((a, b) => a.upper - b.upper || 0)
  return all
}

const nameIn = (labels: Labels, { options }: Evaluation): string =>
  options.delayedNameRemoval ? metricName(labels) : ''

/** The classic buckets of a step, in objects that are used again at the next. */
class Buckets {
  private readonly known: { upper: number; count: number }[] = []
  private readonly current: ClassicBucket[] = []

  at({ classic }: Spread, step: number): readonly ClassicBucket[] {
    this.current.length = 0
    for (const { upper, series } of classic) {
      if (series.present[step] !== floatPoint) continue
      const bucket = this.known[this.current.length] ?? { upper, count: 0 }
      this.known[this.current.length] = bucket
      bucket.upper = upper
      bucket.count = series.values[step] ?? 0
      this.current.push(bucket)
    }
    return this.current
  }
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
  readonly ofClassic: (
    buckets: readonly ClassicBucket[],
    step: number,
  ) => { value: number; forced?: Forced | undefined }
  /** Changes the labels of the result, if it has to. */
  readonly relabel: (labels: Labels, step: number) => Labels
}

async function collect(collector: SeriesCollector, query: Query, grid: Grid, evaluation: Evaluation): Promise<void> {
  const all = spreadOver(query.input, query.inputPosition, evaluation)
  const buckets = new Buckets()
  const set = (step: number, labels: Labels, value: number): void =>
    collector.set(step, query.relabel(labelsAfter(labels, evaluation), step), true, value)
  for (const spread of all) {
    for (const series of spread.native)
      for (let step = 0; step < grid.steps; step++) {
        if (evaluation.budget.isDue()) await evaluation.budget.breathe()
        const histogram = series.present[step] === histogramPoint ? series.histograms?.[step] : undefined
        if (histogram === undefined) continue
        if (buckets.at(spread, step).length > 0) {
          annotate(evaluation, mixedClassicNative(nameIn(spread.labels, evaluation), query.inputPosition))
          continue
        }
        const { value, nan } = query.ofNative(histogram, step)
        const seen = evaluation.options.delayedNameRemoval ? series.labels : labelsAfter(series.labels, evaluation)
        annotateNaN(nan, seen, query.position, evaluation)
        set(step, series.labels, value)
      }
  }
  for (const spread of all) {
    if (evaluation.budget.isDue()) await evaluation.budget.breathe()
    if (spread.classic.length === 0) continue
    for (let step = 0; step < grid.steps; step++) {
      const classic = buckets.at(spread, step)
      if (classic.length === 0 || spread.native.some(({ present }) => present[step] === histogramPoint)) continue
      const { value, forced } = query.ofClassic(classic, step)
      if (forced !== undefined) {
        const name = nameIn(spread.labels, evaluation)
        annotate(evaluation, forcedMonotonicity(name, forced, timeOf(grid, step), query.inputPosition))
      }
      set(step, spread.labels, value)
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
  const arg = args[index]
  return arg === undefined ? { start: 0, end: 0 } : withoutParens(arg).position
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
    ofClassic: (buckets, step) => ({ value: classicFraction(...bounds(step), buckets) }),
    relabel: unchanged,
  }
  await collect(collector, query, grid, evaluation)
  return collector.series
}
