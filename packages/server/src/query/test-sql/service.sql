SELECT intDiv(toUInt64(minute), {p1:UInt64}) * {p1:UInt64} * 1000 AS step,
  sum(requests) AS requests, sum(errors) AS errors, sumMap(durations) AS durations
FROM span_red WHERE minute >= toDateTime({p2:Int64}, 'UTC') AND minute < toDateTime({p3:Int64}, 'UTC') AND service = {p4:String} AND kind IN (2, 5)
GROUP BY step
ORDER BY step;

SELECT name, kind, sum(requests) AS requests, sum(errors) AS errors, sumMap(durations) AS durations, count() OVER () AS total
FROM span_red WHERE minute >= toDateTime({p1:Int64}, 'UTC') AND minute < toDateTime({p2:Int64}, 'UTC') AND service = {p3:String}
GROUP BY name, kind
ORDER BY requests DESC, name, kind
LIMIT {p4:UInt64};

SELECT service, toUInt64(min(toInt64(minute))) * 1000 AS first
FROM span_red WHERE minute >= toDateTime({p1:Int64}, 'UTC') AND minute < toDateTime({p2:Int64}, 'UTC') AND service = {p3:String}
GROUP BY service;
