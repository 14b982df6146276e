SELECT name, type, count() AS spans, toUnixTimestamp64Milli(min(ts)) AS first, toUnixTimestamp64Milli(max(ts)) AS last,
  argMax(message, ts) AS said, lower(hex(argMax(trace_id, ts))) AS trace, lower(hex(argMax(span_id, ts))) AS span,
  groupUniqArray({p1:UInt64})(toString(resource_id)) AS resources, count() OVER () AS total
FROM (
  SELECT ts, name, trace_id, span_id, resource_id, arrayFirst(e -> e.name = 'exception', events).attributes AS exception,
    multiIf(exception['exception.type'] != '', exception['exception.type'], attributes['error.type'] != '', attributes['error.type'],
      attributes['http.response.status_code']) AS type,
    if(exception['exception.message'] != '', exception['exception.message'], status_message) AS message,
    replaceRegexpAll(leftUTF8(message, {p2:UInt64}), '[0-9A-Za-z]*[0-9][0-9A-Za-z]*', '#') AS alike
  FROM spans
  WHERE service = {p3:String} AND ts >= fromUnixTimestamp64Nano({p4:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p5:Int64}, 'UTC') AND status = 2
)
GROUP BY name, type, alike
ORDER BY spans DESC, name, type, alike
LIMIT {p6:UInt64};
