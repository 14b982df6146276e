import {
  childrenOf,
  type Expression,
  type RangeSelector,
  type Subquery,
  trimOperators,
  withoutParens,
} from '../parse/ast.ts'
import { typeOf } from '../parse/check.ts'
import { type Annotation, Annotations } from './annotations.ts'
import { checkSteps, evaluateNode } from './evaluate.ts'
import {
  Budget,
  type Elsewhere,
  type Evaluation,
  mergeSameLabels,
  QueryFailure,
  type QueryTimes,
} from './evaluation.ts'
import { floatPoint, type Grid, type GridSeries, histogramPoint, noPoint, timeOf } from './grid.ts'
import type { Histogram } from './histogram/histogram.ts'
import { compareLabels, dropMetadata, type Labels, noLabels } from './labels.ts'
import type { EvaluateOptions } from './options.ts'
import type { SeriesSource } from './series-source.ts'
import { rangeSamples } from './window/evaluate-window.ts'
import { bordersOf } from './window/extended.ts'
import { newWindow, type Window } from './window/samples.ts'
import { windowAt } from './window/windows.ts'

/** Instant and range queries: the door of the evaluator. */
export type QueryInput = {
  readonly expression: Expression
  readonly source: SeriesSource
  readonly options: EvaluateOptions
  readonly nowMs: () => number
  readonly signal: AbortSignal
  /** The pushdown pass, if any. */
  readonly elsewhere?: Elsewhere
}

export type Sample = { readonly labels: Labels; readonly value: number; readonly histogram: Histogram | undefined }
/** Points in order of time; a histogram where there is one, else the float. */
export type PointSeries = {
  readonly labels: Labels
  readonly timesMs: Float64Array
  readonly values: Float64Array
  readonly histograms: readonly (Histogram | undefined)[] | undefined
}

export type QueryValue =
  | { readonly kind: 'scalar'; readonly timeMs: number; readonly value: number }
  | { readonly kind: 'string'; readonly timeMs: number; readonly value: string }
  | { readonly kind: 'vector'; readonly timeMs: number; readonly samples: readonly Sample[] }
  | { readonly kind: 'matrix'; readonly series: readonly PointSeries[] }

export type QueryAnswer = {
  readonly kind: 'answer'
  readonly value: QueryValue
  readonly annotations: readonly Annotation[]
  readonly samplesRead: number
  readonly seriesRead: number
}
export type QueryError = {
  readonly kind: 'query-error'
  readonly failure: QueryFailure['failure']
  readonly message: string
}

export async function runInstantQuery(input: QueryInput, timeMs: number): Promise<QueryAnswer | QueryError> {
  const query: QueryTimes = { startMs: timeMs, endMs: timeMs, stepMs: 0 }
  return answer(input, query, (evaluation) => instantValue(input.expression, timeMs, evaluation))
}

/** Both ends are included. */
export async function runRangeQuery(input: QueryInput, query: QueryTimes): Promise<QueryAnswer | QueryError> {
  return answer(input, query, (evaluation) => rangeValue(input.expression, query, evaluation))
}

async function answer(
  input: QueryInput,
  query: QueryTimes,
  compute: (evaluation: Evaluation) => Promise<QueryValue>,
): Promise<QueryAnswer | QueryError> {
  const { source, options, expression } = input
  const budget = new Budget(options, input.nowMs, input.signal)
  const annotations = new Annotations()
  const evaluation: Evaluation = {
    source,
    options,
    query,
    annotations,
    budget,
    elsewhere: input.elsewhere,
    countsOnly: countsOnlySelectors(expression),
  }
  try {
    const value = await compute(evaluation)
    const { samplesRead, seriesRead } = budget
    return { kind: 'answer', value, annotations: annotations.all, samplesRead, seriesRead }
  } catch (thrown) {
    if (thrown instanceof QueryFailure) return { kind: 'query-error', failure: thrown.failure, message: thrown.message }
    throw thrown
  }
}

