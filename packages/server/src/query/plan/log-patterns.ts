import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { joined, type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, instant, nanosecondsOf, type TimeRange } from '../time-range.ts'

/** The attribute in which records of our SDK name their own pattern (packages/sdk/src/logs/pattern.ts). */
export const ownPattern = 'log.pattern_id'

export type PatternsPlan = TimeRange & { condition: Condition }
/** `fromMs` to `toMs` is what is asked for; before it lies what it is held against. */
export type ComparedPlan = PatternsPlan & { beforeMs: number }

/** How many lines match: in the range, and before it. */
export function linesCountedSql(plan: ComparedPlan): Sql {
  return sql`SELECT countIf(${isInside(plan)}) AS records, countIf(NOT ${isInside(plan)}) AS before
FROM logs
WHERE ${matches(plan)}`
}

export type LinesCountedRow = { records: string; before: string }

/** Of a body so many characters are enough to tell its pattern. */
export const charactersOfLine = 500

/** Of `every` lines one, by the hash of its time: a fair sample, of which the rest is not read. */
export function sampledLinesSql(
  { condition, ...range }: PatternsPlan,
  { every, rows }: { every: number; rows: number },
): Sql {
  const isOne = every <= 1 ? sql`` : sql` AND cityHash64(ts) % ${uint(every)} = 0`
  return sql`SELECT toUnixTimestamp64Milli(ts) AS time, service, severity, leftUTF8(body, ${uint(charactersOfLine)}) AS body, attributes[${ownPattern}] AS own
FROM logs
WHERE ${inRange('ts', range)} AND (${conditionSql(condition)})${isOne}
ORDER BY ts
LIMIT ${uint(rows)}`
}

export type SampledLineRow = { time: string; service: string; severity: number; body: string; own: string }

/** Lines that name their own pattern, all of them; of each pattern some bodies, from which its text is made. */
export function ownPatternsSql(plan: ComparedPlan, { stepMs, patterns }: { stepMs: number; patterns: number }): Sql {
  const step = uint(stepMs)
  return sql`SELECT own, countIf(inside) AS records, countIf(NOT inside) AS before, minIf(time, inside) AS first, maxIf(time, inside) AS last,
  groupUniqArrayIf(${uint(servicesMax)})(service, inside) AS services,
  sumMapIf([severity], [toUInt64(1)], inside) AS levels, sumMapIf([intDiv(time, ${step}) * ${step}], [toUInt64(1)], inside) AS steps,
  groupArraySampleIf(${uint(bodiesPerPattern)}, 1)(text, inside) AS bodies, count() OVER () AS total, sum(countIf(inside)) OVER () AS all
FROM (
  SELECT toUInt64(toUnixTimestamp64Milli(ts)) AS time, ${isInside(plan)} AS inside, service, severity, leftUTF8(body, ${uint(charactersOfLine)}) AS text, attributes[${ownPattern}] AS own
  FROM logs
  WHERE ${matches(plan)} AND own != ''
)
GROUP BY own
HAVING records > 0
ORDER BY records DESC, own
LIMIT ${uint(patterns)}`
}

export const servicesMax = 20
const bodiesPerPattern = 5

export type OwnPatternRow = {
  own: string
  records: string
  before: string
  first: string
  last: string
  services: string[]
  levels: [severities: number[], records: string[]]
  steps: [times: string[], records: string[]]
  bodies: string[]
  total: string
  all: string
}

/** Which of these a time had any of: columns `held_0` and on. */
export function heldBeforeSql({ condition, ...range }: PatternsPlan, patterns: readonly Condition[]): Sql {
  const columns = patterns.map(
    (pattern, index) => sql`countIf(${conditionSql(pattern)}) > 0 AS ${trusted(`held_${index}`)}`,
  )
  return sql`SELECT ${joined(columns, ', ')}
FROM logs
WHERE ${inRange('ts', range)} AND (${conditionSql(condition)})`
}

const isInside = ({ fromMs }: ComparedPlan): Sql => sql`(ts >= ${instant(nanosecondsOf(fromMs))})`

const matches = ({ condition, beforeMs, toMs }: ComparedPlan): Sql =>
  sql`${inRange('ts', { fromMs: beforeMs, toMs })} AND (${conditionSql(condition)})`
