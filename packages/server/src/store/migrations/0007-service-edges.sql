-- Who called whom, by the minute (docs/decisions/0055-service-edges.md). A minute is one row with all of its edges, so that a newer version
-- takes the place of the whole: `spans` says how many spans it was made of, and most of them wins. Rows are made by the
-- server when a minute has settled, and made again when more of it came in late.
--
--   kinds      service (its own span answered), database, queue or host (only the caller's span tells of it)
--   durations  of the callee's spans, or of the caller's where there are none, in the buckets of span_red

CREATE TABLE IF NOT EXISTS service_edges (
  minute DateTime('UTC'),
  spans UInt64,
  callers Array(LowCardinality(String)),
  kinds Array(LowCardinality(String)),
  callees Array(LowCardinality(String)),
  requests Array(UInt64),
  errors Array(UInt64),
  durations Array(Map(Int16, UInt64)) CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree(spans)
PARTITION BY toYYYYMMDD(minute)
ORDER BY minute
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  min_rows_to_fsync_after_merge = 1;

-- Of a line that a word finds, one granule of each column is read. Blocks of attributes held three granules: a third of a search's time
-- went into what was not shown. A line takes 0.1 bytes more.
ALTER TABLE logs MODIFY COLUMN attributes MODIFY SETTING min_compress_block_size = 16384;
