import type { Aggregate, Comparison } from '../search/ast.ts'
import type { Condition, Signal } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { float, joined, type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, type TimeRange } from '../time-range.ts'
import type { KeySql } from './keys.ts'

/**
 * What pipes ask for, in the order the engine does it: rows that match, grouped by keys (and steps of time), summed up
 * to figures, filtered by these, sorted, cut.
 */
export type TablePlan = TimeRange & {
  signal: Signal
  condition: Condition
  keys: KeySql[]
  figures: Figure[]
  /** About columns by their place: keys first, then figures. */
  where: { column: number; compare: Exclude<Comparison, ':'> | '!='; value: number }[]
  sort: { column: number; order: 'rising' | 'falling' }[]
  rows: number
}
export type Figure = { aggregate: Aggregate; of: KeySql | undefined }

/** One row a group; `total` is how many groups there are. */
export function tableSql(plan: TablePlan): Sql {
  return sql`SELECT ${joined([...columnsOf(plan), trusted('count() OVER () AS total')], ', ')}
FROM (
  SELECT ${joined([...keyColumns(plan), ...figureColumns(plan, (plan.toMs - plan.fromMs) / 1000)], ',\n    ')}
  FROM ${trusted(plan.signal)}
  WHERE ${inRange('ts', plan)} AND (${conditionSql(plan.condition)})${groupBy(plan.keys.map((_, index) => keyName(index)))}
)${whereSql(plan)}
ORDER BY ${orderSql(plan, columnName)}
LIMIT ${uint(plan.rows)}`
}

/** One row a series: its keys and its points, each the step's start and the figures. */
export function seriesSql(plan: TablePlan, stepMs: number): Sql {
  const step = uint(stepMs)
  const keys = plan.keys.map((_, index) => keyName(index))
  const rank = plan.figures.map(
    ({ aggregate }, index) =>
      sql`${trusted(isAdded(aggregate) ? 'sum' : 'max')}(${trusted(figureName(index))}) AS ${trusted(rankName(index))}`,
  )
  const figures = plan.figures.map((_, index) => trusted(figureName(index)))
  return sql`SELECT ${joined([...keys.map(trusted), trusted('points'), trusted('count() OVER () AS total')], ', ')}
FROM (
  SELECT ${joined([...keys.map(trusted), ...rank, sql`groupArray((step, [${joined(figures, ', ')}])) AS points`], ', ')}
  FROM (
    SELECT ${joined([...keyColumns(plan), sql`intDiv(toUInt64(toUnixTimestamp64Milli(ts)), ${step}) * ${step} AS step`, ...figureColumns(plan, stepMs / 1000)], ',\n      ')}
    FROM ${trusted(plan.signal)}
    WHERE ${inRange('ts', plan)} AND (${conditionSql(plan.condition)})${groupBy([...keys, 'step'])}
  )${whereSql(plan)}${groupBy(keys)}
)
ORDER BY ${orderSql(plan, (index, keyCount) => (index < keyCount ? keyName(index) : rankName(index - keyCount)))}
LIMIT ${uint(plan.rows)}`
}

const keyName = (index: number): string => `k${index + 1}`
const figureName = (index: number): string => `v${index + 1}`
/** What series are told apart by when only some are shown. */
const rankName = (index: number): string => `r${index + 1}`
const columnName = (index: number, keyCount: number): string =>
  index < keyCount ? keyName(index) : figureName(index - keyCount)

/** Figures that steps add up: where there is nothing there is 0, and a whole is the sum of its steps. */
export function isAdded({ function: name }: Aggregate): boolean {
  return name === 'count' || name === 'rate' || name === 'sum'
}

function columnsOf({ keys, figures }: TablePlan): Sql[] {
  return [...keys.map((_, index) => trusted(keyName(index))), ...figures.map((_, index) => trusted(figureName(index)))]
}

function keyColumns({ keys }: TablePlan): Sql[] {
  return keys.map(({ text }, index) => sql`${text} AS ${trusted(keyName(index))}`)
}

/** As Float64: an answer without a value is NaN, which JSON shows as null. */
function figureColumns({ figures }: TablePlan, seconds: number): Sql[] {
  return figures.map((figure, index) => sql`toFloat64(${figureSql(figure, seconds)}) AS ${trusted(figureName(index))}`)
}

function figureSql({ aggregate, of }: Figure, seconds: number): Sql {
  switch (aggregate.function) {
    case 'count':
      return sql`count()`
    case 'rate':
      return sql`count() / ${float(seconds)}`
    case 'uniq':
      return sql`uniqIf(${textOf(of)}, ${textOf(of)} != '')`
    case 'quantile':
      return sql`ifNull(quantileTDigest(${trusted(String(aggregate.quantile))})(${numberOf(of)}), nan)`
    case 'avg':
    case 'min':
    case 'max':
    case 'sum':
      // Of no number at all there is none, where the column is one that every record has.
      return sql`ifNull(${trusted(`${aggregate.function}OrNull`)}(${numberOf(of)}), nan)`
  }
}

function textOf(key: KeySql | undefined): Sql {
  if (key === undefined) throw new Error('A figure of a key was planned without one')
  return key.text
}

function numberOf(key: KeySql | undefined): Sql {
  if (key === undefined) throw new Error('A figure of a key was planned without one')
  return key.number
}

function groupBy(names: readonly string[]): Sql {
  return names.length === 0
    ? sql``
    : sql`
  GROUP BY ${trusted(names.join(', '))}`
}

function whereSql({ where, keys }: TablePlan): Sql {
  if (where.length === 0) return sql``
  const terms = where.map(({ column, compare, value }) => {
    const name = trusted(columnName(column, keys.length))
    const number = column < keys.length ? sql`ifNull(toFloat64OrNull(${name}), nan)` : name
    return sql`${number} ${trusted(compare)} ${float(value)}`
  })
  return sql`
WHERE ${joined(terms, ' AND ')}`
}

/** As asked, and then so that the same question always gives the same order: the largest figure first, keys by name. */
function orderSql(plan: TablePlan, name: (index: number, keyCount: number) => string): Sql {
  const { keys, figures, sort } = plan
  const asked = sort.map(({ column, order }) => sortSql(name(column, keys.length), column < keys.length, order))
  const usual = figures.slice(0, 1).map(() => sortSql(name(keys.length, keys.length), false, 'falling'))
  const names = keys.map((_, index) => trusted(keyName(index)))
  return joined([...(sort.length > 0 ? asked : usual), ...names], ', ')
}

/** Keys that are numbers stand as numbers, and before those that are not. */
function sortSql(name: string, isKey: boolean, order: 'rising' | 'falling'): Sql {
  const direction = order === 'rising' ? 'ASC' : 'DESC'
  const number = isKey ? `toFloat64OrNull(${name}) ${direction} NULLS LAST, ` : ''
  return trusted(`${number}${name} ${direction}`)
}

export type TableRow = Record<string, string | number | null>
export type SeriesRow = TableRow & { points: [step: string, figures: (number | null)[]][] }
