-- Smaller rows and a cheaper rollup (docs/decisions/0008-cost-of-ingest.md). Parts made before keep their codecs until
-- they are merged.

-- Times, and ids that many rows share.
ALTER TABLE spans MODIFY COLUMN ts CODEC(Delta(8), ZSTD(1));
ALTER TABLE spans MODIFY COLUMN trace_id CODEC(ZSTD(1));
ALTER TABLE spans MODIFY COLUMN duration CODEC(T64, ZSTD(1));
ALTER TABLE logs MODIFY COLUMN ts CODEC(Delta(8), ZSTD(1));
ALTER TABLE logs MODIFY COLUMN observed_ts CODEC(Delta(8), ZSTD(1));
ALTER TABLE logs MODIFY COLUMN trace_id CODEC(ZSTD(1));
ALTER TABLE logs MODIFY COLUMN span_id CODEC(ZSTD(1));
ALTER TABLE trace_bounds MODIFY COLUMN first_ts CODEC(T64, ZSTD(1));
ALTER TABLE trace_bounds MODIFY COLUMN last_ts CODEC(T64, ZSTD(1));

-- The same rows as before for half the time: buckets are sorted and counted as one array of a group, where sumMap took
-- each row's map apart. `nth` counts 1, 2, 3... within a bucket, so its last before the next 1 is the bucket's count.
DROP VIEW IF EXISTS spans_to_span_red;

CREATE MATERIALIZED VIEW IF NOT EXISTS spans_to_span_red TO span_red AS
SELECT service, name, kind, minute, requests, errors, duration_sum,
  mapFromArrays(arrayCompact(buckets), arrayMap(n -> toUInt64(n),
    arrayFilter((n, next) -> next = 1, nth, arrayPushBack(arrayPopFront(nth), 1)))) AS durations
FROM (
  SELECT service, name, kind, toStartOfMinute(ts, 'UTC') AS minute,
    count() AS requests, countIf(status = 2) AS errors, sum(duration) AS duration_sum,
    arraySort(groupArray(toInt16(floor(8 * log2(greatest(duration, 1)))))) AS buckets, arrayEnumerateUniq(buckets) AS nth
  FROM spans
  GROUP BY service, name, kind, minute
);
