-- Of a minute with very many spans one of `one_of` traces was looked at, and the figures are those of all by estimate
-- (docs/decisions/0055-service-edges.md). Minutes made before were made of all.
ALTER TABLE service_edges ADD COLUMN IF NOT EXISTS one_of UInt32 DEFAULT 1 AFTER spans;
