import type { Call, Expression, Extension, Position, RangeSelector, Subquery } from '../../parse/ast.ts'
import { withoutParens } from '../../parse/ast.ts'
import { possibleNonCounter, possibleNonCounterType } from '../annotations.ts'
import type { EvaluateNode } from '../evaluate-node.ts'
import {
  annotate,
  duplicateLabels,
  type Evaluation,
  labelsAfter,
  mergeSameLabels,
  QueryFailure,
} from '../evaluation.ts'
import { countPoints, emptySeries, floatPoint, type Grid, type GridSeries, noPoint, setPoint, timeOf } from '../grid.ts'
import { labelValue, metricName } from '../labels.ts'
import { countsOfHistograms, firstAfter, histogramsNotExtended, selectSamples } from '../select.ts'
import { lengthMs, type Moments, momentAt, momentsOf, stepBetween } from '../timing.ts'
import type { FloatFunction, WindowCall, WindowFunction } from './function.ts'
import { anchoredFunctions, floatFunctions, nameKeepers, smoothedFunctions, windowFunctions } from './functions.ts'
import { newWindow, splitPoints, splitSamples, type Window, type WindowSeries } from './samples.ts'

/** The samples behind a range argument, and which of them each step looks at. */
export type RangeSamples = {
  readonly series: readonly WindowSeries[]
  readonly moments: Moments
  readonly rangeMs: number
  readonly extension: Extension | undefined
  /** How far around the range samples are looked at, too. */
  readonly beforeMs: number
  readonly afterMs: number
}

export async function rangeSamples(
  argument: RangeSelector | Subquery,
  functionName: string,
  grid: Grid,
  evaluation: Evaluation,
  evaluate: EvaluateNode,
): Promise<RangeSamples> {
  if (argument.kind === 'subquery') return subquerySamples(argument, grid, evaluation, evaluate)
  const { selector } = argument
  const { extension } = selector
  const { lookbackMs } = evaluation.options
  const rangeMs = lengthMs(argument.range, evaluation.query)
  const moments = momentsOf(selector, grid, evaluation.query)
  const beforeMs = extension === undefined ? 0 : lookbackMs
  const afterMs = extension === 'smoothed' ? lookbackMs : 0
  const wanted = {
    afterMs: moments.firstMs - rangeMs - beforeMs,
    untilMs: moments.lastMs + afterMs,
    stepMs: stepBetween(moments, grid),
    rangeMs,
    functionName,
  }
  const selected = await selectSamples(selector.matchers, wanted, evaluation)
  const counts = evaluation.countsOnly.has(selector)
  const series = selected.map((each) =>
    splitSamples(counts ? countsOfHistograms(each) : each, evaluation.options.startTimestamps),
  )
  return { series, moments, rangeMs, extension, beforeMs, afterMs }
}

/** Steps of a subquery are multiples of its step, whenever it is asked. */
export function subqueryGrid(subquery: Subquery, grid: Grid, evaluation: Evaluation): Grid | undefined {
  const { query, options } = evaluation
  const moments = momentsOf(subquery, grid, query)
  const rangeMs = lengthMs(subquery.range, query)
  const stepMs = subquery.step === undefined ? options.subqueryStepMs : lengthMs(subquery.step, query)
  const startMs = (Math.floor((moments.firstMs - rangeMs) / stepMs) + 1) * stepMs
  const steps = Math.floor((moments.lastMs - startMs) / stepMs) + 1
  if (steps <= 0) return undefined
  if (steps > options.subqueryStepsMax)
    throw new QueryFailure(
      'limit',
      `subquery has ${steps} steps, the limit is ${options.subqueryStepsMax}; use a longer step or a shorter range`,
    )
  return { startMs, stepMs, steps }
}

async function subquerySamples(
  subquery: Subquery,
  grid: Grid,
  evaluation: Evaluation,
  evaluate: EvaluateNode,
): Promise<RangeSamples> {
  const moments = momentsOf(subquery, grid, evaluation.query)
  const rangeMs = lengthMs(subquery.range, evaluation.query)
  const common = { moments, rangeMs, extension: undefined, beforeMs: 0, afterMs: 0 }
  const inner = subqueryGrid(subquery, grid, evaluation)
  if (inner === undefined) return { ...common, series: [] }
  const value = await evaluate(subquery.expression, inner, evaluation)
  if (value.kind !== 'vector') throw new Error('a subquery is over an instant vector')
  return { ...common, series: value.series.map((each) => splitPoints(each, inner)) }
}

