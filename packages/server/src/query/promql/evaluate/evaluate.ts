import { type Aggregation, type Call, childrenOf, type Expression, type Unary, withoutParens } from '../parse/ast.ts'
import { aggregate } from './aggregate.ts'
import { compareValues, countValues, selectOfGroups } from './aggregate-select.ts'
import { sortedOverRange } from './annotations.ts'
import { larger, smaller } from './arithmetic.ts'
import { evaluateBinary } from './binary.ts'
import {
  dateFunctions,
  histogramFunctions,
  isElementwise,
  mapPoints,
  mathFunctions,
  stepFunctions,
} from './elementwise.ts'
import { annotate, type Evaluation, labelsAfter, mergeSameLabels, QueryFailure } from './evaluation.ts'
import { foldWindows, isFoldable } from './fold-windows.ts'
import {
  emptySeries,
  floatPoint,
  type Grid,
  type GridSeries,
  type GridValue,
  noPoint,
  type ScalarValue,
  setPoint,
  timeOf,
  type VectorValue,
} from './grid.ts'
import { multiplyHistogram } from './histogram/histogram.ts'
import { fractionOfHistograms, quantileOfHistograms, quantilesOfHistograms } from './histogram-queries.ts'
import { evaluateInfo } from './info.ts'
import { labelJoin, labelReplace, labelsOfAbsent, type Relabel, sortByLabel } from './label-functions.ts'
import { noLabels } from './labels.ts'
import { type SelectMode, selectVector } from './select.ts'
import { absentOverTime, isOfFloats, readWindows, windowSeries } from './window/evaluate-window.ts'
import { floatFunctions, windowFunctions } from './window/functions.ts'

/**
 * The value of an expression at every step of a grid: what PromQL means. Each node is evaluated over the whole grid
 * before the one around it, never step by step; every node may instead be answered `elsewhere`.
 */
export async function evaluateNode(expression: Expression, grid: Grid, evaluation: Evaluation): Promise<GridValue> {
  evaluation.budget.check()
  const answered = await evaluation.elsewhere?.(expression, grid, evaluation)
  if (answered !== undefined) return answered
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar', values: new Float64Array(grid.steps).fill(expression.value) }
    case 'string':
      return { kind: 'string', value: expression.value }
    case 'paren':
      return evaluateNode(expression.expression, grid, evaluation)
    case 'unary':
      return evaluateUnary(expression, grid, evaluation)
    case 'vector-selector':
      return vector(await selectVector(expression, grid, evaluation, 'values'))
    case 'binary': {
      const left = await evaluateNode(expression.left, grid, evaluation)
      const right = await evaluateNode(expression.right, grid, evaluation)
      return evaluateBinary(expression, left, right, evaluation)
    }
    case 'aggregation':
      return vector(await evaluateAggregation(expression, grid, evaluation))
    case 'call':
      return evaluateCall(expression, grid, evaluation)
    default:
      throw new Error(`a ${expression.kind} stands only inside a range function`)
  }
}

const vector = (series: readonly GridSeries[]): VectorValue => ({ kind: 'vector', series })

async function vectorOf(expression: Expression, grid: Grid, evaluation: Evaluation): Promise<readonly GridSeries[]> {
  const value = await evaluateNode(expression, grid, evaluation)
  if (value.kind !== 'vector') throw new Error('the type check lets only a vector through')
  return value.series
}

async function scalarOf(expression: Expression, grid: Grid, evaluation: Evaluation): Promise<Float64Array> {
  const value = await evaluateNode(expression, grid, evaluation)
  if (value.kind !== 'scalar') throw new Error('the type check lets only a scalar through')
  return value.values
}

function stringOf(expression: Expression | undefined): string {
  const inner = expression === undefined ? undefined : withoutParens(expression)
  if (inner?.kind !== 'string') throw new Error('the type check lets only a string through')
  return inner.value
}

