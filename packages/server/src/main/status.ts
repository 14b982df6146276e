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
  const stored = await store.partitions()
  const { rows } = await store.rows<{ engine: string }>({ sql: 'SELECT version() AS engine', params: {} })
  const { bavail, bsize } = await statfs(directory)
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
      kept: await readKept(store, stored, policy),
    },
    ingest: counts,
    scraping: receiving?.scraping ?? { targets: 0, up: 0, down: 0, samplesStored: 0, samplesLost: 0 },
    endpoints,
    residentBytes: process.memoryUsage.rss(),
  }
}

type Extent = { name: KeptName; rows: string; oldest: string; newest: string }

/** Counts and times come from what the engine keeps of each part: no row is read. */
async function readKept(
  store: Store,
  stored: readonly StoredPartition[],
  policy: RetentionPolicy,
): Promise<KeptData[]> {
  const asked = keptNames.flatMap((name) =>
    recordTables[name].map(
      ({ table, time }) =>
        `SELECT '${name}' AS name, count() AS n, min(${time}) AS first, max(${time}) AS last FROM ${table}`,
    ),
  )
  const { rows } = await store.rows<Extent>({
    sql: `SELECT name, sum(n) AS rows, toUnixTimestamp64Milli(toDateTime64(minIf(first, n > 0), 3, 'UTC')) AS oldest,
  toUnixTimestamp64Milli(toDateTime64(max(last), 3, 'UTC')) AS newest
FROM (${asked.join('\n  UNION ALL ')})
GROUP BY name`,
    params: {},
  })
  return keptNames.map((name) => {
    const found = rows.find((row) => row.name === name)
    const count = Number(found?.rows ?? 0)
    const ofName = stored.filter(({ table }) => keptNameOf(table) === name)
    return {
      name,
      rows: count,
      bytes: ofName.reduce((sum, { bytes }) => sum + bytes, 0),
      oldestMs: found && count > 0 ? Number(found.oldest) : null,
      newestMs: found && count > 0 ? Number(found.newest) : null,
      keepMs: policy[name],
    }
  })
}