/** Moves the window of one series from step to step. */
export function windowAt(samples: RangeSamples, grid: Grid, window: Window, step: number): void {
  const moment = momentAt(samples.moments, grid, step)
  const { series } = window
  window.stepMs = timeOf(grid, step)
  window.endMs = moment
  window.startMs = moment - samples.rangeMs
  const afterMs = window.startMs - samples.beforeMs
  const untilMs = window.endMs + samples.afterMs
  window.from = firstAfter(series.floatTimesMs, afterMs, window.from)
  window.to = firstAfter(series.floatTimesMs, untilMs, Math.max(window.from, window.to))
  window.histogramFrom = firstAfter(series.histogramTimesMs, afterMs, window.histogramFrom)
  window.histogramTo = firstAfter(series.histogramTimesMs, untilMs, Math.max(window.histogramFrom, window.histogramTo))
}

/** Which floats each step looks at. */
type Borders = { readonly timesMs: Float64Array; readonly from: Uint32Array; readonly to: Uint32Array }

function bordersOf(timesMs: Float64Array, { moments, rangeMs }: RangeSamples, grid: Grid): Borders {
  const from = new Uint32Array(grid.steps)
  const to = new Uint32Array(grid.steps)
  let [first, past] = [0, 0]
  for (let step = 0; step < grid.steps; step++) {
    const moment = momentAt(moments, grid, step)
    first = firstAfter(timesMs, moment - rangeMs, first)
    past = firstAfter(timesMs, moment, Math.max(first, past))
    from[step] = first
    to[step] = past
  }
  return { timesMs, from, to }
}

/**
 * Points of series that have no histograms. Series that were sampled together share the array of their times, and so
 * the borders of their windows.
 */
function floatFiller(float: FloatFunction, samples: RangeSamples, grid: Grid, call: WindowCall): Fill {
  const { moments, rangeMs } = samples
  let borders: Borders | undefined
  return (each, series) => {
    if (borders?.timesMs !== each.floatTimesMs) borders = bordersOf(each.floatTimesMs, samples, grid)
    const window = newWindow(each)
    for (let step = 0; step < grid.steps; step++) {
      window.from = borders.from[step] ?? 0
      window.to = borders.to[step] ?? 0
      if (window.to - window.from < float.least) continue
      window.endMs = momentAt(moments, grid, step)
      window.startMs = window.endMs - rangeMs
      window.stepMs = timeOf(grid, step)
      series.values[step] = float.of(window, call)
      series.present[step] = floatPoint
    }
  }
}

/** The range argument of a call, and where it stands. */
export function rangeArgument(call: Call): { argument: RangeSelector | Subquery; index: number } {
  for (const [index, each] of call.args.entries()) {
    const argument = withoutParens(each)
    if (argument.kind === 'range-selector' || argument.kind === 'subquery') return { argument, index }
  }
  throw new Error(`${call.name} has no range argument`)
}

async function scalarColumns(
  args: readonly Expression[],
  grid: Grid,
  evaluation: Evaluation,
  evaluate: EvaluateNode,
): Promise<readonly Float64Array[]> {
  const columns: Float64Array[] = []
  for (const arg of args) {
    const value = await evaluate(arg, grid, evaluation)
    if (value.kind !== 'scalar') throw new Error('beside its range, a range function takes scalars only')
    columns.push(value.values)
  }
  return columns
}

function checkExtension(name: string, extension: Extension | undefined): void {
  if (extension === undefined) return
  const allowed = extension === 'anchored' ? anchoredFunctions : smoothedFunctions
  if (!allowed.includes(name))
    throw new QueryFailure(
      'bad-query',
      `${extension} modifier can only be used with: ${allowed.join(', ')} - not with ${name}`,
    )
}

