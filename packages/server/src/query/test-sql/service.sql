SELECT service, intDiv(toUInt64(minute), {p1:UInt64}) * {p1:UInt64} * 1000 AS step,
  sum(requests) AS requests, sum(errors) AS errors, sumMap(durations) AS durations
FROM span_red WHERE minute >= toDateTime({p2:Int64}, 'UTC') AND minute < toDateTime({p3:Int64}, 'UTC') AND service = {p4:String} AND kind IN (2, 5)
GROUP BY service, step
ORDER BY step;

SELECT name, kind, sum(requests) AS requests, sum(errors) AS errors, sumMap(durations) AS durations, count() OVER () AS total
FROM span_red WHERE minute >= toDateTime({p1:Int64}, 'UTC') AND minute < toDateTime({p2:Int64}, 'UTC') AND service = {p3:String}
GROUP BY name, kind
ORDER BY requests DESC, name, kind
LIMIT {p4:UInt64};

SELECT toString(resource_id) AS id, schema_url,
  mapKeys(attributes) AS attribute_keys, mapValues(attributes) AS attribute_values, attribute_types, dropped_attributes
FROM resources
WHERE service = {p1:String} AND day >= toDate32({p2:String}) AND day <= toDate32({p3:String})
ORDER BY day DESC, resource_id
LIMIT 1 BY resource_id
LIMIT {p4:UInt64};
