-- Differences of times take 22 bits and not the 64 they are written in: T64 leaves the others out, and a log line's two
-- times take 5.0 bytes instead of 6.3. Ids of resources repeat (docs/decisions/0008-cost-of-ingest.md).
ALTER TABLE spans MODIFY COLUMN ts CODEC(Delta(8), T64, ZSTD(1));
ALTER TABLE spans MODIFY COLUMN resource_id CODEC(ZSTD(1));
ALTER TABLE logs MODIFY COLUMN ts CODEC(Delta(8), T64, ZSTD(1));
ALTER TABLE logs MODIFY COLUMN observed_ts CODEC(Delta(8), T64, ZSTD(1));
ALTER TABLE logs MODIFY COLUMN resource_id CODEC(ZSTD(1));
