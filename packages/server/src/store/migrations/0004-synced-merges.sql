-- A merge takes the place of parts that were synced when they were loaded, and those are removed: after the next start at once. So what it
-- makes is synced as well, or a power cut could take what was long stored (npm run e2e -- crash showed it).

ALTER TABLE resources MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE scopes MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE spans MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE logs MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE series MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE samples MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE histograms MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE summaries MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE exemplars MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE span_red MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE log_volume MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE trace_bounds MODIFY SETTING min_rows_to_fsync_after_merge = 1;
ALTER TABLE attribute_keys MODIFY SETTING min_rows_to_fsync_after_merge = 1;