async function evaluateUnary(unary: Unary, grid: Grid, evaluation: Evaluation): Promise<GridValue> {
  const value = await evaluateNode(unary.expression, grid, evaluation)
  if (unary.operator === '+' || value.kind === 'string') return value
  if (value.kind === 'scalar') return { kind: 'scalar', values: value.values.map((each) => -each) }
  const negated = value.series.map(
    (series): GridSeries => ({
      labels: labelsAfter(series.labels, evaluation),
      dropName: true,
      present: series.present,
      values: series.values.map((each) => -each),
      histograms: series.histograms?.map((each) => (each === undefined ? undefined : multiplyHistogram(each, -1))),
    }),
  )
  return vector(evaluation.options.delayedNameRemoval ? negated : mergeSameLabels(negated))
}

async function evaluateAggregation(
  aggregation: Aggregation,
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const { operator, parameter, expression } = aggregation
  if (operator === 'count_values') {
    const input = await vectorOf(expression, grid, evaluation)
    return countValues(aggregation, input, stringOf(parameter), grid, evaluation)
  }
  const values = parameter === undefined ? undefined : await scalarOf(parameter, grid, evaluation)
  const inner = withoutParens(expression)
  if (inner.kind === 'call' && floatFunctions.has(inner.name) && isFoldable(aggregation, values))
    return aggregateCall(aggregation, inner, values, grid, evaluation)
  return aggregateInput(aggregation, await vectorOf(expression, grid, evaluation), values, grid, evaluation)
}

/** Of a range function: its columns are added up as they are made, where that can be. */
async function aggregateCall(
  aggregation: Aggregation,
  call: Call,
  parameter: Float64Array | undefined,
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  evaluation.budget.check()
  const answered = await evaluation.elsewhere?.(call, grid, evaluation)
  if (answered?.kind === 'vector') return aggregateInput(aggregation, answered.series, parameter, grid, evaluation)
  const columns = await readWindows(call, grid, evaluation, evaluateNode)
  const folded = isOfFloats(columns, evaluation)
    ? await foldWindows(aggregation, columns, parameter, grid, evaluation)
    : undefined
  if (folded !== undefined) return folded
  return aggregateInput(aggregation, await windowSeries(columns, grid, evaluation), parameter, grid, evaluation)
}

async function aggregateInput(
  aggregation: Aggregation,
  input: readonly GridSeries[],
  values: Float64Array | undefined,
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const { operator } = aggregation
  if (values !== undefined && operator !== 'quantile')
    return selectOfGroups(aggregation, input, values, grid, evaluation)
  return aggregate(aggregation, input, values, grid, evaluation)
}

type CallHandler = (call: Call, grid: Grid, evaluation: Evaluation) => Promise<GridValue>

async function evaluateCall(call: Call, grid: Grid, evaluation: Evaluation): Promise<GridValue> {
  const handler = handlers.get(call.name)
  if (handler !== undefined) return handler(call, grid, evaluation)
  if (call.name === 'absent_over_time') {
    const series = await evaluateWindowFunction(call, grid, evaluation)
    const absent = emptySeries(labelsOfAbsent(argument(call, 0)), false, grid.steps)
    return vector(withPoints(absentOverTime(series, absent)))
  }
  if (windowFunctions.has(call.name)) return vector(await evaluateWindowFunction(call, grid, evaluation))
  if (isElementwise(call)) return vector(await evaluateElementwise(call, grid, evaluation))
  throw new Error(`the function ${call.name} is known to the parser and not to the evaluator`)
}

const evaluateWindowFunction = async (call: Call, grid: Grid, evaluation: Evaluation): Promise<readonly GridSeries[]> =>
  windowSeries(await readWindows(call, grid, evaluation, evaluateNode), grid, evaluation)

function argument(call: Call, index: number): Expression {
  const found = call.args[index]
  if (found === undefined) throw new Error(`${call.name} lacks an argument that was checked`)
  return found
}

const withPoints = (series: GridSeries): readonly GridSeries[] =>
  series.present.some((present) => present !== noPoint) ? [series] : []

