import { type Aggregation, type AggregationOperator, withoutParens } from '../parse/ast.ts'
import { GroupColumn, isByColumns } from './aggregate-columns.ts'
import {
  boundsReconciled,
  ignoredInAggregation,
  invalidQuantile,
  mixedInAggregation,
  mixedSchemas,
  resetCollision,
} from './annotations.ts'
import { annotate, type Evaluation } from './evaluation.ts'
import { countPoints, emptySeries, type Grid, type GridSeries, type PointValue, pointAt, setPoint } from './grid.ts'
import { groupingName, groupLabels } from './grouping.ts'
import { HistogramSum } from './histogram/add.ts'
import { compactHistogram, type Histogram, isCustom } from './histogram/histogram.ts'
import { KahanSum } from './kahan.ts'
import { type Labels, metricName } from './labels.ts'
import { quantileOf } from './quantile.ts'
import { averageOf } from './window/over-time.ts'

/** Series that are aggregated into one. */
export type Group = { readonly labels: Labels; readonly members: readonly GridSeries[] }

export function groupSeries(series: readonly GridSeries[], aggregation: Aggregation): readonly Group[] {
  const groups = new Map<string, { labels: Labels; members: GridSeries[] }>()
  const grouping = groupingName(aggregation)
  for (const each of series) {
    const known = each.labels.knownGroup(grouping)
    const labels = known ?? groupLabels(each.labels, aggregation)
    let group = groups.get(labels.key)
    if (group === undefined) {
      group = { labels, members: [] }
      groups.set(labels.key, group)
    }
    group.members.push(each)
    if (known === undefined) each.labels.keepGroup(grouping, group.labels)
  }
  return [...groups.values()]
}

/** `sum`, `avg`, `count`, `group`, `min`, `max`, `stddev`, `stdvar` and `quantile`: one point for each group and step. */
export async function aggregate(
  aggregation: Aggregation,
  input: readonly GridSeries[],
  parameter: Float64Array | undefined,
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  if (aggregation.operator === 'quantile') checkQuantiles(aggregation, parameter, evaluation)
  const result: GridSeries[] = []
  for (const group of groupSeries(input, aggregation)) {
    const dropName = group.members.some((member) => member.dropName)
    let series = byColumns(aggregation.operator, group, dropName, grid)
    if (series === undefined) {
      series = emptySeries(group.labels, dropName, grid.steps)
      const points: Points = { floats: new Float64Array(group.members.length), histograms: [], name: '' }
      for (let step = 0; step < grid.steps; step++) {
        if (evaluation.budget.isDue()) await evaluation.budget.breathe()
        const value = pointOf(aggregation, group, points, step, parameter?.[step] ?? Number.NaN, evaluation)
        if (value !== undefined) setPoint(series, step, value)
      }
    } else if (evaluation.budget.isDue()) await evaluation.budget.breathe()
    const count = countPoints(series)
    evaluation.budget.spend(count)
    if (count > 0) result.push(series)
  }
  return result
}

/** Undefined where each step has to be looked at by itself. */
function byColumns(
  operator: AggregationOperator,
  { labels, members }: Group,
  dropName: boolean,
  { steps }: Grid,
): GridSeries | undefined {
  if (!isByColumns(operator) || members.some(({ histograms }) => histograms !== undefined)) return undefined
  const column = new GroupColumn(operator, labels, dropName, steps)
  for (const member of members) column.add(member)
  return column.finish()
}

function checkQuantiles(aggregation: Aggregation, parameter: Float64Array | undefined, evaluation: Evaluation): void {
  const { position } = withoutParens(aggregation.parameter ?? aggregation)
  const values = parameter ?? new Float64Array(0)
  let [low, high] = [Infinity, -Infinity]
  let sawNaN = false
  for (const value of values) {
    if (Number.isNaN(value)) sawNaN = true
    if (value < low) low = value
    if (value > high) high = value
  }
  if (sawNaN) annotate(evaluation, invalidQuantile(Number.NaN, position))
  if (high > 1) annotate(evaluation, invalidQuantile(high, position))
  if (low < 0) annotate(evaluation, invalidQuantile(low, position))
}

/** What the members of a group have at one step; `floats` is used again for each. */
type Points = { floats: Float64Array; histograms: Histogram[]; name: string }

