-- What senders that number their batches said of each, and what became of it: rows of one batch, in the same load as its records.
-- `dropped` is the sender's own count so far, as it stood in the request: full=3,refused=10.

CREATE TABLE IF NOT EXISTS receipts (
  ts DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  instance String CODEC(ZSTD(1)),
  signal LowCardinality(String),
  first UInt64 CODEC(Delta(8), ZSTD(1)),
  records UInt64 CODEC(ZSTD(1)),
  stored UInt64 CODEC(ZSTD(1)),
  rejected UInt64 CODEC(ZSTD(1)),
  shed UInt64 CODEC(ZSTD(1)),
  dropped String CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(ts)
ORDER BY (instance, signal, ts)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  min_rows_to_fsync_after_merge = 1;