async function evaluateElementwise(call: Call, grid: Grid, evaluation: Evaluation): Promise<readonly GridSeries[]> {
  const dateFunction = dateFunctions.get(call.name)
  if (dateFunction !== undefined && call.args.length === 0) {
    const series = emptySeries(noLabels, false, grid.steps)
    for (let step = 0; step < grid.steps; step++)
      setPoint(series, step, dateFunction(Math.trunc(timeOf(grid, step) / 1000)))
    return [series]
  }
  const input = await vectorOf(argument(call, 0), grid, evaluation)
  const histogram = histogramFunctions.get(call.name)
  if (histogram !== undefined) return mapPoints(input, evaluation, { histogram })
  const float = mathFunctions.get(call.name) ?? dateFunction
  if (float !== undefined) return mapPoints(input, evaluation, { float })
  const stepFunction = stepFunctions.get(call.name)
  if (stepFunction === undefined) throw new Error(`${call.name} is not a function of single values`)
  const columns: Float64Array[] = []
  for (const arg of call.args.slice(1)) columns.push(await scalarOf(arg, grid, evaluation))
  return mapPoints(input, evaluation, {
    float: (value, step) =>
      stepFunction(
        value,
        columns.map((column) => column[step] ?? Number.NaN),
      ),
  })
}

const scalarValue = (grid: Grid, value: (step: number) => number): ScalarValue => ({
  kind: 'scalar',
  values: Float64Array.from({ length: grid.steps }, (_, step) => value(step)),
})

const constant =
  (value: (evaluation: Evaluation) => number): CallHandler =>
  async (_, grid, evaluation) =>
    scalarValue(grid, () => value(evaluation))

const pairwise =
  (choose: (a: number, b: number) => number): CallHandler =>
  async (call, grid, evaluation) => {
    const a = await scalarOf(argument(call, 0), grid, evaluation)
    const b = await scalarOf(argument(call, 1), grid, evaluation)
    const either = (x: number, y: number): number => (Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : choose(x, y))
    return scalarValue(grid, (step) => either(a[step] ?? 0, b[step] ?? 0))
  }

function adviseAgainstSorting(call: Call, { steps }: Grid, evaluation: Evaluation): void {
  if (steps > 1 && movesWithTime(call)) annotate(evaluation, sortedOverRange(call.position))
}

const timely = new Set(['time', 'timestamp', 'predict_linear'])

/** Whether it can be another at another step: what is fixed with `@`, or reads no series, is the same at all. */
function movesWithTime(expression: Expression): boolean {
  if (expression.kind === 'vector-selector') return expression.at === undefined
  if (expression.kind === 'subquery' && expression.at !== undefined) return false
  if (expression.kind === 'call' && timely.has(expression.name)) return true
  return childrenOf(expression).some(movesWithTime)
}

/** Only the order of an instant's result is seen; over a range, series come by their labels. */
const sorting =
  (sign: 1 | -1): CallHandler =>
  async (call, grid, evaluation) => {
    adviseAgainstSorting(call, grid, evaluation)
    const input = await vectorOf(argument(call, 0), grid, evaluation)
    const floats = input.filter((series) => series.present.includes(floatPoint)).map(floatsOnly)
    const first = (series: GridSeries): number => series.values[0] ?? Number.NaN
    return vector(grid.steps > 1 ? floats : floats.sort((a, b) => compareValues(first(a), first(b), sign)))
  }

const floatsOnly = (series: GridSeries): GridSeries =>
  series.histograms === undefined
    ? series
    : {
        ...series,
        histograms: undefined,
        present: series.present.map((each) => (each === floatPoint ? each : noPoint)),
      }

const labelSorting =
  (sign: 1 | -1): CallHandler =>
  async (call, grid, evaluation) => {
    adviseAgainstSorting(call, grid, evaluation)
    const input = await vectorOf(argument(call, 0), grid, evaluation)
    return vector(sortByLabel(input, call.args.slice(1).map(stringOf), sign))
  }

const relabeling =
  (relabel: Relabel): CallHandler =>
  async (call, grid, evaluation) => {
    const relabeled = relabel(call.args.slice(1).map(stringOf))
    return vector(relabeled(await vectorOf(argument(call, 0), grid, evaluation)))
  }

const ofHistograms =
  (
    query: (
      call: Call,
      values: readonly GridValue[],
      grid: Grid,
      evaluation: Evaluation,
    ) => Promise<readonly GridSeries[]>,
  ): CallHandler =>
  async (call, grid, evaluation) => {
    const values: GridValue[] = []
    for (const arg of call.args) values.push(await evaluateNode(arg, grid, evaluation))
    return vector(await query(call, values, grid, evaluation))
  }

