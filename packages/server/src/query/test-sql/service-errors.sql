SELECT name, type, alike, count() AS spans, toUnixTimestamp64Milli(min(ts)) AS first, toUnixTimestamp64Milli(max(ts)) AS last,
  argMax(message, ts) AS said, lower(hex(argMax(trace_id, ts))) AS trace, lower(hex(argMax(span_id, ts))) AS span,
  groupUniqArray({p1:UInt64})(toString(resource_id)) AS resources,
  groupArraySample({p2:UInt64}, 1)((lower(hex(trace_id)), lower(hex(span_id)))) AS followed, count() OVER () AS total
FROM (
  SELECT ts, name, trace_id, span_id, resource_id, arrayFirst(e -> e.name = 'exception', events).attributes AS exception,
    multiIf(exception['exception.type'] != '', exception['exception.type'], attributes['error.type'] != '', attributes['error.type'],
      attributes['http.response.status_code']) AS type,
    if(exception['exception.message'] != '', exception['exception.message'], status_message) AS message,
    replaceRegexpAll(leftUTF8(message, {p3:UInt64}), '[0-9A-Za-z]*[0-9][0-9A-Za-z]*', '#') AS alike
  FROM spans
  WHERE service = {p4:String} AND ts >= fromUnixTimestamp64Nano({p5:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p6:Int64}, 'UTC') AND status = 2
)
GROUP BY name, type, alike
ORDER BY spans DESC, name, type, alike
LIMIT {p7:UInt64};

SELECT toString(toUnixTimestamp64Nano(min(first_ts))) AS first, toString(toUnixTimestamp64Nano(max(last_ts))) AS last
FROM trace_bounds
WHERE trace_id IN {p1:Array(FixedString(16))}
GROUP BY trace_id;

SELECT lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, lower(hex(parent_span_id)) AS parent, service, name, type, message, alike
FROM (
  SELECT ts, trace_id, span_id, parent_span_id, service, name, arrayFirst(e -> e.name = 'exception', events).attributes AS exception,
    multiIf(exception['exception.type'] != '', exception['exception.type'], attributes['error.type'] != '', attributes['error.type'],
      attributes['http.response.status_code']) AS type,
    if(exception['exception.message'] != '', exception['exception.message'], status_message) AS message,
    replaceRegexpAll(leftUTF8(message, {p1:UInt64}), '[0-9A-Za-z]*[0-9][0-9A-Za-z]*', '#') AS alike
  FROM spans
  WHERE trace_id IN {p2:Array(FixedString(16))} AND ts >= fromUnixTimestamp64Nano({p3:Int64}, 'UTC') AND ts <= fromUnixTimestamp64Nano({p4:Int64}, 'UTC') AND intDiv(toUnixTimestamp64Nano(ts), 10000000000) IN {p5:Array(UInt64)} AND status = 2
)
ORDER BY ts
LIMIT {p6:UInt64}
SETTINGS ignore_data_skipping_indices = 'ts_range';
