import { statfs } from 'node:fs/promises'
import type { StatusAnswer } from '@wakeline/protocol'
import type { Ingest } from '../ingest/ingest.ts'
import type { Reader } from '../store/store.ts'

export type StatusParts = {
  version: string
  startedMs: number
  nowUnixMs: () => number
  directory: string
  reader: Reader
  ingest: Ingest
  endpoints: StatusAnswer['endpoints']
}

/** What the server says of itself at `/api/v1/status`. */
export async function readStatus(parts: StatusParts): Promise<StatusAnswer> {
  const { version, startedMs, nowUnixMs, directory, reader, ingest, endpoints } = parts
  const { rows } = await reader.rows<{ engine: string; bytes: string }>({
    sql: 'SELECT version() AS engine, toString(sum(bytes_on_disk)) AS bytes FROM system.parts WHERE active',
    params: {},
  })
  const { bavail, bsize } = await statfs(directory)
  const { tornGroups: _, ...counts } = ingest.counts()
  return {
    version,
    startedMs,
    nowMs: nowUnixMs(),
    store: {
      driver: 'embedded',
      engineVersion: rows[0]?.engine ?? '',
      diskBytes: Number(rows[0]?.bytes ?? 0) + counts.waitingBytes,
      diskFreeBytes: bavail * bsize,
    },
    ingest: counts,
    endpoints,
    residentBytes: process.memoryUsage.rss(),
  }
}