async function instantValue(expression: Expression, timeMs: number, evaluation: Evaluation): Promise<QueryValue> {
  const grid: Grid = { startMs: timeMs, stepMs: 1, steps: 1 }
  const inner = withoutParens(expression)
  if (inner.kind === 'range-selector' || inner.kind === 'subquery') return matrixValue(inner, grid, evaluation)
  const value = await evaluateNode(inner, grid, evaluation)
  if (value.kind === 'string') return { kind: 'string', timeMs, value: value.value }
  if (value.kind === 'scalar') return { kind: 'scalar', timeMs, value: value.values[0] ?? Number.NaN }
  const samples = withoutDroppedNames(value.series, evaluation)
    .filter((series) => series.present[0] !== noPoint)
    .map((series): Sample => {
      const histogram = series.present[0] === histogramPoint ? series.histograms?.[0] : undefined
      return { labels: series.labels, value: series.values[0] ?? Number.NaN, histogram }
    })
  return { kind: 'vector', timeMs, samples }
}

async function rangeValue(expression: Expression, query: QueryTimes, evaluation: Evaluation): Promise<QueryValue> {
  const type = typeOf(expression)
  if (type !== 'scalar' && type !== 'vector') {
    const name = type === 'string' ? 'string' : 'range vector'
    throw new QueryFailure(
      'bad-query',
      `invalid expression type "${name}" for range query, must be Scalar or instant Vector`,
    )
  }
  if (!(query.stepMs > 0))
    throw new QueryFailure('bad-query', 'zero or negative query resolution step widths are not accepted')
  if (query.endMs < query.startMs) throw new QueryFailure('bad-query', 'end timestamp must not be before start time')
  const steps = Math.floor((query.endMs - query.startMs) / query.stepMs) + 1
  const grid: Grid = { startMs: query.startMs, stepMs: query.stepMs, steps }
  checkSteps(grid, evaluation.options.stepsMax)
  const value = await evaluateNode(expression, grid, evaluation)
  if (value.kind === 'string') throw new Error('the type of the expression was checked')
  const timesMs = Float64Array.from({ length: steps }, (_, step) => timeOf(grid, step))
  if (value.kind === 'scalar') {
    return { kind: 'matrix', series: [{ labels: noLabels, timesMs, values: value.values, histograms: undefined }] }
  }
  const series = withoutDroppedNames(value.series, evaluation).map((each) => pointsOf(each, grid, timesMs))
  return { kind: 'matrix', series: series.filter(({ timesMs }) => timesMs.length > 0).sort(byLabels) }
}

const byLabels = (a: PointSeries, b: PointSeries): number => compareLabels(a.labels, b.labels)

function withoutDroppedNames(series: readonly GridSeries[], { options }: Evaluation): readonly GridSeries[] {
  if (!options.delayedNameRemoval) return mergeSameLabels(series)
  return mergeSameLabels(series.map((each) => (each.dropName ? { ...each, labels: dropMetadata(each.labels) } : each)))
}

/** `timesMs`: those of all steps, which series without gaps share. */
function pointsOf(series: GridSeries, grid: Grid, timesMs: Float64Array): PointSeries {
  const { labels, values } = series
  if (series.histograms === undefined && !series.present.includes(noPoint))
    return { labels, timesMs, values, histograms: undefined }
  const steps: number[] = []
  series.present.forEach((present, step) => {
    if (present !== noPoint) steps.push(step)
  })
  const { histograms } = series
  return {
    labels,
    timesMs: Float64Array.from(steps, (step) => timeOf(grid, step)),
    values: Float64Array.from(steps, (step) => (series.present[step] === floatPoint ? (values[step] ?? 0) : 0)),
    histograms: histograms === undefined ? undefined : steps.map((step) => histograms[step]),
  }
}

