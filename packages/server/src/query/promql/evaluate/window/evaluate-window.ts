import {
  type Call,
  type Expression,
  type Extension,
  type Position,
  type RangeSelector,
  type Subquery,
  withoutParens,
} from '../../parse/ast.ts'
import { possibleNonCounter, possibleNonCounterType } from '../annotations.ts'
import type { EvaluateNode } from '../evaluate-node.ts'
import { annotate, duplicateLabels, type Evaluation, mergeSameLabels, QueryFailure } from '../evaluation.ts'
import { floatPoint, type Grid, type GridSeries, noPoint, setPoint } from '../grid.ts'
import { type Labels, labelValue, metricName, noLabels } from '../labels.ts'
import { countsOfHistograms, selectSamples } from '../select.ts'
import { lengthMs, momentsOf, stepBetween } from '../timing.ts'
import { fillerFor, floatColumns } from './fill.ts'
import type { WindowCall } from './function.ts'
import { anchoredFunctions, floatFunctions, nameKeepers, smoothedFunctions } from './functions.ts'
import { splitPoints, splitSamples, type WindowSeries } from './samples.ts'
import { Selection, selectionOf } from './selection.ts'
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
  const selection = evaluation.countsOnly.has(selector)
    ? new Selection(
        selected.map((each) => splitSamples(countsOfHistograms(each), startTimestamps)),
        startTimestamps,
      )
    : selectionOf(selected, startTimestamps)
  return { selection, series: selection.series, moments, rangeMs, extension, beforeMs, afterMs }
}

/** Steps of a subquery are multiples of its step, whenever it is asked. */
function subqueryGrid(subquery: Subquery, grid: Grid, evaluation: Evaluation): Grid | undefined {
  const { query, options } = evaluation
  const moments = momentsOf(subquery, grid, query)
  const stepMs = subquery.step === undefined ? options.subqueryStepMs : lengthMs(subquery.step, query)
  const rangeMs = lengthMs(subquery.range, query)
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
  const inner = subqueryGrid(subquery, grid, evaluation)
  const rangeMs = lengthMs(subquery.range, evaluation.query)
  const common = { moments, rangeMs, extension: undefined, beforeMs: 0, afterMs: 0 }
  if (inner === undefined) return { ...common, selection: new Selection([], false), series: [] }
  const value = await evaluate(subquery.expression, inner, evaluation)
  if (value.kind !== 'vector') throw new Error('a subquery is over an instant vector')
  const series = value.series.map((each) => splitPoints(each, inner))
  return { ...common, selection: new Selection(series, false), series }
}

