SELECT toString(toUnixTimestamp64Nano(ts)) AS time,
  toString(toUnixTimestamp64Nano(observed_ts)) AS observed,
  service, severity, severity_text, event_name, body, body_type,
  lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, flags,
  toString(resource_id) AS resource, toString(scope_id) AS scope,
  mapKeys(attributes) AS attribute_keys, mapValues(attributes) AS attribute_values, attribute_types, dropped_attributes
FROM logs
WHERE ts >= fromUnixTimestamp64Nano({p1:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p2:Int64}, 'UTC') AND hasToken(lower(body), {p3:String}) AND hasToken(lower(body), {p4:String})
ORDER BY ts DESC
LIMIT {p5:UInt64};

SELECT toString(toUnixTimestamp64Nano(ts)) AS time,
  toString(toUnixTimestamp64Nano(observed_ts)) AS observed,
  service, severity, severity_text, event_name, body, body_type,
  lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, flags,
  toString(resource_id) AS resource, toString(scope_id) AS scope,
  mapKeys(attributes) AS attribute_keys, mapValues(attributes) AS attribute_values, attribute_types, dropped_attributes
FROM logs
WHERE ts >= fromUnixTimestamp64Nano({p1:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p2:Int64}, 'UTC') AND hasToken(lower(body), {p3:String}) AND hasToken(lower(body), {p4:String})
ORDER BY ts DESC
LIMIT {p5:UInt64};
