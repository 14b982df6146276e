-- The same rollup rows as before for two thirds of the time (docs/decisions/0073-rollups-grouped-by-numbers.md). Most of it went into
-- grouping: keys of texts are written one behind the other for each row, then hashed and compared. Within one block a text has one place
-- in the dictionary of its column, so there the places are keys as good as the texts, and four numbers are packed side by side.
-- Dictionaries of two blocks know nothing of each other; that is what `block` is for. Rows of one key from two blocks stay
-- apart until a merge, as those of two inserts do.
--
-- Made again and not altered: a load repeated under its token counts twice in a view that was altered in between.
DROP VIEW IF EXISTS spans_to_span_red;

CREATE MATERIALIZED VIEW IF NOT EXISTS spans_to_span_red TO span_red AS
SELECT service, name, kind, minute, requests, errors, duration_sum,
  mapFromArrays(arrayCompact(buckets), arrayMap(n -> toUInt64(n),
    arrayFilter((n, next) -> next = 1, nth, arrayPushBack(arrayPopFront(nth), 1)))) AS durations
FROM (
  SELECT any(service_text) AS service, any(name_text) AS name, kind, minute,
    count() AS requests, countIf(status = 2) AS errors, sum(duration) AS duration_sum,
    arraySort(groupArray(toInt16(floor(8 * log2(greatest(duration, 1)))))) AS buckets, arrayEnumerateUniq(buckets) AS nth
  FROM (
    SELECT service AS service_text, name AS name_text, kind, toStartOfMinute(ts, 'UTC') AS minute, status, duration,
      blockNumber() AS block, lowCardinalityIndices(service) AS service_place, lowCardinalityIndices(name) AS name_place
    FROM spans
  )
  GROUP BY block, service_place, name_place, kind, minute
);

DROP VIEW IF EXISTS logs_to_log_volume;

CREATE MATERIALIZED VIEW IF NOT EXISTS logs_to_log_volume TO log_volume AS
SELECT any(service_text) AS service, severity, minute, count() AS records
FROM (
  SELECT service AS service_text, severity, toStartOfMinute(ts, 'UTC') AS minute,
    blockNumber() AS block, lowCardinalityIndices(service) AS service_place
  FROM logs
)
GROUP BY block, service_place, severity, minute;
