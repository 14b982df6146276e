-- Differences of times, not differences of those: the bits of DoubleDelta are unpacked one by one, and series that were sampled
-- together have the same differences, which ZSTD finds where they are whole bytes (docs/decisions/0054-promql-read-ahead.md).
-- Parts made before stay as they are until they are merged.
ALTER TABLE samples MODIFY COLUMN ts CODEC(Delta(8), ZSTD(1));
