-- Words of log bodies, for search: which rows have which word (docs/decisions/0007-text-index.md).
--
-- The word is what hasToken means by it: a run of ASCII letters and digits and of anything beyond ASCII. Loads leave
-- the index out and merges make it; while logs pour in, merges leave it out too (store/text-index.ts). Parts without it
-- are scanned: answers are the same, only slower. What is stored already gets its index in the background.

ALTER TABLE logs ADD INDEX IF NOT EXISTS body_words lower(body)
  TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking');

ALTER TABLE logs MATERIALIZE INDEX body_words;
