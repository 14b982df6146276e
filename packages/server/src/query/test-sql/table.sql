SELECT k1, v1, v2, count() OVER () AS total
FROM (
  SELECT if(mapContains(attributes, {p1:String}), attributes[{p2:String}], transform(resource_id, tupleElement((SELECT (groupArray(id), groupArray(value)) FROM (SELECT resource_id AS id, any(toString(attributes[{p3:String}])) AS value FROM resources WHERE mapContains(attributes, {p4:String}) GROUP BY id ORDER BY id)), 1), tupleElement((SELECT (groupArray(id), groupArray(value)) FROM (SELECT resource_id AS id, any(toString(attributes[{p3:String}])) AS value FROM resources WHERE mapContains(attributes, {p4:String}) GROUP BY id ORDER BY id)), 2), '')) AS k1,
    toFloat64(ifNull(quantileTDigest(0.95)(toFloat64(duration)), nan)) AS v1,
    toFloat64(count() / {p5:Float64}) AS v2
  FROM spans
  WHERE ts >= fromUnixTimestamp64Nano({p6:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p7:Int64}, 'UTC') AND (kind = {p8:Int64})
  GROUP BY k1
)
ORDER BY v1 DESC, k1
LIMIT {p9:UInt64};
