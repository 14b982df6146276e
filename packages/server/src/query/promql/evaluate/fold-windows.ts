import type { Aggregation } from '../parse/ast.ts'
import { GroupColumn, isByColumns } from './aggregate-columns.ts'
import { Best, checkParameter, countsOf, signOf } from './aggregate-select.ts'
import { type Evaluation, SeriesCollector } from './evaluation.ts'
import { countPoints, type Grid, type GridSeries } from './grid.ts'
import { eachColumn, type WindowColumns } from './window/evaluate-window.ts'

/**
 * `sum by (job) (rate(x[5m]))`: aggregations right over a range function of floats. The column of each series is added to its
 * group as soon as it is made, into the same few numbers in the processor's cache; made for all series first, columns take
 * more time to be written, read again and thrown away than to be computed.
 *
 * Members are added in the order in which they come otherwise, so the answer is the same to the last bit.
 */
export function isFoldable({ operator }: Aggregation, parameter: Float64Array | undefined): boolean {
  if (operator === 'topk' || operator === 'bottomk') return parameter !== undefined && Best.mayKeep(countsOf(parameter))
  return isByColumns(operator)
}

/** Undefined where members have to be looked at again: a mean whose sum overflowed. */
export async function foldWindows(
  aggregation: Aggregation,
  columns: WindowColumns,
  parameter: Float64Array | undefined,
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[] | undefined> {
  const { groups, of } = columns.selection.grouped(aggregation, columns.dropName)
  if (parameter !== undefined) {
    if (!checkParameter(aggregation, parameter, evaluation)) return []
    return selectBest(aggregation, columns, of, countsOf(parameter), grid, evaluation)
  }
  const all = groups.map((labels) => new GroupColumn(aggregation.operator, labels, columns.dropName, grid.steps))
  const met: GroupColumn[] = []
  await eachColumn(columns, grid, evaluation, (column, place) => {
    const group = all[of[place] ?? 0]
    if (group === undefined) throw new Error('every series has its group')
    if (group.isEmpty) met.push(group)
    group.add(column)
  })
  const result: GridSeries[] = []
  for (const group of met) {
    const series = group.finish()
    if (series === undefined) return undefined
    evaluation.budget.spend(countPoints(series))
    result.push(series)
  }
  return result
}

async function selectBest(
  aggregation: Aggregation,
  columns: WindowColumns,
  groupOf: Uint32Array,
  counts: Float64Array,
  grid: Grid,
  evaluation: Evaluation,
): Promise<readonly GridSeries[]> {
  const byGroup = new Map<number, Best>()
  await eachColumn(columns, grid, evaluation, (column, place) => {
    const group = groupOf[place] ?? 0
    const best = byGroup.get(group) ?? new Best(counts, signOf(aggregation))
    byGroup.set(group, best)
    best.add(column, place)
  })
  const collector = new SeriesCollector(grid)
  for (let step = 0; step < grid.steps; step++)
    for (const best of byGroup.values()) {
      if (evaluation.budget.isDue()) await evaluation.budget.breathe()
      for (const { place, value } of best.at(step))
        collector.set(step, columns.labelsAt(place), columns.dropName, value)
    }
  return collector.series
}
