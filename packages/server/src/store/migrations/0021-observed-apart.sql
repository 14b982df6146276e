-- When a line was observed is nearly always what its time is, or a little more, and took as much room. Kept is now how much later it
-- was, which takes nothing then (docs/decisions/0089-words-and-numbers.md). Parts made before keep the time itself, under a name that
-- says so, and the engine makes the difference of it where it is asked for.
--
-- `observed_ts` is given back by the next migration: in this one, a start that is repeated would rename that.
ALTER TABLE logs RENAME COLUMN IF EXISTS observed_ts TO observed_stored;
ALTER TABLE logs ADD COLUMN IF NOT EXISTS observed_after Int64
  DEFAULT toUnixTimestamp64Nano(observed_stored) - toUnixTimestamp64Nano(ts) CODEC(ZSTD(1)) AFTER ts;
