SELECT ts, observed_ts, service, severity, severity_text, event_name, body, body_type, trace_id, span_id, flags,
  resource_id, scope_id, attributes, attribute_types, dropped_attributes
FROM logs
WHERE ts >= fromUnixTimestamp64Nano({p1:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p2:Int64}, 'UTC') AND hasToken(translate(lower(body), '0123456789', '0000000000'), {p3:String}) AND hasToken(translate(lower(body), '0123456789', '0000000000'), {p4:String})
ORDER BY ts DESC
LIMIT {p5:UInt64}
SETTINGS max_rows_to_read = 300000, max_threads_for_indexes = 1;
