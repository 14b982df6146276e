import { type Sql, sql, uint } from '../sql.ts'
import { inRange, type TimeRange } from '../time-range.ts'

export type ServiceErrorsPlan = TimeRange & { service: string; errorsMax: number }

/** Of a message so many characters tell it from others. */
const toldCharacters = 300

/**
 * Spans that failed, those alike together: of one operation, with the same kind of error, and a message that differs in words
 * with digits at most (ids, counts, addresses). What a span says of its error, the most telling first: the exception it
 * recorded, its status message, `error.type`, the status of its answer.
 */
export function serviceErrorsSql({ service, errorsMax, ...range }: ServiceErrorsPlan): Sql {
  return sql`SELECT name, type, count() AS spans, toUnixTimestamp64Milli(min(ts)) AS first, toUnixTimestamp64Milli(max(ts)) AS last,
  argMax(message, ts) AS said, lower(hex(argMax(trace_id, ts))) AS trace, lower(hex(argMax(span_id, ts))) AS span,
  groupUniqArray(${uint(resourcesMax)})(toString(resource_id)) AS resources, count() OVER () AS total
FROM (
  SELECT ts, name, trace_id, span_id, resource_id, arrayFirst(e -> e.name = 'exception', events).attributes AS exception,
    multiIf(exception['exception.type'] != '', exception['exception.type'], attributes['error.type'] != '', attributes['error.type'],
      attributes['http.response.status_code']) AS type,
    if(exception['exception.message'] != '', exception['exception.message'], status_message) AS message,
    replaceRegexpAll(leftUTF8(message, ${uint(toldCharacters)}), '[0-9A-Za-z]*[0-9][0-9A-Za-z]*', '#') AS alike
  FROM spans
  WHERE service = ${service} AND ${inRange('ts', range)} AND status = 2
)
GROUP BY name, type, alike
ORDER BY spans DESC, name, type, alike
LIMIT ${uint(errorsMax)}`
}

/** Enough to tell which versions an error came with. */
const resourcesMax = 100

export type ServiceErrorRow = {
  name: string
  type: string
  spans: string
  first: string
  last: string
  said: string
  trace: string
  span: string
  resources: string[]
  total: string
}