const handlers: ReadonlyMap<string, CallHandler> = new Map<string, CallHandler>([
  ['time', async (_, grid) => scalarValue(grid, (step) => timeOf(grid, step) / 1000)],
  ['pi', constant(() => Math.PI)],
  ['start', constant(({ query }) => query.startMs / 1000)],
  ['end', constant(({ query }) => query.endMs / 1000)],
  ['step', constant(({ query }) => query.stepMs / 1000)],
  ['range', constant(({ query }) => (query.endMs - query.startMs) / 1000)],
  ['min_of', pairwise(smaller)],
  ['max_of', pairwise(larger)],
  ['sort', sorting(1)],
  ['sort_desc', sorting(-1)],
  ['sort_by_label', labelSorting(1)],
  ['sort_by_label_desc', labelSorting(-1)],
  ['label_replace', relabeling(labelReplace)],
  ['label_join', relabeling(labelJoin)],
  ['histogram_quantile', ofHistograms(quantileOfHistograms)],
  ['histogram_quantiles', ofHistograms(quantilesOfHistograms)],
  ['histogram_fraction', ofHistograms(fractionOfHistograms)],
  ['info', evaluateInfoCall],
  ['scalar', evaluateScalar],
  ['vector', evaluateVector],
  ['timestamp', ofSamples('timestamps', (step, grid) => timeOf(grid, step) / 1000)],
  ['start_timestamp', ofSamples('start-timestamps', () => 0)],
  ['absent', evaluateAbsent],
])

async function evaluateInfoCall(call: Call, grid: Grid, evaluation: Evaluation): Promise<GridValue> {
  const base = await vectorOf(argument(call, 0), grid, evaluation)
  return vector(await evaluateInfo(call, base, grid, evaluation))
}

/** The one float of the step, NaN where there is none or several. */
async function evaluateScalar(call: Call, grid: Grid, evaluation: Evaluation): Promise<GridValue> {
  const input = await vectorOf(argument(call, 0), grid, evaluation)
  return scalarValue(grid, (step) => {
    const floats = input.filter((series) => series.present[step] === floatPoint)
    return floats.length === 1 ? (floats[0]?.values[step] ?? Number.NaN) : Number.NaN
  })
}

async function evaluateVector(call: Call, grid: Grid, evaluation: Evaluation): Promise<GridValue> {
  const values = await scalarOf(argument(call, 0), grid, evaluation)
  const present = new Uint8Array(grid.steps).fill(floatPoint)
  return vector([{ labels: noLabels, dropName: false, values, present, histograms: undefined }])
}

/** What only the samples of a selector know, such as when they were taken; anything computed has `otherwise`. */
function ofSamples(mode: SelectMode, otherwise: (step: number, grid: Grid) => number) {
  return async (call: Call, grid: Grid, evaluation: Evaluation): Promise<GridValue> => {
    const inner = withoutParens(argument(call, 0))
    if (inner.kind === 'vector-selector') {
      const series = await selectVector(inner, grid, evaluation, mode)
      return vector(mapPoints(series, evaluation, { float: (value) => value }))
    }
    const input = await vectorOf(inner, grid, evaluation)
    const asFloats = input.map(
      (series): GridSeries => ({
        ...series,
        histograms: undefined,
        present: series.present.map((present) => (present === noPoint ? noPoint : floatPoint)),
      }),
    )
    return vector(mapPoints(asFloats, evaluation, { float: (_, step) => otherwise(step, grid) }))
  }
}

async function evaluateAbsent(call: Call, grid: Grid, evaluation: Evaluation): Promise<GridValue> {
  const input = await vectorOf(argument(call, 0), grid, evaluation)
  return vector(withPoints(absentOverTime(input, emptySeries(labelsOfAbsent(argument(call, 0)), false, grid.steps))))
}

export function checkSteps(grid: Grid, stepsMax: number): void {
  if (grid.steps > stepsMax)
    throw new QueryFailure(
      'limit',
      `query has ${grid.steps} steps, the limit is ${stepsMax}; use a longer step or a shorter range`,
    )
}