/** A range vector asked for as it is: the samples themselves. */
async function matrixValue(
  argument: RangeSelector | Subquery,
  grid: Grid,
  evaluation: Evaluation,
): Promise<QueryValue> {
  const samples = await rangeSamples(argument, '', grid, evaluation, evaluateNode)
  const series: PointSeries[] = []
  for (const each of samples.series) {
    const window = newWindow(each)
    windowAt(samples, grid, window, 0)
    const labels = each.dropName ? dropMetadata(each.labels) : each.labels
    const points = samples.extension === undefined ? windowPoints(window) : borderedPoints(window, samples.extension)
    if (points !== undefined && points.timesMs.length > 0) series.push({ labels, ...points })
  }
  return { kind: 'matrix', series: series.sort(byLabels) }
}

type Points = Omit<PointSeries, 'labels'>

function windowPoints({ series, from, to, histogramFrom, histogramTo }: Window): Points {
  const floats = Array.from(series.floatTimesMs.subarray(from, to), (timeMs, i) => ({
    timeMs,
    value: series.floats[from + i] ?? 0,
    histogram: undefined as Histogram | undefined,
  }))
  const histograms = series.histograms.slice(histogramFrom, histogramTo).map((histogram, i) => ({
    timeMs: series.histogramTimesMs[histogramFrom + i] ?? 0,
    value: 0,
    histogram,
  }))
  const points = [...floats, ...histograms].sort((a, b) => a.timeMs - b.timeMs)
  return {
    timesMs: Float64Array.from(points, ({ timeMs }) => timeMs),
    values: Float64Array.from(points, ({ value }) => value),
    histograms: histograms.length === 0 ? undefined : points.map(({ histogram }) => histogram),
  }
}

/** With `anchored` and `smoothed`, the values at the borders come first and last. */
function borderedPoints(window: Window, extension: 'anchored' | 'smoothed'): Points | undefined {
  if (window.histogramTo > window.histogramFrom)
    throw new QueryFailure('bad-query', `${extension} modifier is not supported with histograms`)
  const borders = bordersOf(window, extension === 'smoothed', false)
  if (borders === undefined) return undefined
  const [from, to] = borders.inner
  const { floatTimesMs, floats } = window.series
  return {
    timesMs: Float64Array.of(window.startMs, ...floatTimesMs.subarray(from, Math.max(from, to)), window.endMs),
    values: Float64Array.of(borders.left, ...floats.subarray(from, Math.max(from, to)), borders.right),
    histograms: undefined,
  }
}

const isTrim = (operator: string): boolean => trimOperators.some((each) => each === operator)

const needingBuckets = new Set(
  'histogram_quantile histogram_quantiles histogram_fraction histogram_stddev histogram_stdvar changes'.split(' '),
)

/** Whether buckets matter to what it makes of histograms. Inside a subquery they are needed to find counter resets. */
function needsBuckets(node: Expression): boolean {
  if (node.kind === 'call') return needingBuckets.has(node.name)
  if (node.kind === 'binary') return isTrim(node.operator) || node.operator === '==' || node.operator === '!='
  return node.kind === 'subquery' || (node.kind === 'aggregation' && node.operator === 'count_values')
}

/** Selectors of whose histograms only count and sum are looked at. */
function countsOnlySelectors(expression: Expression): ReadonlySet<Expression> {
  const found = new Set<Expression>()
  const counting = new Set(['histogram_count', 'histogram_sum', 'histogram_avg'])
  const visit = (node: Expression, wanted: 'counts' | 'unknown' | 'buckets'): void => {
    if (node.kind === 'vector-selector') {
      if (wanted === 'counts') found.add(node)
      return
    }
    let inside = wanted
    if (needsBuckets(node)) inside = 'buckets'
    else if (node.kind === 'call' && counting.has(node.name) && wanted === 'unknown') inside = 'counts'
    for (const child of childrenOf(node)) visit(child, inside)
  }
  visit(expression, 'unknown')
  return found
}
