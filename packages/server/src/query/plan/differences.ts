import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { float, type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, type TimeRange } from '../time-range.ts'
import { kindName } from './keys.ts'

/** All spans of a search; `chosen` are those of them that are held against the others. */
export type SidesPlan = TimeRange & { condition: Condition; chosen: Condition | undefined }

/** How many spans there are on either side; and from which duration on the slowest twentieth is. */
export function sidesSql({ condition, chosen, ...range }: SidesPlan): Sql {
  return sql`SELECT count() AS total, ${chosen === undefined ? trusted('0') : sql`countIf(${conditionSql(chosen)})`} AS chosen, toUInt64(ifNotFinite(quantile(0.95)(duration), 0)) AS slow
FROM spans
WHERE ${inRange('ts', range)} AND (${conditionSql(condition)})`
}

export type SidesRow = { total: string; chosen: string; slow: string }

/** `every`: of so many pieces of time one is looked at. */
export type Side = { spans: number; every: number }
export type DifferencesPlan = SidesPlan & { chosen: Condition; sides: { chosen: Side; others: Side }; values: number }

/**
 * How often each value stands on either side, those first that are frequent on one of them. Keys are told apart by a letter:
 * `c` a column, `a` an attribute, `r` the resource, whose attributes are counted from its id, and `n` every span once.
 *
 * Of many spans those of some pieces of time are looked at, spread over the whole: spans lie in order of time, so the rest
 * need not be unpacked.
 */
export function differencesSql({ condition, chosen, sides, values, ...range }: DifferencesPlan): Sql {
  const piece = trusted('cityHash64(intDiv(toUnixTimestamp64Nano(ts), 10000000))')
  const isOneOf = ({ every }: Side): Sql => (every <= 1 ? trusted('1') : sql`${piece} % ${uint(every)} = 0`)
  const isWhole = sides.chosen.every <= 1 && sides.others.every <= 1
  const isLookedAt = isWhole
    ? sql``
    : sql` AND if(${conditionSql(chosen)}, ${isOneOf(sides.chosen)}, ${isOneOf(sides.others)})`
  const looked = ({ spans, every }: Side) => float(Math.max(1, spans / Math.max(1, every)))
  return sql`SELECT pair.1 AS key, pair.2 AS value, countIf(is_chosen) AS chosen, countIf(NOT is_chosen) AS others
FROM (
  SELECT is_chosen, arrayJoin(arrayZip(
    arrayConcat(['n', 'cservice', 'cname', 'ckind', 'r'], arrayMap(k -> concat('a', k), mapKeys(attributes))),
    arrayConcat(['', service, name, ${trusted(kindName)}, toString(resource_id)], mapValues(attributes)))) AS pair
  FROM (
    SELECT service, name, kind, resource_id, attributes, (${conditionSql(chosen)}) AS is_chosen
    FROM spans
    WHERE ${inRange('ts', range)} AND (${conditionSql(condition)})${isLookedAt}
  )
)
GROUP BY key, value
ORDER BY greatest(chosen / ${looked(sides.chosen)}, others / ${looked(sides.others)}) DESC, key, value
LIMIT ${uint(values)}`
}

export type DifferenceRow = { key: string; value: string; chosen: string; others: string }
