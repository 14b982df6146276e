import { trusted } from '../sql.ts'

/** A whole span, maps as keys and values apart: an object would lose the order of keys that look like numbers. */
export const spanColumns =
  trusted(`toString(toUnixTimestamp64Nano(ts)) AS start, service, name, kind, status, status_message,
  toString(duration) AS nanoseconds, lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, lower(hex(parent_span_id)) AS parent,
  trace_state, flags, toString(resource_id) AS resource, toString(scope_id) AS scope,
  mapKeys(attributes) AS attribute_keys, mapValues(attributes) AS attribute_values, attribute_types, dropped_attributes,
  arrayMap(e -> (toString(toUnixTimestamp64Nano(e.ts)), e.name, mapKeys(e.attributes), mapValues(e.attributes), e.attribute_types, e.dropped_attributes), events) AS span_events,
  arrayMap(l -> (lower(hex(l.trace_id)), lower(hex(l.span_id)), l.trace_state, l.flags, mapKeys(l.attributes), mapValues(l.attributes), l.attribute_types, l.dropped_attributes), links) AS span_links,
  dropped_events, dropped_links`)

type EventRow = [time: string, name: string, keys: string[], values: string[], types: string, dropped: number]
type LinkRow = [
  trace: string,
  span: string,
  traceState: string,
  flags: number,
  keys: string[],
  values: string[],
  types: string,
  dropped: number,
]

export type SpanRow = {
  start: string
  service: string
  name: string
  kind: number
  status: number
  status_message: string
  nanoseconds: string
  trace: string
  span: string
  parent: string
  trace_state: string
  flags: number
  resource: string
  scope: string
  attribute_keys: string[]
  attribute_values: string[]
  attribute_types: string
  dropped_attributes: number
  span_events: EventRow[]
  span_links: LinkRow[]
  dropped_events: number
  dropped_links: number
}
