-- The index of words was a third of a log line: each number that one line alone has was a word of its own, with a list of its own
-- (docs/decisions/0089-words-and-numbers.md). What is looked for in a body is now told by two indexes:
--
--   body_shapes    which lines have a word, in which every digit counts as 0: numbers are a few shapes then
--   body_numbers   which granules may have a run of digits, a filter of ten bits for each
--
-- Both say where a number may be; the line itself says whether it is there (query/search/words-sql.ts). The lists of shapes are the
-- engine's own bitmaps, which take nothing for what all lines have. What is stored already gets both in the background, and is
-- scanned until then.
ALTER TABLE logs RESET SETTING exclude_materialize_skip_indexes_on_merge;
ALTER TABLE logs DROP INDEX IF EXISTS body_words;

ALTER TABLE logs ADD INDEX IF NOT EXISTS body_shapes translate(lower(body), '0123456789', '0000000000')
  TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'none');
ALTER TABLE logs ADD INDEX IF NOT EXISTS body_numbers
  tokens(translate(body, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', '                                                    '))
  TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE logs MATERIALIZE INDEX body_shapes, MATERIALIZE INDEX body_numbers;

-- Half a byte a line less for the same time: texts that repeat are found over a wider stretch, and of how many attributes each line
-- has one piece is made, not one for each.
ALTER TABLE logs MODIFY COLUMN attributes CODEC(ZSTD(3));
