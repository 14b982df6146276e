-- A granule is found by the marks of its part, one file for each stream of each column, which is unpacked whole the first time
-- one of them is wanted: of a trace that is opened that was half of the time in a part of thirty million spans, and it grew with the part
-- (docs/decisions/0091-a-trace-however-much-is-stored.md). Who writes a part has its marks in hand and keeps them, 40 kB for a million
-- spans; a start reads them again. The least recently used go when the cache is full.
ALTER TABLE spans MODIFY SETTING prewarm_mark_cache = 1;
ALTER TABLE trace_bounds MODIFY SETTING prewarm_mark_cache = 1;

-- A trace may be in any part of trace_bounds, so each of them is asked: 46 of a hundred million spans just loaded, since eight parts of a
-- size were merged at once (0008). Five leave 9, for a fiftieth of a microsecond more a span.
ALTER TABLE trace_bounds MODIFY SETTING merge_selector_base = 5;
