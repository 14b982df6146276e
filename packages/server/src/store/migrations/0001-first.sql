-- Telemetry as it arrived, and the rollups that pages are answered from.
--
--   resources scopes series      what is said once: by id and day, written again each day
--   spans logs samples ...       one row for each record, in day partitions of event time
--   span_red log_volume          per minute, fed by materialized views from each insert
--   trace_bounds attribute_keys  where a trace lies in time; which keys were seen on a day
--
-- True of every table: times are UTC, because without a zone partitions and literals follow the process's own;
-- partitions come from toYYYYMMDD, because toDate wraps after 2149; vertical merges, which cost a third; parts
-- are fsynced, because the segment is deleted after its load; and a deduplication window, on the targets of
-- views too, because a segment is loaded again after a crash with the same token. The window counts parts:
-- one insert makes at most one for each day it touches.
--
-- There is no text index on logs.body: it tripled the cost of loading and quintupled that of merging
-- (133 against 44 and 406 against 74 ms of CPU for 100,000 records), where a scan of 5 million bodies takes 250 ms.
-- Every statement can be run twice, because a start that was killed half way is repeated.

CREATE TABLE IF NOT EXISTS resources (
  resource_id UInt64,
  day Date32,
  service LowCardinality(String),
  schema_url LowCardinality(String),
  attributes Map(LowCardinality(String), String),
  attribute_types LowCardinality(String),
  dropped_attributes UInt32
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (resource_id, day)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS scopes (
  scope_id UInt64,
  day Date32,
  name LowCardinality(String),
  version LowCardinality(String),
  schema_url LowCardinality(String),
  attributes Map(LowCardinality(String), String),
  attribute_types LowCardinality(String),
  dropped_attributes UInt32
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (scope_id, day)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Ten seconds by ten seconds, by service within them, and there as they came: what is asked for is most often of a time, and a trace's
-- spans lie together (docs/decisions/0041-order-of-spans.md, 0084-spans-as-they-came.md). The engine does not see that a bound of ts bounds these:
-- that is what ts_range is for. Attributes are found by the bloom filter of their values, in granules small enough to be read.
CREATE TABLE IF NOT EXISTS spans (
  ts DateTime64(9, 'UTC') CODEC(Delta(8), LZ4),
  service LowCardinality(String),
  name LowCardinality(String),
  kind UInt8,
  status UInt8,
  status_message String,
  duration Int64,
  trace_id FixedString(16),
  span_id FixedString(8) CODEC(NONE),
  parent_span_id FixedString(8),
  trace_state String,
  flags UInt32,
  resource_id UInt64,
  scope_id UInt64,
  attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  attribute_types LowCardinality(String),
  dropped_attributes UInt32,
  events Array(Tuple(ts DateTime64(9, 'UTC'), name LowCardinality(String), attributes Map(LowCardinality(String), String), attribute_types LowCardinality(String), dropped_attributes UInt32)) CODEC(ZSTD(1)),
  links Array(Tuple(trace_id FixedString(16), span_id FixedString(8), trace_state String, flags UInt32, attributes Map(LowCardinality(String), String), attribute_types LowCardinality(String), dropped_attributes UInt32)) CODEC(ZSTD(1)),
  dropped_events UInt32,
  dropped_links UInt32,
  INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX ts_range ts TYPE minmax GRANULARITY 1,
  INDEX resource_set resource_id TYPE set(64) GRANULARITY 1,
  INDEX attribute_values mapValues(attributes) TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(ts)
ORDER BY (intDiv(toUnixTimestamp64Nano(ts), 10000000000), service)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  vertical_merge_algorithm_min_columns_to_activate = 1, index_granularity = 2048;

-- Granules are small because what the words of a search find is scattered: for each line found, one granule of bodies is read.
CREATE TABLE IF NOT EXISTS logs (
  ts DateTime64(9, 'UTC') CODEC(Delta(8), LZ4),
  observed_ts DateTime64(9, 'UTC') CODEC(Delta(8), LZ4),
  service LowCardinality(String),
  severity UInt8,
  severity_text LowCardinality(String),
  event_name LowCardinality(String),
  body String CODEC(ZSTD(1)),
  body_type LowCardinality(String),
  trace_id FixedString(16),
  span_id FixedString(8),
  flags UInt32,
  resource_id UInt64,
  scope_id UInt64,
  attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  attribute_types LowCardinality(String),
  dropped_attributes UInt32,
  INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(ts)
ORDER BY (service, ts)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  vertical_merge_algorithm_min_columns_to_activate = 1, index_granularity = 512;

CREATE TABLE IF NOT EXISTS series (
  series_id UInt64,
  day Date32,
  metric LowCardinality(String),
  kind LowCardinality(String),
  temporality LowCardinality(String),
  monotonic Bool,
  value_type LowCardinality(String),
  unit LowCardinality(String),
  description LowCardinality(String),
  service LowCardinality(String),
  resource_id UInt64,
  scope_id UInt64,
  attributes Map(LowCardinality(String), String),
  attribute_types LowCardinality(String)
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMMDD(day)
ORDER BY (metric, series_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS samples (
  series_id UInt64 CODEC(Delta(8), ZSTD(1)),
  ts DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  start_ts DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  value Float64 CODEC(Delta(8), ZSTD(1)),
  flags UInt32 CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(ts)
ORDER BY (series_id, ts)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  vertical_merge_algorithm_min_columns_to_activate = 1;

CREATE TABLE IF NOT EXISTS histograms (
  series_id UInt64 CODEC(Delta(8), ZSTD(1)),
  ts DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  start_ts DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  flags UInt32 CODEC(ZSTD(1)),
  count UInt64,
  sum Nullable(Float64),
  min Nullable(Float64),
  max Nullable(Float64),
  bounds Array(Float64) CODEC(ZSTD(1)),
  bucket_counts Array(UInt64) CODEC(ZSTD(1)),
  scale Int32,
  zero_count UInt64,
  zero_threshold Float64,
  positive_offset Int32,
  positive_counts Array(UInt64) CODEC(ZSTD(1)),
  negative_offset Int32,
  negative_counts Array(UInt64) CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(ts)
ORDER BY (series_id, ts)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  vertical_merge_algorithm_min_columns_to_activate = 1;

CREATE TABLE IF NOT EXISTS summaries (
  series_id UInt64 CODEC(Delta(8), ZSTD(1)),
  ts DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  start_ts DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  flags UInt32 CODEC(ZSTD(1)),
  count UInt64,
  sum Float64,
  quantiles Array(Float64) CODEC(ZSTD(1)),
  values Array(Float64) CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(ts)
ORDER BY (series_id, ts)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  vertical_merge_algorithm_min_columns_to_activate = 1;

CREATE TABLE IF NOT EXISTS exemplars (
  series_id UInt64 CODEC(Delta(8), ZSTD(1)),
  ts DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  value Float64,
  trace_id FixedString(16),
  span_id FixedString(8),
  attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  attribute_types LowCardinality(String)
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(ts)
ORDER BY (series_id, ts)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Requests, errors and durations. `durations` counts spans by bucket b = floor(8 * log2(nanoseconds)), which holds
-- [2^(b/8), 2^((b+1)/8)) ns (the bounds of an OpenTelemetry exponential histogram of scale 3); a span without
-- duration is in bucket 0. Taking exp2((b + 0.5) / 8) for its members, a quantile is within 4.5 %. Read with
-- sum(requests), sumMap(durations): rows of one key stay apart until a merge.
CREATE TABLE IF NOT EXISTS span_red (
  service LowCardinality(String),
  name LowCardinality(String),
  kind UInt8,
  minute DateTime('UTC') CODEC(Delta(4), LZ4),
  requests SimpleAggregateFunction(sum, UInt64),
  errors SimpleAggregateFunction(sum, UInt64),
  duration_sum SimpleAggregateFunction(sum, Int64),
  durations SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1))
) ENGINE = SummingMergeTree
PARTITION BY toYYYYMMDD(minute)
ORDER BY (service, name, kind, minute)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS spans_to_span_red TO span_red AS
SELECT service, name, kind, toStartOfMinute(ts, 'UTC') AS minute,
  count() AS requests, countIf(status = 2) AS errors, sum(duration) AS duration_sum,
  sumMap(map(toInt16(floor(8 * log2(greatest(duration, 1)))), toUInt64(1))) AS durations
FROM spans
GROUP BY service, name, kind, minute;

CREATE TABLE IF NOT EXISTS log_volume (
  service LowCardinality(String),
  severity UInt8,
  minute DateTime('UTC') CODEC(Delta(4), LZ4),
  records SimpleAggregateFunction(sum, UInt64)
) ENGINE = SummingMergeTree
PARTITION BY toYYYYMMDD(minute)
ORDER BY (service, severity, minute)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS logs_to_log_volume TO log_volume AS
SELECT service, severity, toStartOfMinute(ts, 'UTC') AS minute, count() AS records
FROM logs
GROUP BY service, severity, minute;

-- First and last span start of a trace on one day, so that it opens by id alone: read the bounds, then spans between them.
CREATE TABLE IF NOT EXISTS trace_bounds (
  trace_id FixedString(16),
  day Date32,
  first_ts SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
  last_ts SimpleAggregateFunction(max, DateTime64(9, 'UTC'))
) ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMMDD(day)
ORDER BY trace_id
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS spans_to_trace_bounds TO trace_bounds AS
SELECT trace_id, toDate32(ts, 'UTC') AS day, min(ts) AS first_ts, max(ts) AS last_ts
FROM spans
GROUP BY trace_id, day;

-- Keys seen, for completion: `records` is how many records of that day carried the key. Values are read from the rows.
-- Whole key sets are counted before they are taken apart: four times cheaper than joining every array.
-- `signal` is 'spans' or 'logs' (record attributes) or 'resources' (`records` then counts writings of the resource).
CREATE TABLE IF NOT EXISTS attribute_keys (
  signal LowCardinality(String),
  service LowCardinality(String),
  key LowCardinality(String),
  day Date32,
  records SimpleAggregateFunction(sum, UInt64)
) ENGINE = SummingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (signal, service, key, day)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS spans_to_attribute_keys TO attribute_keys AS
SELECT 'spans' AS signal, service, arrayJoin(keys) AS key, day, sum(alike) AS records
FROM (
  SELECT service, attributes.keys AS keys, toDate32(ts, 'UTC') AS day, count() AS alike
  FROM spans
  GROUP BY service, keys, day
)
GROUP BY service, key, day;

CREATE MATERIALIZED VIEW IF NOT EXISTS logs_to_attribute_keys TO attribute_keys AS
SELECT 'logs' AS signal, service, arrayJoin(keys) AS key, day, sum(alike) AS records
FROM (
  SELECT service, attributes.keys AS keys, toDate32(ts, 'UTC') AS day, count() AS alike
  FROM logs
  GROUP BY service, keys, day
)
GROUP BY service, key, day;

CREATE MATERIALIZED VIEW IF NOT EXISTS resources_to_attribute_keys TO attribute_keys AS
SELECT 'resources' AS signal, service, arrayJoin(mapKeys(attributes)) AS key, day, count() AS records
FROM resources
GROUP BY service, key, day;
