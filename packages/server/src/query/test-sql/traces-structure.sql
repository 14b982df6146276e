SELECT lower(hex(trace_id)) AS trace, toString(max(key)) AS last_key, count() AS matched, any(spans_read) AS spans
FROM (
  SELECT trace_id, key, count() OVER () AS spans_read
  FROM (
    SELECT trace_id, toUnixTimestamp64Nano(ts) AS key FROM spans
    WHERE ts >= fromUnixTimestamp64Nano({p1:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p2:Int64}, 'UTC') AND (service = {p3:String})
    ORDER BY ts DESC
    LIMIT {p4:UInt64}
  )
)
GROUP BY trace_id
ORDER BY max(key) DESC, trace_id DESC
LIMIT {p5:UInt64};

SELECT lower(hex(trace_id)) AS trace, toString(max(key)) AS last_key, count() AS matched, any(spans_read) AS spans
FROM (
  SELECT trace_id, key, count() OVER () AS spans_read
  FROM (
    SELECT trace_id, toUnixTimestamp64Nano(ts) AS key FROM spans
    WHERE ts >= fromUnixTimestamp64Nano({p1:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p2:Int64}, 'UTC') AND (service = {p3:String})
    ORDER BY ts DESC
    LIMIT {p4:UInt64}
  )
)
GROUP BY trace_id
ORDER BY max(key) DESC, trace_id DESC
LIMIT {p5:UInt64};

SELECT toString(toUnixTimestamp64Nano(min(first_ts))) AS first, toString(toUnixTimestamp64Nano(max(last_ts))) AS last
FROM trace_bounds
WHERE trace_id IN {p1:Array(FixedString(16))}
GROUP BY trace_id;

SELECT lower(hex(trace_id)) AS trace, count() AS span_count, countIf(status = 2) AS errors, uniqExact(service) AS services,
  toString(max(toUnixTimestamp64Nano(ts) + duration) - min(toUnixTimestamp64Nano(ts))) AS nanoseconds,
  groupArray((lower(hex(span_id)), lower(hex(parent_span_id)), toUInt64(matches))) AS nodes
FROM (
  SELECT trace_id, span_id, parent_span_id, ts, duration, status, service, if(service = {p1:String}, {p2:UInt64}, 0) + if(service = {p3:String}, {p4:UInt64}, 0) AS matches
  FROM spans
  PREWHERE trace_id IN {p5:Array(FixedString(16))} AND ts >= fromUnixTimestamp64Nano({p6:Int64}, 'UTC') AND ts <= fromUnixTimestamp64Nano({p7:Int64}, 'UTC') AND intDiv(toUnixTimestamp64Nano(ts), 10000000000) IN {p8:Array(UInt64)}
)
GROUP BY trace_id
HAVING countIf(bitTest(toUInt64(matches), {p9:UInt64})) > 0 AND countIf(bitTest(toUInt64(matches), {p10:UInt64})) > 0;

SELECT toString(toUnixTimestamp64Nano(min(first_ts))) AS first, toString(toUnixTimestamp64Nano(max(last_ts))) AS last
FROM trace_bounds
WHERE trace_id = unhex({p1:String})
GROUP BY trace_id;

SELECT lower(hex(trace_id)) AS trace, service,
  toString(toUnixTimestamp64Nano(min(ts))) AS first_start,
  toString(max(toUnixTimestamp64Nano(ts) + duration)) AS last_end,
  count() AS spans,
  countIf(status = 2) AS errors,
  0 AS matched,
  min(parent_span_id != unhex('0000000000000000')) AS has_no_root,
  argMin(name, (parent_span_id != unhex('0000000000000000'), ts)) AS first_name,
  toString(toUnixTimestamp64Nano(argMin(ts, (parent_span_id != unhex('0000000000000000'), ts)))) AS first_name_start
FROM spans
PREWHERE trace_id = unhex({p1:String}) AND ts >= fromUnixTimestamp64Nano({p2:Int64}, 'UTC') AND ts <= fromUnixTimestamp64Nano({p3:Int64}, 'UTC') AND intDiv(toUnixTimestamp64Nano(ts), 10000000000) IN {p4:Array(UInt64)}
GROUP BY trace_id, service
ORDER BY spans DESC, service
SETTINGS ignore_data_skipping_indices = 'ts_range';
