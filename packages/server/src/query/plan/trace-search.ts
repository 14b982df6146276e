import { conditionSql } from '../search/condition-sql.ts'
import type { SpanSet, TraceCondition, TraceSearch } from '../search/trace-condition.ts'
import { joined, type Sql, sql, trusted, uint } from '../sql.ts'

/** Trace ids as a set: an array that is not a literal would be searched from its start for every row. */
export function traceIdSet(traceIds: readonly string[]): Sql {
  return sql`(SELECT toFixedString(unhex(arrayJoin(${traceIds})), 16))`
}

/**
 * The rows of whole traces: of their ids, and of the tens of seconds they lasted, by which the table is ordered. A filter of ids
 * alone would let through a hundredth of all the rest for each id that is asked for.
 */
export function ofTraces(ids: Sql): Sql {
  return sql`trace_id IN ${ids} AND ts >= bounds.1 AND ts <= bounds.2
  AND intDiv(toUnixTimestamp64Nano(ts), 10000000000) IN (
    SELECT arrayJoin(range(intDiv(toUnixTimestamp64Nano(first_ts), 10000000000), intDiv(toUnixTimestamp64Nano(last_ts), 10000000000) + 1))
    FROM trace_bounds WHERE trace_id IN ${ids}
  )`
}

/** For `ofTraces`: between which times all of them lie, in every partition. */
export function traceBounds(ids: Sql): Sql {
  return sql`(SELECT (min(first_ts), max(last_ts)) FROM trace_bounds WHERE trace_id IN ${ids}) AS bounds`
}

/**
 * Whole traces with what the search asks of them: their measures, and which spans match which leaf, as bits. Traces that
 * cannot be what was asked for are left out; whether the rest is, `holds` says. Parents matter to structure alone: without
 * it only spans that match are told.
 */
export function traceMatchesSql(search: TraceSearch, traceIds: readonly string[]): Sql {
  const ids = traceIdSet(traceIds)
  const bits = search.leaves.map((leaf, index) => sql`if(${conditionSql(leaf)}, ${uint(2 ** index)}, 0)`)
  const nodes = trusted('(lower(hex(span_id)), lower(hex(parent_span_id)), toUInt64(matches))')
  return sql`WITH ${traceBounds(ids)}
SELECT lower(hex(trace_id)) AS trace, count() AS span_count, countIf(status = 2) AS errors, uniqExact(service) AS services,
  toString(max(toUnixTimestamp64Nano(ts) + duration) - min(toUnixTimestamp64Nano(ts))) AS nanoseconds,
  ${needsParents(search.condition) ? sql`groupArray(${nodes})` : sql`groupArrayIf(${nodes}, matches > 0)`} AS nodes
FROM (
  SELECT trace_id, span_id, parent_span_id, ts, duration, status, service, ${bits.length === 0 ? trusted('toUInt64(0)') : joined(bits, ' + ')} AS matches
  FROM spans
  WHERE ${ofTraces(ids)}
)
GROUP BY trace_id
HAVING ${mayHold(search.condition)}`
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
