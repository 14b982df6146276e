-- What is read of a row is a granule of each column, so granules, blocks and streams are made small enough for that
-- (docs/decisions/0057-lengths-in-line.md). Parts made before stay as they are until they are merged.

-- The engine's default writes lengths of texts apart, eight bytes each: a stream more for each column, which was slow to unpack
-- and took more room than lengths that stand before their texts.
ALTER TABLE spans MODIFY SETTING string_serialization_version = 'single_stream';
ALTER TABLE logs MODIFY SETTING string_serialization_version = 'single_stream';

-- Blocks end with the granule once they hold so much: they held up to eight granules of a column of numbers, of which one was wanted.
ALTER TABLE spans MODIFY SETTING min_compress_block_size = 16384;
ALTER TABLE logs MODIFY SETTING min_compress_block_size = 16384;
ALTER TABLE trace_bounds MODIFY SETTING min_compress_block_size = 16384;