/** A function of a range vector: one point from each window of each series. */
export async function evaluateWindowFunction(
  call: Call,
  grid: Grid,
  evaluation: Evaluation,
  evaluate: EvaluateNode,
): Promise<readonly GridSeries[]> {
  const { argument, index } = rangeArgument(call)
  const scalarArgs = call.args.filter((_, i) => i !== index)
  const columns = await scalarColumns(scalarArgs, grid, evaluation, evaluate)
  if (argument.kind === 'range-selector') checkExtension(call.name, argument.selector.extension)
  const samples = await rangeSamples(argument, call.name, grid, evaluation, evaluate)
  evaluation.budget.reserve(samples.series.length * grid.steps)
  const fill = fillerFor(call, samples, grid, columns, evaluation)
  const position = (call.args[0] ?? call).position
  const dropName = !nameKeepers.has(call.name)
  const result: GridSeries[] = []
  for (const each of samples.series) {
    if (evaluation.budget.isDue()) await evaluation.budget.breathe()
    const labels = dropName ? labelsAfter(each.labels, evaluation) : each.labels
    const series = emptySeries(labels, dropName || each.dropName, grid.steps)
    fill(each, series)
    const points = countPoints(series)
    evaluation.budget.spend(points)
    if (points > 0) result.push(series)
    if (call.name === 'rate' || call.name === 'increase') adviseCounter(each, series, position, evaluation)
  }
  if (evaluation.options.delayedNameRemoval || call.name === 'absent_over_time') return result
  if (mergeSameLabels(result).length !== result.length) throw duplicateLabels()
  return result
}

/** Puts what a function makes of the windows of a series into the points of its result. */
type Fill = (each: WindowSeries, series: GridSeries) => void

function fillerFor(
  call: Call,
  samples: RangeSamples,
  grid: Grid,
  columns: readonly Float64Array[],
  evaluation: Evaluation,
): Fill {
  const compute = windowFunctions.get(call.name)
  if (compute === undefined) throw new Error(`${call.name} is not a range function`)
  const windowCall: WindowCall = {
    rangeSeconds: samples.rangeMs / 1000,
    extension: samples.extension,
    position: (call.args[0] ?? call).position,
    argsPosition: argsPosition(call),
    annotate: (annotation) => annotate(evaluation, annotation),
    scalars: new Float64Array(columns.length),
  }
  const fillAny = pointFiller(compute, samples, grid, columns, windowCall)
  const float = samples.extension === undefined ? floatFunctions.get(call.name) : undefined
  if (float === undefined) return fillAny
  const fillFloats = floatFiller(float, samples, grid, windowCall)
  return (each, series) => (each.histograms.length === 0 ? fillFloats : fillAny)(each, series)
}

function pointFiller(
  compute: WindowFunction,
  samples: RangeSamples,
  grid: Grid,
  columns: readonly Float64Array[],
  call: WindowCall,
): Fill {
  return (each, series) => {
    const window = newWindow(each)
    for (let step = 0; step < grid.steps; step++) {
      windowAt(samples, grid, window, step)
      if (window.to === window.from && window.histogramTo === window.histogramFrom) continue
      if (samples.extension !== undefined && window.histogramTo > window.histogramFrom) throw histogramsNotExtended()
      columns.forEach((column, i) => {
        call.scalars[i] = column[step] ?? 0
      })
      const value = compute(window, call)
      if (value !== undefined) setPoint(series, step, value)
    }
  }
}

function argsPosition(call: Call): Position {
  const [first] = call.args
  const last = call.args[call.args.length - 1]
  return { start: first?.position.start ?? 0, end: last?.position.end ?? 0 }
}

/** Rates of what is not named like a counter are probably meant otherwise. */
function adviseCounter(samples: WindowSeries, result: GridSeries, position: Position, evaluation: Evaluation): void {
  const name = metricName(samples.labels)
  if (name === '' || !result.present.includes(floatPoint)) return
  if (evaluation.options.typeAndUnitLabels) {
    const type = labelValue(samples.labels, '__type__')
    if (type !== 'counter' && type !== 'histogram') annotate(evaluation, possibleNonCounterType(name, type, position))
  } else if (!/_(total|sum|count|bucket)$/.test(name)) annotate(evaluation, possibleNonCounter(name, position))
}

/** 1 where no series has a sample in the range. */
export function absentOverTime(series: readonly GridSeries[], result: GridSeries): GridSeries {
  for (let step = 0; step < result.present.length; step++)
    if (series.every((each) => each.present[step] === noPoint)) setPoint(result, step, 1)
  return result
}
