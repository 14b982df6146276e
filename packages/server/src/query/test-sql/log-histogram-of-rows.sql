SELECT intDiv(toUInt64(toUnixTimestamp64Milli(ts)), {p1:UInt64}) * {p1:UInt64} AS step, severity, count() AS records
  FROM logs
  WHERE ts >= fromUnixTimestamp64Nano({p2:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p3:Int64}, 'UTC') AND (hasToken(translate(lower(body), '0123456789', '0000000000'), {p4:String}))
  GROUP BY step, severity
ORDER BY step, severity;