function pointOf(
  aggregation: Aggregation,
  group: Group,
  points: Points,
  step: number,
  parameter: number,
  evaluation: Evaluation,
): PointValue | undefined {
  let floatCount = 0
  points.histograms = []
  for (const member of group.members) {
    const value = pointAt(member, step)
    if (value === undefined) continue
    if (typeof value === 'number') points.floats[floatCount++] = value
    else {
      points.histograms.push(value)
      points.name = metricName(member.labels)
    }
  }
  const floats = points.floats.subarray(0, floatCount)
  const { histograms } = points
  const { operator } = aggregation
  if (floatCount + histograms.length === 0) return undefined
  if (operator === 'count') return floatCount + histograms.length
  if (operator === 'group') return 1
  if (operator === 'sum' || operator === 'avg') {
    if (floatCount > 0 && histograms.length > 0) {
      annotateMix(aggregation, group, step, evaluation)
      return undefined
    }
    if (histograms.length > 0) return histogramPoint(aggregation, histograms, points.name, evaluation)
    return operator === 'sum' ? sumOf(floats) : averageOf(floats)
  }
  if (histograms.length > 0)
    annotate(evaluation, ignoredInAggregation(operator, withoutParens(aggregation.expression).position))
  return floatCount === 0 ? undefined : floatPointOf(operator, floats, parameter)
}

/** Behind two histograms that do not fit, nothing is looked at any more, so that the floats there are no fault. */
function annotateMix({ expression }: Aggregation, { members }: Group, step: number, evaluation: Evaluation): void {
  const { position } = withoutParens(expression)
  let first: PointValue | undefined
  let sawFloat = false
  for (const member of members) {
    const value = pointAt(member, step)
    first ??= value
    if (typeof value === 'number') sawFloat = true
    if (typeof first !== 'object' || typeof value !== 'object' || isCustom(first) === isCustom(value)) continue
    annotate(evaluation, mixedSchemas(metricName(member.labels), position))
    if (!sawFloat) return
    break
  }
  annotate(evaluation, mixedInAggregation(position))
}

function sumOf(floats: Float64Array): number {
  const total = new KahanSum(floats[0] ?? 0)
  for (let i = 1; i < floats.length; i++) total.add(floats[i] ?? 0)
  return total.total
}

function floatPointOf(operator: AggregationOperator, floats: Float64Array, parameter: number): number {
  switch (operator) {
    case 'max':
      return floats.reduce((best, value) => (value > best || Number.isNaN(best) ? value : best))
    case 'min':
      return floats.reduce((best, value) => (value < best || Number.isNaN(best) ? value : best))
    case 'quantile':
      return quantileOf(parameter, floats)
    case 'stdvar':
      return varianceOf(floats)
    case 'stddev':
      return Math.sqrt(varianceOf(floats))
    default:
      throw new Error(`${operator} does not aggregate floats to one`)
  }
}

/** Welford's way; the first value decides whether there is a number at all. */
function varianceOf(floats: Float64Array): number {
  let mean = floats[0] ?? 0
  let squares = Number.isFinite(mean) ? 0 : Number.NaN
  for (let i = 1; i < floats.length; i++) {
    const value = floats[i] ?? 0
    const difference = value - mean
    mean += difference / (i + 1)
    squares += difference * (value - mean)
  }
  return squares / floats.length
}

function histogramPoint(
  aggregation: Aggregation,
  histograms: readonly Histogram[],
  name: string,
  evaluation: Evaluation,
): Histogram | undefined {
  const { position } = withoutParens(aggregation.expression)
  const [first] = histograms
  if (first === undefined) return undefined
  const total = new HistogramSum(first)
  const isSum = aggregation.operator === 'sum'
  const fits = histograms.slice(1).every((each) => (isSum ? total.add(each) : total.addToMean(each)))
  if (total.boundsReconciled) annotate(evaluation, boundsReconciled('aggregation', position))
  if (!fits) {
    annotate(evaluation, mixedSchemas(name, position))
    return undefined
  }
  if (total.resetCollision) annotate(evaluation, resetCollision('aggregation', position))
  return compactHistogram(isSum ? total.total : total.mean)
}
