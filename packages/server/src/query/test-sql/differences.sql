SELECT count() AS total, countIf(((mapContains(attributes, {p1:String}) AND ifNull(toFloat64OrNull(attributes[{p1:String}]) >= {p2:Float64}, false)) OR (NOT mapContains(attributes, {p1:String}) AND resource_id IN (SELECT resource_id FROM resources WHERE (mapContains(attributes, {p1:String}) AND ifNull(toFloat64OrNull(attributes[{p1:String}]) >= {p2:Float64}, false)))))) AS chosen, toUInt64(ifNotFinite(quantile(0.95)(duration), 0)) AS slow
FROM spans
WHERE ts >= fromUnixTimestamp64Nano({p3:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p4:Int64}, 'UTC') AND (service = {p5:String} AND kind = {p6:Int64});

SELECT pair.1 AS key, pair.2 AS value, countIf(is_chosen) AS chosen, countIf(NOT is_chosen) AS others
FROM (
  SELECT is_chosen, arrayJoin(arrayZip(
    arrayConcat(['n', 'cservice', 'cname', 'ckind', 'r'], arrayMap(k -> concat('a', k), mapKeys(attributes))),
    arrayConcat(['', service, name, ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'][kind + 1], toString(resource_id)], mapValues(attributes)))) AS pair
  FROM (
    SELECT service, name, kind, resource_id, attributes, (((mapContains(attributes, {p1:String}) AND ifNull(toFloat64OrNull(attributes[{p1:String}]) >= {p2:Float64}, false)) OR (NOT mapContains(attributes, {p1:String}) AND resource_id IN (SELECT resource_id FROM resources WHERE (mapContains(attributes, {p1:String}) AND ifNull(toFloat64OrNull(attributes[{p1:String}]) >= {p2:Float64}, false)))))) AS is_chosen
    FROM spans
    WHERE ts >= fromUnixTimestamp64Nano({p3:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p4:Int64}, 'UTC') AND (service = {p5:String} AND kind = {p6:Int64})
  )
)
GROUP BY key, value
ORDER BY greatest(chosen / {p7:Float64}, others / {p8:Float64}) DESC, key, value
LIMIT {p9:UInt64};
