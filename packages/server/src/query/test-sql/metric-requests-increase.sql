SELECT kind, temporality, monotonic, unit
FROM series
WHERE metric = {p1:String} AND day >= toDate32({p2:String}) AND day <= toDate32({p3:String})
GROUP BY kind, temporality, monotonic, unit
ORDER BY uniqExact(series_id) DESC, kind
LIMIT 1;

SELECT quantileExact(0.5)(gap) AS gap, count() AS series
FROM (
  SELECT (toUnixTimestamp64Milli(max(ts)) - toUnixTimestamp64Milli(min(ts))) / (count() - 1) AS gap
  FROM samples
  WHERE ts >= fromUnixTimestamp64Nano({p1:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p2:Int64}, 'UTC') AND series_id IN (
    SELECT series_id FROM series
    WHERE metric = {p3:String} AND kind = {p4:String} AND temporality = {p5:String} AND day >= toDate32({p6:String}) AND day <= toDate32({p7:String})
    ORDER BY series_id LIMIT 50
  )
  GROUP BY series_id
  HAVING count() > 1
);

WITH picked AS (
  SELECT series_id, any([if(mapContains(attributes, {p1:String}), attributes[{p1:String}], resource_attributes[{p1:String}])]) AS labels, cityHash64(labels) AS grouped
  FROM series
  LEFT ANY JOIN (SELECT resource_id, any(attributes) AS resource_attributes FROM resources GROUP BY resource_id) AS origins
    ON series.resource_id = origins.resource_id
  WHERE metric = {p2:String} AND kind = {p3:String} AND temporality = {p4:String} AND day >= toDate32({p5:String}) AND day <= toDate32({p6:String})
  GROUP BY series_id
)
SELECT names.labels AS labels, groupArray(step) AS steps, groupArray(value) AS points, count() OVER () AS total
FROM (
  SELECT grouped, step, sum(increase * overlap / greatest(end_ms - begin_ms, 1)) AS value
  FROM (
    SELECT series_id, increase, begin_ms, end_ms,
      arrayJoin(range(intDiv(greatest(begin_ms, {p7:Int64}), {p8:Int64}), intDiv(greatest(end_ms - 1, 0), {p8:Int64}) + 1)) * {p8:Int64} AS step,
      least(end_ms, step + {p8:Int64}) - greatest(begin_ms, step) AS overlap
    FROM (SELECT series_id, end_ms,
      before_ms = 0 OR total < before_total OR (before_start_ms > 0 AND start_ms > before_start_ms) AS began,
      if(began, now, now - before) AS increase,
      if(began, greatest(if(start_ms < end_ms, start_ms, end_ms - 1), before_ms), before_ms) AS begin_ms
    FROM (SELECT series_id, now, total, toUnixTimestamp64Milli(ts) AS end_ms, toUnixTimestamp64Milli(start_ts) AS start_ms,
      lagInFrame(now) OVER points_in_order AS before, lagInFrame(total) OVER points_in_order AS before_total,
      lagInFrame(toUnixTimestamp64Milli(ts), 1, toInt64(0)) OVER points_in_order AS before_ms,
      lagInFrame(toUnixTimestamp64Milli(start_ts), 1, toInt64(0)) OVER points_in_order AS before_start_ms
    FROM (SELECT series_id, ts, start_ts, value AS total, value AS now FROM samples
      WHERE series_id IN (SELECT series_id FROM picked) AND ts >= fromUnixTimestamp64Nano({p9:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p10:Int64}, 'UTC') AND bitAnd(flags, 1) = 0 AND NOT isNaN(value))
    WINDOW points_in_order AS (PARTITION BY series_id ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))
    WHERE before_ms > 0 OR start_ms >= {p11:Int64})
    WHERE end_ms > {p12:Int64} AND begin_ms < {p13:Int64}
  ) AS of_series
  INNER JOIN (SELECT series_id, grouped FROM picked) AS groups ON of_series.series_id = groups.series_id
  GROUP BY grouped, step
) AS valued
INNER JOIN (SELECT grouped, any(labels) AS labels FROM picked GROUP BY grouped) AS names ON valued.grouped = names.grouped
GROUP BY names.labels
ORDER BY avg(value) DESC, labels
LIMIT {p14:UInt64};
