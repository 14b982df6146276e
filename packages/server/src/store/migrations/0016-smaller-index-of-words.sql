-- The dictionary of the index of words is half of it: for each word that one line alone has (a number, an id) ten bytes, most of them
-- alike, which LZ4 leaves as they are (docs/decisions/0080-words-at-once.md). It takes the table's codec where it is made behind its
-- part, as after a flood (where a merge makes it the engine takes LZ4 all the same), and goes into blocks of four thousand words.
ALTER TABLE logs MODIFY SETTING default_compression_codec = 'ZSTD(1)', text_index_dictionary_block_size = 4096;

-- What had no codec of its own had LZ4, and is to keep it: of small numbers of eight bytes, ZSTD makes more and reads it more slowly.
ALTER TABLE logs MODIFY COLUMN service CODEC(LZ4);
ALTER TABLE logs MODIFY COLUMN severity_text CODEC(LZ4);
ALTER TABLE logs MODIFY COLUMN event_name CODEC(LZ4);
ALTER TABLE logs MODIFY COLUMN body_type CODEC(LZ4);
ALTER TABLE logs MODIFY COLUMN flags CODEC(LZ4);
ALTER TABLE logs MODIFY COLUMN scope_id CODEC(LZ4);
ALTER TABLE logs MODIFY COLUMN attribute_types CODEC(LZ4);
ALTER TABLE logs MODIFY COLUMN dropped_attributes CODEC(LZ4);

-- The time of every line that has a word is read to know which are the newest: two granules were unpacked more than was wanted.
ALTER TABLE logs MODIFY COLUMN ts MODIFY SETTING min_compress_block_size = 8192;
