import type { Condition } from '../search/condition.ts'
import { conditionSql } from '../search/condition-sql.ts'
import { type Sql, sql, trusted, uint } from '../sql.ts'
import { inRange, instant, nanosecondsOf, type TimeRange } from '../time-range.ts'

/** `service` '' is every one; from `beforeMs` on is looked at, to know what was there before. */
export type ErrorsPlan = TimeRange & { beforeMs: number; service: string; stepMs: number; groupsMax: number }

/** The attribute with which a program says itself which errors are one: a text, or some. */
const ownFingerprint = 'exception.fingerprint'
const charactersOfStack = 8000
const charactersOfMessage = 1000

/**
 * Exceptions in events of spans and in log records, those alike together as far as the engine can tell: with the same stack but for the
 * message in it, or without one a message that differs in words with digits at most. An exception that a span and its log records both
 * tell of is one. Places are some of them, the same whenever it is asked.
 */
export function errorsSql(plan: ErrorsPlan): Sql {
  const { fromMs, stepMs, groupsMax } = plan
  const step = uint(stepMs)
  return sql`SELECT any(type) AS type, any(given) AS given, argMax(message, ts) AS said, any(stack) AS stack,
  countIf(inside) AS occurrences, countIf(NOT inside) AS before, min(time) AS first, maxIf(time, inside) AS last,
  groupUniqArrayIf(20)(service, inside) AS services, groupUniqArrayIf(100)(toString(resource_id), inside) AS resources,
  sumMapIf([intDiv(time, ${step}) * ${step}], [toUInt64(1)], inside) AS steps,
  arrayMap(place -> (lower(hex(place.2)), lower(hex(place.3))), groupArraySortedIf(5)((cityHash64(trace_id, span_id), trace_id, span_id), inside AND traced)) AS places,
  count() OVER () AS total
FROM (
  SELECT ts, toUInt64(toUnixTimestamp64Milli(ts)) AS time, ts >= ${instant(nanosecondsOf(fromMs))} AS inside, service, resource_id, trace_id, span_id,
    span_id != toFixedString('', 8) AS traced, type, given, message, stack,
    cityHash64(type, given, multiIf(stack = '', replaceRegexpAll(leftUTF8(message, 300), '[0-9A-Za-z]*[0-9][0-9A-Za-z]*', '#'), message = '', stack, replaceOne(stack, message, ''))) AS alike
  FROM (
    ${ofSpans(plan)}
    UNION ALL
    ${ofLogs(plan)}
  )
  LIMIT 1 BY alike, if(traced, cityHash64(trace_id, span_id), cityHash64(ts, message, resource_id))
)
GROUP BY alike
HAVING occurrences > 0
ORDER BY occurrences DESC, alike
LIMIT ${uint(groupsMax)}`
}

const told = (attributes: string): Sql => {
  const of = trusted(attributes)
  return sql`${of}['exception.type'] AS type, ${of}[${ownFingerprint}] AS given,
      leftUTF8(${of}['exception.message'], ${uint(charactersOfMessage)}) AS message, leftUTF8(${of}['exception.stacktrace'], ${uint(charactersOfStack)}) AS stack`
}

function ofSpans(plan: ErrorsPlan): Sql {
  return sql`SELECT ts, service, resource_id, trace_id, span_id, ${told('exception')}
    FROM (
      SELECT ts, service, resource_id, trace_id, span_id, arrayJoin(arrayFilter(e -> e.name = 'exception', events)).attributes AS exception
      FROM spans
      WHERE ${within(plan)} AND has(events.name, 'exception')
    )`
}

function ofLogs(plan: ErrorsPlan): Sql {
  const isError: Condition = { is: 'or', terms: ['exception.type', 'exception.message'].map(isPresent) }
  return sql`SELECT ts, service, resource_id, trace_id, span_id, ${told('attributes')}
    FROM logs
    WHERE ${within(plan)} AND (${conditionSql(isError)})`
}

function isPresent(key: string): Condition {
  return { is: 'text', source: { of: 'attribute', key, holder: 'record' }, test: { test: 'present' } }
}

function within({ beforeMs, toMs, service }: ErrorsPlan): Sql {
  const range = inRange('ts', { fromMs: beforeMs, toMs })
  return service === '' ? range : sql`service = ${service} AND ${range}`
}

export type ErrorRow = {
  type: string
  given: string
  said: string
  stack: string
  occurrences: string
  before: string
  first: string
  last: string
  services: string[]
  resources: string[]
  steps: [times: string[], counts: string[]]
  places: [trace: string, span: string][]
  total: string
}
