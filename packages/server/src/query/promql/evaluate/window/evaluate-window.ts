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
import { floatPoint, type Grid, type GridSeries, noPoint, setPoint } from '../grid.ts'
import { dropMetadata, labelValue, metricName } from '../labels.ts'
import { countsOfHistograms, selectSamples } from '../select.ts'
import type { SampleSeries } from '../series-source.ts'
import { lengthMs, momentsOf, stepBetween } from '../timing.ts'
import { fillerFor } from './fill.ts'
import type { WindowCall } from './function.ts'
import { anchoredFunctions, nameKeepers, smoothedFunctions } from './functions.ts'
import { splitPoints, splitSamples, type WindowSeries } from './samples.ts'
import type { RangeSamples } from './windows.ts'

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
  const { startTimestamps } = evaluation.options
  const series = evaluation.countsOnly.has(selector)
    ? selected.map((each) => splitSamples(countsOfHistograms(each), startTimestamps))
    : split(selected, startTimestamps)
  return { series, moments, rangeMs, extension, beforeMs, afterMs }
}

/** A source that keeps its samples gives the same list again: what was made of it holds still. */
const splitLists = new WeakMap<readonly SampleSeries[], { series: readonly WindowSeries[]; useStarts: boolean }>()

function split(selected: readonly SampleSeries[], useStarts: boolean): readonly WindowSeries[] {
  const known = splitLists.get(selected)
  if (known?.useStarts === useStarts) return known.series
  const series = selected.map((each) => splitSamples(each, useStarts))
  splitLists.set(selected, { series, useStarts })
  return series
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
  const windowCall: WindowCall = {
    rangeSeconds: samples.rangeMs / 1000,
    extension: samples.extension,
    position: (call.args[0] ?? call).position,
    argsPosition: argsPosition(call),
    annotate: (annotation) => annotate(evaluation, annotation),
    scalars: new Float64Array(columns.length),
  }
  const fill = fillerFor(call.name, samples, grid, columns, windowCall)
  const position = (call.args[0] ?? call).position
  const dropName = !nameKeepers.has(call.name)
  const result: GridSeries[] = []
  const advise = call.name === 'rate' || call.name === 'increase' ? counterAdvice(position, evaluation) : undefined
  for (const each of samples.series) {
    if (evaluation.budget.isDue()) await evaluation.budget.breathe()
    const labels = dropName ? labelsAfter(each.labels, evaluation) : each.labels
    const { series, points } = fill(each, labels, dropName || each.dropName)
    evaluation.budget.spend(points)
    if (points > 0) result.push(series)
    advise?.(each, series)
  }
  if (evaluation.options.delayedNameRemoval || call.name === 'absent_over_time') return result
  if (!differOnlyAsBefore(samples.series) && mergeSameLabels(result).length !== result.length) throw duplicateLabels()
  return result
}

/** Whether all have one name and no more to lose than that: then they are as different without it. */
function differOnlyAsBefore(series: readonly WindowSeries[]): boolean {
  const name = series[0] === undefined ? '' : metricName(series[0].labels)
  return series.every(
    ({ labels }) =>
      metricName(labels) === name && labels.pairs.length - dropMetadata(labels).pairs.length === (name === '' ? 0 : 1),
  )
}

function argsPosition(call: Call): Position {
  const [first] = call.args
  const last = call.args[call.args.length - 1]
  return { start: first?.position.start ?? 0, end: last?.position.end ?? 0 }
}

/** Rates of what is not named like a counter are probably meant otherwise: said once for a name and type. */
function counterAdvice(
  position: Position,
  evaluation: Evaluation,
): (samples: WindowSeries, result: GridSeries) => void {
  const { typeAndUnitLabels } = evaluation.options
  let [lastName, lastType] = ['', '']
  return ({ labels }, result) => {
    const name = metricName(labels)
    const type = typeAndUnitLabels ? labelValue(labels, '__type__') : ''
    if ((name === lastName && type === lastType) || name === '' || !result.present.includes(floatPoint)) return
    lastName = name
    lastType = type
    if (typeAndUnitLabels) {
      if (type !== 'counter' && type !== 'histogram') annotate(evaluation, possibleNonCounterType(name, type, position))
    } else if (!/_(total|sum|count|bucket)$/.test(name)) annotate(evaluation, possibleNonCounter(name, position))
  }
}

/** 1 where no series has a sample in the range. */
export function absentOverTime(series: readonly GridSeries[], result: GridSeries): GridSeries {
  for (let step = 0; step < result.present.length; step++)
    if (series.every((each) => each.present[step] === noPoint)) setPoint(result, step, 1)
  return result
}
