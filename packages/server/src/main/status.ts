import { statfs } from 'node:fs/promises'
import type { KeptData, StatusAnswer } from '@wakeline/protocol'
import type { Ingest } from '../ingest/ingest.ts'
import { type KeptName, keptNameOf, keptNames, type RetentionPolicy, recordTables } from '../store/retention.ts'
import type { Store, StoredPartition } from '../store/store.ts'
import type { ReceivingCounts } from './receiving.ts'

export type StatusParts = {
  version: string
  startedMs: number
  nowUnixMs: () => number
  directory: string
  store: Store
  policy: RetentionPolicy
  ingest: Ingest
  endpoints: StatusAnswer['endpoints']
  /** Undefined until it has started. */
  receiving: ReceivingCounts | undefined
}

/** What the server says of itself at `/api/v1/status`. */
export async function readStatus(parts: StatusParts): Promise<StatusAnswer> {
  const { version, startedMs, nowUnixMs, directory, store, policy, ingest, endpoints, receiving } = parts
  const [stored, { rows }, { bavail, bsize }] = await Promise.all([
    store.partitions(),
    store.rows<{ engine: string }>({ sql: 'SELECT version() AS engine', params: {} }),
    statfs(directory),
  ])
  const { tornGroups: _, ...counts } = ingest.counts()
  return {
    version,
    startedMs,
    nowMs: nowUnixMs(),
    store: {
      driver: store.driver,
      engineVersion: rows[0]?.engine ?? '',
      diskBytes: stored.reduce((sum, { bytes }) => sum + bytes, 0) + counts.waitingBytes,
      diskFreeBytes: bavail * bsize,
      budgetBytes: policy.budgetBytes,
      kept: keptNames.map((name) => keptOf(name, stored, policy)),
    },
    ingest: counts,
    scraping: receiving?.scraping ?? { targets: 0, up: 0, down: 0, samplesStored: 0, samplesLost: 0 },
    endpoints,
    residentBytes: process.memoryUsage.rss(),
  }
}

/** Counts and times are what the engine keeps of each part: no table is read. */
export function keptOf(name: KeptName, stored: readonly StoredPartition[], policy: RetentionPolicy): KeptData {
  const ofName = stored.filter(({ table }) => keptNameOf(table) === name)
  const records = ofName.filter(({ table }) => recordTables[name].includes(table))
  return {
    name,
    rows: records.reduce((sum, { rows }) => sum + rows, 0),
    bytes: ofName.reduce((sum, { bytes }) => sum + bytes, 0),
    oldestMs: records.length > 0 ? Math.min(...records.map(({ oldestMs }) => oldestMs)) : null,
    newestMs: records.length > 0 ? Math.max(...records.map(({ newestMs }) => newestMs)) : null,
    keepMs: policy[name],
  }
}
