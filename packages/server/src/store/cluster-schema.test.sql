CREATE TABLE IF NOT EXISTS resources_local ON CLUSTER 'main' (
  resource_id UInt64,
  day Date32,
  service LowCardinality(String),
  schema_url LowCardinality(String),
  attributes Map(LowCardinality(String), String),
  attribute_types LowCardinality(String),
  dropped_attributes UInt32
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/obs/resources_local', '{replica}')
PARTITION BY toYYYYMM(day)
ORDER BY (resource_id, day)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE TABLE resources ON CLUSTER 'main' AS resources_local ENGINE = Distributed('main', 'obs', 'resources_local', resource_id);

CREATE TABLE IF NOT EXISTS scopes_local ON CLUSTER 'main' (
  scope_id UInt64,
  day Date32,
  name LowCardinality(String),
  version LowCardinality(String),
  schema_url LowCardinality(String),
  attributes Map(LowCardinality(String), String),
  attribute_types LowCardinality(String),
  dropped_attributes UInt32
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/obs/scopes_local', '{replica}')
PARTITION BY toYYYYMM(day)
ORDER BY (scope_id, day)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE TABLE scopes ON CLUSTER 'main' AS scopes_local ENGINE = Distributed('main', 'obs', 'scopes_local', scope_id);

CREATE TABLE IF NOT EXISTS spans_local ON CLUSTER 'main' (
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
  INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/obs/spans_local', '{replica}')
PARTITION BY toYYYYMMDD(ts)
ORDER BY (service, ts)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1,
  vertical_merge_algorithm_min_columns_to_activate = 1;

CREATE OR REPLACE TABLE spans ON CLUSTER 'main' AS spans_local ENGINE = Distributed('main', 'obs', 'spans_local', cityHash64(trace_id));

CREATE TABLE IF NOT EXISTS logs_local ON CLUSTER 'main' (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/obs/logs_local', '{replica}')
PARTITION BY toYYYYMMDD(ts)
ORDER BY (service, ts)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1,
  vertical_merge_algorithm_min_columns_to_activate = 1;

CREATE OR REPLACE TABLE logs ON CLUSTER 'main' AS logs_local ENGINE = Distributed('main', 'obs', 'logs_local', resource_id);

CREATE TABLE IF NOT EXISTS series_local ON CLUSTER 'main' (
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
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/obs/series_local', '{replica}')
PARTITION BY toYYYYMMDD(day)
ORDER BY (metric, series_id)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE TABLE series ON CLUSTER 'main' AS series_local ENGINE = Distributed('main', 'obs', 'series_local', series_id);

CREATE TABLE IF NOT EXISTS samples_local ON CLUSTER 'main' (
  series_id UInt64 CODEC(Delta(8), ZSTD(1)),
  ts DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  start_ts DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  value Float64 CODEC(Delta(8), ZSTD(1)),
  flags UInt32 CODEC(ZSTD(1))
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/obs/samples_local', '{replica}')
PARTITION BY toYYYYMMDD(ts)
ORDER BY (series_id, ts)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1,
  vertical_merge_algorithm_min_columns_to_activate = 1;

CREATE OR REPLACE TABLE samples ON CLUSTER 'main' AS samples_local ENGINE = Distributed('main', 'obs', 'samples_local', series_id);

CREATE TABLE IF NOT EXISTS histograms_local ON CLUSTER 'main' (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/obs/histograms_local', '{replica}')
PARTITION BY toYYYYMMDD(ts)
ORDER BY (series_id, ts)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1,
  vertical_merge_algorithm_min_columns_to_activate = 1;

CREATE OR REPLACE TABLE histograms ON CLUSTER 'main' AS histograms_local ENGINE = Distributed('main', 'obs', 'histograms_local', series_id);

CREATE TABLE IF NOT EXISTS summaries_local ON CLUSTER 'main' (
  series_id UInt64 CODEC(Delta(8), ZSTD(1)),
  ts DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  start_ts DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  flags UInt32 CODEC(ZSTD(1)),
  count UInt64,
  sum Float64,
  quantiles Array(Float64) CODEC(ZSTD(1)),
  values Array(Float64) CODEC(ZSTD(1))
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/obs/summaries_local', '{replica}')
PARTITION BY toYYYYMMDD(ts)
ORDER BY (series_id, ts)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1,
  vertical_merge_algorithm_min_columns_to_activate = 1;

CREATE OR REPLACE TABLE summaries ON CLUSTER 'main' AS summaries_local ENGINE = Distributed('main', 'obs', 'summaries_local', series_id);

CREATE TABLE IF NOT EXISTS exemplars_local ON CLUSTER 'main' (
  series_id UInt64 CODEC(Delta(8), ZSTD(1)),
  ts DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  value Float64,
  trace_id FixedString(16),
  span_id FixedString(8),
  attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  attribute_types LowCardinality(String)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/obs/exemplars_local', '{replica}')
PARTITION BY toYYYYMMDD(ts)
ORDER BY (series_id, ts)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE TABLE exemplars ON CLUSTER 'main' AS exemplars_local ENGINE = Distributed('main', 'obs', 'exemplars_local', series_id);

CREATE TABLE IF NOT EXISTS span_red_local ON CLUSTER 'main' (
  service LowCardinality(String),
  name LowCardinality(String),
  kind UInt8,
  minute DateTime('UTC') CODEC(Delta(4), LZ4),
  requests SimpleAggregateFunction(sum, UInt64),
  errors SimpleAggregateFunction(sum, UInt64),
  duration_sum SimpleAggregateFunction(sum, Int64),
  durations SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1))
) ENGINE = ReplicatedSummingMergeTree('/clickhouse/tables/{shard}/obs/span_red_local', '{replica}')
PARTITION BY toYYYYMMDD(minute)
ORDER BY (service, name, kind, minute)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE TABLE span_red ON CLUSTER 'main' AS span_red_local ENGINE = Distributed('main', 'obs', 'span_red_local');

CREATE MATERIALIZED VIEW IF NOT EXISTS spans_to_span_red ON CLUSTER 'main' TO span_red_local AS
SELECT service, name, kind, toStartOfMinute(ts, 'UTC') AS minute,
  count() AS requests, countIf(status = 2) AS errors, sum(duration) AS duration_sum,
  sumMap(map(toInt16(floor(8 * log2(greatest(duration, 1)))), toUInt64(1))) AS durations
FROM spans_local
GROUP BY service, name, kind, minute;

CREATE TABLE IF NOT EXISTS log_volume_local ON CLUSTER 'main' (
  service LowCardinality(String),
  severity UInt8,
  minute DateTime('UTC') CODEC(Delta(4), LZ4),
  records SimpleAggregateFunction(sum, UInt64)
) ENGINE = ReplicatedSummingMergeTree('/clickhouse/tables/{shard}/obs/log_volume_local', '{replica}')
PARTITION BY toYYYYMMDD(minute)
ORDER BY (service, severity, minute)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE TABLE log_volume ON CLUSTER 'main' AS log_volume_local ENGINE = Distributed('main', 'obs', 'log_volume_local');

CREATE MATERIALIZED VIEW IF NOT EXISTS logs_to_log_volume ON CLUSTER 'main' TO log_volume_local AS
SELECT service, severity, toStartOfMinute(ts, 'UTC') AS minute, count() AS records
FROM logs_local
GROUP BY service, severity, minute;

CREATE TABLE IF NOT EXISTS trace_bounds_local ON CLUSTER 'main' (
  trace_id FixedString(16),
  day Date32,
  first_ts SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
  last_ts SimpleAggregateFunction(max, DateTime64(9, 'UTC'))
) ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/obs/trace_bounds_local', '{replica}')
PARTITION BY toYYYYMMDD(day)
ORDER BY trace_id
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE TABLE trace_bounds ON CLUSTER 'main' AS trace_bounds_local ENGINE = Distributed('main', 'obs', 'trace_bounds_local');

CREATE MATERIALIZED VIEW IF NOT EXISTS spans_to_trace_bounds ON CLUSTER 'main' TO trace_bounds_local AS
SELECT trace_id, toDate32(ts, 'UTC') AS day, min(ts) AS first_ts, max(ts) AS last_ts
FROM spans_local
GROUP BY trace_id, day;

CREATE TABLE IF NOT EXISTS attribute_keys_local ON CLUSTER 'main' (
  signal LowCardinality(String),
  service LowCardinality(String),
  key LowCardinality(String),
  day Date32,
  records SimpleAggregateFunction(sum, UInt64)
) ENGINE = ReplicatedSummingMergeTree('/clickhouse/tables/{shard}/obs/attribute_keys_local', '{replica}')
PARTITION BY toYYYYMM(day)
ORDER BY (signal, service, key, day)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE TABLE attribute_keys ON CLUSTER 'main' AS attribute_keys_local ENGINE = Distributed('main', 'obs', 'attribute_keys_local');

CREATE MATERIALIZED VIEW IF NOT EXISTS spans_to_attribute_keys ON CLUSTER 'main' TO attribute_keys_local AS
SELECT 'spans' AS signal, service, arrayJoin(keys) AS key, day, sum(alike) AS records
FROM (
  SELECT service, attributes.keys AS keys, toDate32(ts, 'UTC') AS day, count() AS alike
  FROM spans_local
  GROUP BY service, keys, day
)
GROUP BY service, key, day;

CREATE MATERIALIZED VIEW IF NOT EXISTS logs_to_attribute_keys ON CLUSTER 'main' TO attribute_keys_local AS
SELECT 'logs' AS signal, service, arrayJoin(keys) AS key, day, sum(alike) AS records
FROM (
  SELECT service, attributes.keys AS keys, toDate32(ts, 'UTC') AS day, count() AS alike
  FROM logs_local
  GROUP BY service, keys, day
)
GROUP BY service, key, day;

CREATE MATERIALIZED VIEW IF NOT EXISTS resources_to_attribute_keys ON CLUSTER 'main' TO attribute_keys_local AS
SELECT 'resources' AS signal, service, arrayJoin(mapKeys(attributes)) AS key, day, count() AS records
FROM resources_local
GROUP BY service, key, day;
