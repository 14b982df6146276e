SELECT lower(hex(trace_id)) AS trace, total
FROM (
  SELECT trace_id, failed, count() OVER () AS total,
    row_number() OVER (ORDER BY took DESC, trace_id) AS by_time,
    row_number() OVER (ORDER BY failed DESC, cityHash64(trace_id)) AS by_failed,
    row_number() OVER (ORDER BY cityHash64(trace_id)) AS by_chance
  FROM (
    SELECT trace_id, max(duration) AS took, max(status = 2) AS failed
    FROM spans
    WHERE service = {p1:String} AND ts >= fromUnixTimestamp64Nano({p2:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p3:Int64}, 'UTC')
    GROUP BY trace_id
  )
)
ORDER BY least(by_time, if(failed, by_failed, by_chance), by_chance), trace_id
LIMIT {p4:UInt64};

SELECT toString(toUnixTimestamp64Nano(min(first_ts))) AS first, toString(toUnixTimestamp64Nano(max(last_ts))) AS last
FROM trace_bounds
WHERE trace_id IN {p1:Array(FixedString(16))}
GROUP BY trace_id;

SELECT lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, lower(hex(parent_span_id)) AS parent,
  toString(toUnixTimestamp64Nano(ts)) AS start, toString(duration) AS nanoseconds, service, name, kind, status, toString(resource_id) AS resource,
  mapKeys(mapFilter((k, v) -> k LIKE {p1:String} OR k LIKE {p2:String} OR k LIKE {p3:String} OR k LIKE {p4:String} OR k LIKE {p5:String} OR k LIKE {p6:String} OR k LIKE {p7:String} OR k LIKE {p8:String} OR k LIKE {p9:String}, attributes) AS told) AS attribute_keys, mapValues(told) AS attribute_values,
  count() OVER (PARTITION BY trace_id) AS spans
FROM spans
PREWHERE trace_id IN {p10:Array(FixedString(16))} AND ts >= fromUnixTimestamp64Nano({p11:Int64}, 'UTC') AND ts <= fromUnixTimestamp64Nano({p12:Int64}, 'UTC') AND intDiv(toUnixTimestamp64Nano(ts), 10000000000) IN {p13:Array(UInt64)}
ORDER BY spans.ts, span_id
LIMIT {p14:UInt64} BY trace_id
SETTINGS ignore_data_skipping_indices = 'ts_range';
