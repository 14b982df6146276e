SELECT k1, points, count() OVER () AS total
FROM (
  SELECT k1, sum(v1) AS r1, max(v2) AS r2, groupArray((step, [v1, v2])) AS points
  FROM (
    SELECT toString(service) AS k1,
      intDiv(toUInt64(toUnixTimestamp64Milli(ts)), {p1:UInt64}) * {p1:UInt64} AS step,
      toFloat64(count()) AS v1,
      toFloat64(ifNull(maxOrNull(toFloat64OrNull(toString(if(mapContains(attributes, {p2:String}), attributes[{p3:String}], transform(resource_id, tupleElement((SELECT (groupArray(id), groupArray(value)) FROM (SELECT resource_id AS id, any(toString(attributes[{p4:String}])) AS value FROM resources WHERE mapContains(attributes, {p5:String}) GROUP BY id ORDER BY id)), 1), tupleElement((SELECT (groupArray(id), groupArray(value)) FROM (SELECT resource_id AS id, any(toString(attributes[{p4:String}])) AS value FROM resources WHERE mapContains(attributes, {p5:String}) GROUP BY id ORDER BY id)), 2), ''))))), nan)) AS v2
    FROM logs
    WHERE ts >= fromUnixTimestamp64Nano({p6:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p7:Int64}, 'UTC') AND (true)
  GROUP BY k1, step
  )
  GROUP BY k1
)
ORDER BY r1 DESC, k1
LIMIT {p8:UInt64};
