import { conditionSql } from '../search/condition-sql.ts'
import type { SpanSet, TraceCondition, TraceSearch } from '../search/trace-condition.ts'
import { ids as idsOf, joined, type Sql, sql, traceIds, trusted, uint } from '../sql.ts'
import { instant } from '../time-range.ts'

/** More would not fit a statement in the form that is found fastest. */
const namedMax = 1000

/**
 * As a set: an array that is not a constant would be searched from its start for every row. A set that the engine has to select first
 * costs it four milliseconds more than one it is given. One alone is found in fewer granules.
 */
function isOneOf(ids: readonly string[]): Sql {
  const [one, ...others] = ids
  if (one !== undefined && others.length === 0) return sql`trace_id = unhex(${one})`
  if (ids.length <= namedMax) return sql`trace_id IN ${traceIds(ids)}`
  return sql`trace_id IN (SELECT toFixedString(unhex(arrayJoin(${ids})), 16))`
}

/** Where traces lie in time: between `first` and `last`, and in these tens of seconds, by which the table is ordered. */
export type TracePlaces = { ids: readonly string[]; first: bigint; last: bigint; tens: readonly string[] }

/**
 * The rows of whole traces. A filter of ids alone would let through a hundredth of all the rest for each id that is asked for.
 * Traces that last for hours, or very many, are looked for in all the time between.
 *
 * Stands behind PREWHERE: that all of it goes first, the engine need not find out.
 */
export function ofTraces({ ids, first, last, tens }: TracePlaces): Sql {
  const between = sql`${isOneOf(ids)} AND ts >= ${instant(first)} AND ts <= ${instant(last)}`
  const ten = trusted('intDiv(toUnixTimestamp64Nano(ts), 10000000000)')
  if (tens.length > 0) return sql`${between} AND ${ten} IN ${idsOf(tens)}`
  return sql`${between} AND ${ten} >= ${first / tenNano} AND ${ten} <= ${last / tenNano}`
}

export const tenNano = 10_000_000_000n

/** Of more ids their filter lets nearly half of all granules through. */
const filteredMax = 50

/**
 * Ends a statement that asks `ofTraces`. The index of times is not asked where the filter of ids tells nearly as well: to hold the ten
 * seconds against its bounds the engine computes them for each granule, which took ten times what the filter takes.
 */
export function traceSettings({ ids }: TracePlaces): Sql {
  return trusted(ids.length > filteredMax ? '' : "\nSETTINGS ignore_data_skipping_indices = 'ts_range'")
}

export function tracePlacesSql(ids: readonly string[]): Sql {
  return sql`SELECT toString(toUnixTimestamp64Nano(min(first_ts))) AS first, toString(toUnixTimestamp64Nano(max(last_ts))) AS last
FROM trace_bounds
WHERE ${isOneOf(ids)}
GROUP BY trace_id`
}

export type TracePlaceRow = { first: string; last: string }

/**
 * Whole traces with what the search asks of them: their measures, and which spans match which leaf, as bits. Traces that
 * cannot be what was asked for are left out; whether the rest is, `holds` says. Parents matter to structure alone: without
 * it only spans that match are told.
 */
export function traceMatchesSql(search: TraceSearch, places: TracePlaces): Sql {
  const bits = search.leaves.map((leaf, index) => sql`if(${conditionSql(leaf)}, ${uint(2 ** index)}, 0)`)
  const nodes = trusted('(lower(hex(span_id)), lower(hex(parent_span_id)), toUInt64(matches))')
  return sql`SELECT lower(hex(trace_id)) AS trace, count() AS span_count, countIf(status = 2) AS errors, uniqExact(service) AS services,
  toString(max(toUnixTimestamp64Nano(ts) + duration) - min(toUnixTimestamp64Nano(ts))) AS nanoseconds,
  ${needsParents(search.condition) ? sql`groupArray(${nodes})` : sql`groupArrayIf(${nodes}, matches > 0)`} AS nodes
FROM (
  SELECT trace_id, span_id, parent_span_id, ts, duration, status, service, ${bits.length === 0 ? trusted('toUInt64(0)') : joined(bits, ' + ')} AS matches
  FROM spans
  PREWHERE ${ofTraces(places)}
)
GROUP BY trace_id
HAVING ${mayHold(search.condition)}${traceSettings(places)}`
}

export type TraceMatchesRow = {
  trace: string
  span_count: string
  errors: string
  services: string
  nanoseconds: string
  nodes: [spanId: string, parentSpanId: string, matches: string][]
}

function needsParents(condition: TraceCondition): boolean {
  switch (condition.is) {
    case 'and':
    case 'or':
      return condition.terms.some(needsParents)
    case 'not':
      return needsParents(condition.term)
    case 'some':
      return condition.spans.is === 'related'
    case 'measure':
      return false
  }
}

/** True of every trace of which the condition holds; false of as many others as can be told without parents. */
function mayHold(condition: TraceCondition): Sql {
  switch (condition.is) {
    case 'and':
    case 'or':
      return sql`(${joined(condition.terms.map(mayHold), condition.is === 'and' ? ' AND ' : ' OR ')})`
    case 'not':
      return needsParents(condition.term) ? trusted('true') : sql`NOT (${mayHold(condition.term)})`
    case 'some':
      return joined(
        leavesOf(condition.spans).map((leaf) => sql`countIf(bitTest(toUInt64(matches), ${uint(leaf)})) > 0`),
        ' AND ',
      )
    case 'measure':
      return sql`${measureSql[condition.measure]} ${trusted(condition.compare)} ${BigInt(condition.value)}`
  }
}

const measureSql = {
  duration: trusted('max(toUnixTimestamp64Nano(ts) + duration) - min(toUnixTimestamp64Nano(ts))'),
  spans: trusted('count()'),
  errors: trusted('countIf(status = 2)'),
  services: trusted('uniqExact(service)'),
}

function leavesOf(set: SpanSet): number[] {
  return set.is === 'leaf' ? [set.leaf] : [...leavesOf(set.above), ...leavesOf(set.below)]
}
