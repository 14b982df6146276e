-- Whoever asks for it gets the time as before. What senders fill is turned into the difference by each load (store/insert.ts).
ALTER TABLE logs ADD COLUMN IF NOT EXISTS observed_ts DateTime64(9, 'UTC')
  ALIAS fromUnixTimestamp64Nano(toUnixTimestamp64Nano(ts) + observed_after, 'UTC') AFTER ts;
