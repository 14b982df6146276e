SELECT service, sum(logs) AS logs, sum(error_logs) AS error_logs, toUInt64(max(last)) * 1000 AS last_seen
FROM (
  SELECT service, sum(records) AS logs, sumIf(records, severity >= 17) AS error_logs, max(toInt64(minute)) AS last
  FROM log_volume WHERE minute >= toDateTime({p1:Int64}, 'UTC') AND minute < toDateTime({p2:Int64}, 'UTC') GROUP BY service
  UNION ALL
  SELECT service, 0 AS logs, 0 AS error_logs, max(toInt64(minute)) AS last
  FROM span_red WHERE minute >= toDateTime({p3:Int64}, 'UTC') AND minute < toDateTime({p4:Int64}, 'UTC') GROUP BY service
)
GROUP BY service;

SELECT service, groupArray((step, requests, errors, durations)) AS steps
FROM (
  SELECT service, intDiv(toUInt64(minute), {p1:UInt64}) * {p1:UInt64} * 1000 AS step,
    sum(requests) AS requests, sum(errors) AS errors, sumMap(durations) AS durations
  FROM span_red WHERE minute >= toDateTime({p2:Int64}, 'UTC') AND minute < toDateTime({p3:Int64}, 'UTC') AND kind IN (2, 5)
  GROUP BY service, step
)
GROUP BY service;

SELECT service, toUInt64(min(toInt64(minute))) * 1000 AS first
FROM span_red WHERE minute >= toDateTime({p1:Int64}, 'UTC') AND minute < toDateTime({p2:Int64}, 'UTC')
GROUP BY service;
