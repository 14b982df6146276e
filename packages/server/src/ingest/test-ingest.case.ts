import type { IngestOptions } from './ingest.ts'

const MiB = 1024 * 1024

/** Little that is kept, and loads that come at once. */
export const testIngestOptions: IngestOptions = {
  durability: 'os',
  segmentAgeMs: 20,
  segmentRowsMax: 100_000,
  segmentSizeMaxBytes: 64 * MiB,
  waitingMaxBytes: 64 * MiB,
  diskFreeMinBytes: MiB,
  batchKeepMs: 60_000,
  batchesMax: 1000,
  originsKnownMax: 1000,
  seriesKnownMax: 1000,
  limits: { attributesMax: 128, valueSizeMaxBytes: 65_536, eventsMax: 128, depthMax: 32 },
}
