SELECT toString(toUnixTimestamp64Nano(min(first_ts))) AS first, toString(toUnixTimestamp64Nano(max(last_ts))) AS last
FROM trace_bounds
WHERE trace_id = unhex({p1:String})
GROUP BY trace_id;

SELECT toString(toUnixTimestamp64Nano(ts)) AS start, service, name, kind, status, status_message,
  toString(duration) AS nanoseconds, lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, lower(hex(parent_span_id)) AS parent,
  trace_state, flags, toString(resource_id) AS resource, toString(scope_id) AS scope,
  mapKeys(attributes) AS attribute_keys, mapValues(attributes) AS attribute_values, attribute_types, dropped_attributes,
  arrayMap(e -> (toString(toUnixTimestamp64Nano(e.ts)), e.name, mapKeys(e.attributes), mapValues(e.attributes), e.attribute_types, e.dropped_attributes), events) AS span_events,
  arrayMap(l -> (lower(hex(l.trace_id)), lower(hex(l.span_id)), l.trace_state, l.flags, mapKeys(l.attributes), mapValues(l.attributes), l.attribute_types, l.dropped_attributes), links) AS span_links,
  dropped_events, dropped_links, count() OVER () AS total
FROM spans
PREWHERE trace_id = unhex({p1:String}) AND ts >= fromUnixTimestamp64Nano({p2:Int64}, 'UTC') AND ts <= fromUnixTimestamp64Nano({p3:Int64}, 'UTC') AND intDiv(toUnixTimestamp64Nano(ts), 10000000000) IN {p4:Array(UInt64)}
ORDER BY spans.ts, span_id
LIMIT {p5:UInt64}
SETTINGS ignore_data_skipping_indices = 'ts_range';
