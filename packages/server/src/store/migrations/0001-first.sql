-- Telemetry as it arrived, and the rollups that pages are answered from.
-- {cluster} placeholders are not used yet: the embedded store is the only driver that runs migrations today.

CREATE TABLE resources (
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
SETTINGS non_replicated_deduplication_window = 10000;
