-- Eight parts of a size are merged at once instead of five: each row is written anew less often, and a little more often a question
-- reads several parts for one (docs/decisions/0042-yield-to-receiving.md). The setting has no effect as an argument of the engine.
ALTER TABLE spans MODIFY SETTING merge_selector_base = 8;
ALTER TABLE trace_bounds MODIFY SETTING merge_selector_base = 8;
ALTER TABLE logs MODIFY SETTING merge_selector_base = 8;
