SELECT toString(resource_id) AS resource, toUnixTimestamp64Milli(min(ts)) AS first, toUnixTimestamp64Milli(max(ts)) AS last,
  countIf(kind IN (2, 5) AND ts >= fromUnixTimestamp64Nano({p1:Int64}, 'UTC')) AS requests, countIf(kind IN (2, 5) AND ts >= fromUnixTimestamp64Nano({p1:Int64}, 'UTC') AND status = 2) AS errors,
  quantilesTDigestIf(0.5, 0.95, 0.99)(duration, kind IN (2, 5) AND ts >= fromUnixTimestamp64Nano({p1:Int64}, 'UTC')) AS durations, count() OVER () AS total
FROM spans
WHERE service = {p2:String} AND ts >= fromUnixTimestamp64Nano({p3:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p4:Int64}, 'UTC')
GROUP BY resource_id
HAVING max(ts) >= fromUnixTimestamp64Nano({p1:Int64}, 'UTC')
ORDER BY first DESC, resource
LIMIT {p5:UInt64};
