import type { TableAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { type KeySql, keySql } from './plan/keys.ts'
import { type Figure, type SeriesRow, seriesSql, type TablePlan, type TableRow, tableSql } from './plan/table.ts'
import type { Running } from './run.ts'
import type { Aggregate, Key, SearchRefused } from './search/ast.ts'
import type { Condition, Signal } from './search/condition.ts'
import { planSearch } from './search/plan.ts'
import { columnOf, type Pipeline, planStages } from './search/plan-stages.ts'
import { ofSearch, readQuestion } from './search/read-search.ts'
import { refuse } from './search/tokens.ts'
import { readableStep, stepTimes, type TimeRange } from './time-range.ts'
import { seriesView, tableView } from './view/table.ts'

export type TableAsk = TimeRange & {
  signal: Signal
  q: string
  /** Steps of time in place of what the search says of them, and groups where it says nothing of them. */
  stepMs?: number
  rows?: number
}

const rowsUsual = 1000
const seriesUsual = 100
const stepsUsual = 120
const stepsMax = 1500

/** What a search with pipes asks for, before it is known of what time. Plain data: the same text always plans the same. */
export type PlannedTable = { condition: Condition; columns: Columns; keys: readonly string[]; pipeline: Pipeline }

/** Without a pipe that makes figures, their count. */
export function planTable(signal: Signal, q: string): PlannedTable | Refused {
  const question = readQuestion(q)
  if (isRefused(question)) return question
  const pipeline = planStages(question.stages)
  if ('refused' in pipeline) return ofSearch(pipeline)
  const condition = planSearch(signal, question.search)
  if ('refused' in condition) return ofSearch(condition)
  const table = pipeline.table ?? { keys: [], values: [{ name: 'count', function: 'count', position: 0 } as const] }
  const columns = planColumns(signal, table, pipeline)
  if ('refused' in columns) return ofSearch(columns)
  return { condition, columns, keys: table.keys.map(({ key }) => key), pipeline }
}

/** Figures of records: what a search with pipes asks for. */
export async function askTable(ask: TableAsk, running: Running): Promise<TableAnswer | Refused> {
  const planned = planTable(ask.signal, ask.q)
  if (isRefused(planned)) return planned
  const { condition, columns, keys, pipeline } = planned
  const steps = ask.stepMs === undefined ? pipeline.steps : { stepMs: ask.stepMs, position: 0 }
  const rows = pipeline.rows ?? ask.rows ?? (steps === undefined ? rowsUsual : seriesUsual)
  const plan: TablePlan = { ...ask, condition, ...columns, rows }
  const shown = { keys, figures: columns.figures }
  if (steps === undefined) {
    const found = await running.rows<TableRow>(tableSql(plan))
    return { ...tableView(found, shown), cost: running.cost() }
  }
  const stepMs = steps.stepMs ?? readableStep((ask.toMs - ask.fromMs) / stepsUsual)
  if ((ask.toMs - ask.fromMs) / stepMs > stepsMax) {
    const least = readableStep((ask.toMs - ask.fromMs) / stepsMax) / 1000
    return ofSearch(refuse(`that makes more than ${stepsMax} steps; use ${least}s or more`, steps))
  }
  const found = await running.rows<SeriesRow>(seriesSql(plan, stepMs))
  return { ...seriesView(found, shown, { times: stepTimes(ask, stepMs), stepMs }), cost: running.cost() }
}

type Columns = Pick<TablePlan, 'keys' | 'figures' | 'where' | 'sort'>

function planColumns(signal: Signal, table: Pipeline['table'] & object, pipeline: Pipeline): Columns | SearchRefused {
  const planned: Columns = { keys: [], figures: [], where: [], sort: [] }
  for (const key of table.keys) {
    const expression = keySql(signal, key)
    if ('refused' in expression) return expression
    planned.keys.push(expression)
  }
  for (const aggregate of table.values) {
    const figure = planFigure(signal, aggregate)
    if ('refused' in figure) return figure
    planned.figures.push(figure)
  }
  for (const { column, compare, value } of pipeline.where) {
    const place = columnOf(table, column)
    if (typeof place === 'object') return place
    planned.where.push({ column: place, compare, value })
  }
  for (const { column, order } of pipeline.sort) {
    const place = columnOf(table, column)
    if (typeof place === 'object') return place
    planned.sort.push({ column: place, order })
  }
  return planned
}

function planFigure(signal: Signal, aggregate: Aggregate): Figure | SearchRefused {
  const key: Key | undefined = 'of' in aggregate ? aggregate.of : undefined
  const of: KeySql | SearchRefused | undefined = key && keySql(signal, key)
  return of !== undefined && 'refused' in of ? of : { aggregate, of }
}
