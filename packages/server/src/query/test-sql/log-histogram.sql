SELECT step, severity, sum(records) AS records
FROM (
  SELECT intDiv(toUInt64(toUnixTimestamp(minute)), {p1:UInt64}) * {p1:UInt64} * 1000 AS step, severity, sum(records) AS records
  FROM log_volume
  WHERE minute >= toDateTime({p2:Int64}, 'UTC') AND minute < toDateTime({p3:Int64}, 'UTC') AND (severity >= {p4:Int64})
  GROUP BY step, severity
  UNION ALL
  SELECT intDiv(toUInt64(toUnixTimestamp64Milli(ts)), {p5:UInt64}) * {p5:UInt64} AS step, severity, count() AS records
  FROM logs
  WHERE ts >= fromUnixTimestamp64Nano({p6:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p7:Int64}, 'UTC') AND (severity >= {p8:Int64})
  GROUP BY step, severity
  UNION ALL
  SELECT intDiv(toUInt64(toUnixTimestamp64Milli(ts)), {p9:UInt64}) * {p9:UInt64} AS step, severity, count() AS records
  FROM logs
  WHERE ts >= fromUnixTimestamp64Nano({p10:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p11:Int64}, 'UTC') AND (severity >= {p12:Int64})
  GROUP BY step, severity
)
GROUP BY step, severity
ORDER BY step, severity;