/** The range argument of a call, and where it stands. */
function rangeArgument(call: Call): { argument: RangeSelector | Subquery; index: number } {
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

/** A range function whose samples are read, and that can now be computed series by series. */
export type WindowColumns = {
  readonly call: Call
  readonly samples: RangeSamples
  readonly selection: Selection
  readonly windowCall: WindowCall
  readonly scalars: readonly Float64Array[]
  /** Whether the function takes the name of the metric off. */
  readonly dropName: boolean
  /** Of the series at a place, after the function. */
  readonly labelsAt: (place: number) => Labels
}

export async function readWindows(
  call: Call,
  grid: Grid,
  evaluation: Evaluation,
  evaluate: EvaluateNode,
): Promise<WindowColumns> {
  const { argument, index } = rangeArgument(call)
  const scalarArgs = call.args.filter((_, i) => i !== index)
  const scalars = await scalarColumns(scalarArgs, grid, evaluation, evaluate)
  if (argument.kind === 'range-selector') checkExtension(call.name, argument.selector.extension)
  const samples = await rangeSamples(argument, call.name, grid, evaluation, evaluate)
  evaluation.budget.reserve(samples.series.length * grid.steps)
  const windowCall: WindowCall = {
    rangeSeconds: samples.rangeMs / 1000,
    extension: samples.extension,
    position: withoutParens(call.args[0] ?? call).position,
    argsPosition: argsPosition(call),
    annotate: (annotation) => annotate(evaluation, annotation),
    scalars: new Float64Array(scalars.length),
  }
  const { selection } = samples
  const dropName = !nameKeepers.has(call.name)
  const isBare = dropName && !evaluation.options.delayedNameRemoval
  const labelsAt = (place: number): Labels =>
    isBare ? selection.bareAt(place) : (selection.series[place]?.labels ?? noLabels)
  return { call, samples, selection, windowCall, scalars, dropName, labelsAt }
}

/** Whether every column is of floats alone, and labels differ afterwards as they did before. */
export const isOfFloats = ({ call, samples, selection }: WindowColumns, { options }: Evaluation): boolean =>
  floatFunctions.has(call.name) &&
  samples.extension === undefined &&
  !options.delayedNameRemoval &&
  !selection.hasHistograms &&
  selection.name !== ''

/** The columns of `isOfFloats` that have points, one after the other in the same memory. */
export async function eachColumn(
  { call, samples, windowCall }: WindowColumns,
  grid: Grid,
  evaluation: Evaluation,
  visit: (column: Pick<GridSeries, 'values' | 'present'>, place: number) => void,
): Promise<void> {
  const columnOf = floatColumns(call.name, samples, grid, windowCall)
  if (columnOf === undefined) throw new Error(`${call.name} is no function of floats`)
  const values = new Float64Array(grid.steps)
  const advise = counterAdvice(call, evaluation)
  let isAdvised = false
  const { budget } = evaluation
  for (let place = 0; place < samples.series.length; place++) {
    if (budget.isDue()) await budget.breathe()
    const each = samples.series[place]
    if (each === undefined) continue
    const { points, present, fill } = columnOf(each)
    if (points === 0) continue
    for (const _ of fill(each, values)) if (budget.isLate()) await budget.breathe()
    budget.spend(points)
    // All are of one metric.
    if (!isAdvised) advise(each, present)
    isAdvised = true
    visit({ values, present }, place)
  }
}

/** A function of a range vector: one point from each window of each series. */
export async function windowSeries(
  columns: WindowColumns,
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const { call, samples, selection, scalars, windowCall, dropName, labelsAt } = columns
  const fill = fillerFor(call.name, samples, grid, scalars, windowCall)
  const { budget } = evaluation
  const result: GridSeries[] = []
  const advise = counterAdvice(call, evaluation)
  for (const [place, each] of samples.series.entries()) {
    if (budget.isDue()) await budget.breathe()
    const { series, pauses, points } = fill(each, labelsAt(place), dropName || each.dropName)
    for (const _ of pauses) if (budget.isLate()) await budget.breathe()
    const count = points()
    budget.spend(count)
    if (count > 0) result.push(series)
    advise(each, series.present)
  }
  if (evaluation.options.delayedNameRemoval || call.name === 'absent_over_time') return result
  if (selection.name === '' && mergeSameLabels(result).length !== result.length) throw duplicateLabels()
  return result
}

function argsPosition(call: Call): Position {
  const [first = call] = call.args
  const last = call.args[call.args.length - 1] ?? call
  return { start: withoutParens(first).position.start, end: withoutParens(last).position.end }
}

/** Rates of what is not named like a counter are probably meant otherwise. */
function counterAdvice(
  call: Call,
  evaluation: Evaluation,
): (samples: WindowSeries, present: GridSeries['present']) => void {
  if (call.name !== 'rate' && call.name !== 'increase') return () => {}
  const { position } = call.args[0] ?? call
  const { typeAndUnitLabels } = evaluation.options
  let [lastName, lastType] = ['', '']
  return ({ labels }, present) => {
    const name = metricName(labels)
    const type = typeAndUnitLabels ? labelValue(labels, '__type__') : ''
    if ((name === lastName && type === lastType) || name === '' || !present.includes(floatPoint)) return
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
