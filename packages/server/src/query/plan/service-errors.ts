import { type Sql, sql, uint } from '../sql.ts'
import { inRange, type TimeRange } from '../time-range.ts'
import { ofTraces, type TracePlaces, traceSettings } from './trace-search.ts'

export type ServiceErrorsPlan = TimeRange & { service: string; errorsMax: number }

/** Of a message so many characters tell it from others. */
const toldCharacters = 300

/**
 * What a span says of its error, the most telling first: the exception it recorded, its status message, `error.type`, the
 * status of its answer. Messages are `alike` that differ in words with digits at most: ids, counts, addresses.
 */
export const toldError = (): Sql => sql`arrayFirst(e -> e.name = 'exception', events).attributes AS exception,
    multiIf(exception['exception.type'] != '', exception['exception.type'], attributes['error.type'] != '', attributes['error.type'],
      attributes['http.response.status_code']) AS type,
    if(exception['exception.message'] != '', exception['exception.message'], status_message) AS message,
    replaceRegexpAll(leftUTF8(message, ${uint(toldCharacters)}), '[0-9A-Za-z]*[0-9][0-9A-Za-z]*', '#') AS alike`

/** Spans that failed, those alike together: of one operation, with the same kind of error, and a message that is alike. */
export function serviceErrorsSql({ service, errorsMax, ...range }: ServiceErrorsPlan): Sql {
  return sql`SELECT name, type, alike, count() AS spans, toUnixTimestamp64Milli(min(ts)) AS first, toUnixTimestamp64Milli(max(ts)) AS last,
  argMax(message, ts) AS said, lower(hex(argMax(trace_id, ts))) AS trace, lower(hex(argMax(span_id, ts))) AS span,
  groupUniqArray(${uint(resourcesMax)})(toString(resource_id)) AS resources,
  groupArraySample(${uint(followedSpans)}, 1)((lower(hex(trace_id)), lower(hex(span_id)))) AS followed, count() OVER () AS total
FROM (
  SELECT ts, name, trace_id, span_id, resource_id, ${toldError()}
  FROM spans
  WHERE service = ${service} AND ${inRange('ts', range)} AND status = 2
)
GROUP BY name, type, alike
ORDER BY spans DESC, name, type, alike
LIMIT ${uint(errorsMax)}`
}

/** Enough to tell which versions an error came with. */
const resourcesMax = 100

/** Of each error so many spans are followed to where they began: enough to see whether they all began alike. */
const followedSpans = 4

export type ServiceErrorRow = {
  name: string
  type: string
  alike: string
  spans: string
  first: string
  last: string
  said: string
  trace: string
  span: string
  resources: string[]
  followed: [trace: string, span: string][]
  total: string
}

/** Of these traces the spans that failed, of whatever service, in the order they began. */
export function failedSpansSql(places: TracePlaces): Sql {
  return sql`SELECT lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, lower(hex(parent_span_id)) AS parent, service, name, type, message, alike
FROM (
  SELECT ts, trace_id, span_id, parent_span_id, service, name, ${toldError()}
  FROM spans
  WHERE ${ofTraces(places)} AND status = 2
)
ORDER BY ts
LIMIT ${uint(failedSpansMax)}${traceSettings(places)}`
}

/** Traces with more failed spans than that are followed as far as those go. */
const failedSpansMax = 20_000

export type FailedSpanRow = {
  trace: string
  span: string
  parent: string
  service: string
  name: string
  type: string
  message: string
  alike: string
}
