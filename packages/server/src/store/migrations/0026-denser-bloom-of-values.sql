-- What looks for a value of an attribute reads the whole filter of values, and since merges pack it by ZSTD most of that was unpacking:
-- two fifths of its bits were set, of which ZSTD saves one byte in fifty. Where half of them are it finds nothing to save and
-- leaves them as they are, which costs next to nothing to read; and eleven bits a value instead of ten let half as many granules
-- through by mistake (docs/decisions/0088-one-filter-read-as-it-lies.md).
--
-- By another name, because files of the old one would be read as if they were made as the new one is. What is stored already gets it
-- in the background and is scanned until then.
ALTER TABLE spans DROP INDEX IF EXISTS attribute_values;

ALTER TABLE spans ADD INDEX IF NOT EXISTS value_bloom mapValues(attributes) TYPE bloom_filter(0.0052) GRANULARITY 1;

ALTER TABLE spans MATERIALIZE INDEX value_bloom;
