SELECT kind, temporality, monotonic, unit
FROM series
WHERE metric = {p1:String} AND day >= toDate32({p2:String}) AND day <= toDate32({p3:String})
GROUP BY kind, temporality, monotonic, unit
ORDER BY uniqExact(series_id) DESC, kind
LIMIT 1;

SELECT quantileExact(0.5)(gap) AS gap, count() AS series
FROM (
  SELECT (toUnixTimestamp64Milli(max(ts)) - toUnixTimestamp64Milli(min(ts))) / (count() - 1) AS gap
  FROM histograms
  WHERE ts >= fromUnixTimestamp64Nano({p1:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p2:Int64}, 'UTC') AND series_id IN (
    SELECT series_id FROM series
    WHERE metric = {p3:String} AND kind = {p4:String} AND temporality = {p5:String} AND day >= toDate32({p6:String}) AND day <= toDate32({p7:String})
    ORDER BY series_id LIMIT 50
  )
  GROUP BY series_id
  HAVING count() > 1
);

WITH picked AS (
  SELECT series_id, any(emptyArrayString()) AS labels, cityHash64(labels) AS grouped
  FROM series
  LEFT ANY JOIN (SELECT resource_id, any(attributes) AS resource_attributes FROM resources GROUP BY resource_id) AS origins
    ON series.resource_id = origins.resource_id
  WHERE metric = {p1:String} AND kind = {p2:String} AND temporality = {p3:String} AND day >= toDate32({p4:String}) AND day <= toDate32({p5:String})
  GROUP BY series_id
)
SELECT names.labels AS labels, bounds, groupArray(step) AS steps, groupArray(counts) AS counts, groupArray(rate) AS rates, sum(came) AS weight
FROM (
  SELECT grouped, [toFloat64(increase.1)] AS bounds, step, (sumForEach(arrayMap(each -> each * (overlap / greatest(end_ms - begin_ms, 1)), increase.2)), sumMap(increase.3.1, arrayMap(each -> each * (overlap / greatest(end_ms - begin_ms, 1)), increase.3.2))) AS counts, sum(increase.2[1] * (overlap / greatest(end_ms - begin_ms, 1))) AS came, came * 1000 / greatest(max(greatest(begin_ms, step) + overlap) - min(greatest(begin_ms, step)), 1) AS rate
  FROM (
    SELECT *, cityHash64(emptyArrayString()) AS grouped FROM (SELECT series_id, increase, begin_ms, end_ms,
      arrayJoin(range(intDiv(greatest(begin_ms, {p6:Int64}), {p7:Int64}), intDiv(greatest(end_ms - 1, 0), {p7:Int64}) + 1)) * {p7:Int64} AS step,
      least(end_ms, step + {p7:Int64}) - greatest(begin_ms, step) AS overlap
    FROM (SELECT series_id, end_ms,
      before_ms = 0 OR total < before_total OR (before_start_ms > 0 AND start_ms > before_start_ms) AS began,
      if(began, now, (now.1, arrayMap((a, b) -> a - b, now.2, before.2),
        arrayReduce('sumMap', [now.3.1, before.3.1], [now.3.2, arrayMap(each -> -each, before.3.2)]))) AS increase,
      if(began, greatest(if(start_ms < end_ms, start_ms, end_ms - 1), before_ms), before_ms) AS begin_ms
    FROM (SELECT series_id, now, total, toUnixTimestamp64Milli(ts) AS end_ms, toUnixTimestamp64Milli(start_ts) AS start_ms,
      lagInFrame(now) OVER points_in_order AS before, lagInFrame(total) OVER points_in_order AS before_total,
      lagInFrame(toUnixTimestamp64Milli(ts), 1, toInt64(0)) OVER points_in_order AS before_ms,
      lagInFrame(toUnixTimestamp64Milli(start_ts), 1, toInt64(0)) OVER points_in_order AS before_start_ms
    FROM (WITH (SELECT least(min(scale), {p8:Int64}) FROM histograms
      WHERE series_id IN (SELECT series_id FROM picked) AND ts >= fromUnixTimestamp64Nano({p9:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p10:Int64}, 'UTC') AND bitAnd(flags, 1) = 0) AS common_scale
      SELECT series_id, ts, start_ts, if(bitAnd(flags, 2147483648) != 0, reinterpretAsFloat64(count), toFloat64(count)) AS total,
        (common_scale, [total, ifNull(sum, 0)], arrayReduce('sumMap',
          [arrayConcat([toInt32(0)], arrayMap(index -> toInt32({p11:Int64} + toInt32(floor((positive_offset + index - 1) / exp2(scale - common_scale)))), arrayEnumerate(positive_counts)), arrayMap(index -> toInt32(-{p12:Int64} - toInt32(floor((negative_offset + index - 1) / exp2(scale - common_scale)))), arrayEnumerate(negative_counts)))],
          [if(bitAnd(flags, 2147483648) != 0, arrayMap(bits -> reinterpretAsFloat64(bits), arrayConcat([zero_count], positive_counts, negative_counts)), CAST(arrayConcat([zero_count], positive_counts, negative_counts), 'Array(Float64)'))])) AS now
      FROM histograms
      WHERE series_id IN (SELECT series_id FROM picked) AND ts >= fromUnixTimestamp64Nano({p9:Int64}, 'UTC') AND ts < fromUnixTimestamp64Nano({p10:Int64}, 'UTC') AND bitAnd(flags, 1) = 0)
    WINDOW points_in_order AS (PARTITION BY series_id ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))
    WHERE before_ms > 0 OR start_ms >= {p13:Int64})
    WHERE end_ms > {p14:Int64} AND begin_ms < {p15:Int64})
  )
  GROUP BY grouped, bounds, step
) AS valued
INNER JOIN (SELECT grouped, any(labels) AS labels FROM picked GROUP BY grouped) AS names ON valued.grouped = names.grouped
GROUP BY names.labels, bounds
ORDER BY weight DESC, labels;
