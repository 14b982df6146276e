-- A line that is found costs the blocks its granule begins in. How many attributes a line has and which resource it is of are small
-- numbers of eight bytes, which ZSTD takes apart into a piece for each: four granules of them were unpacked where one was wanted
-- (docs/decisions/0077-smaller-blocks-of-lines.md). Parts made before stay as they are until they are merged.
ALTER TABLE logs MODIFY COLUMN attributes MODIFY SETTING min_compress_block_size = 4096;
ALTER TABLE logs MODIFY COLUMN resource_id MODIFY SETTING min_compress_block_size = 4096;

-- The room those blocks take: a severity is one of a few, which LZ4 writes in two thirds of a byte and ZSTD in a third.
ALTER TABLE logs MODIFY COLUMN severity CODEC(ZSTD(1));
