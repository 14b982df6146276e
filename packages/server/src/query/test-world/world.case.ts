import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import type { Store } from '../../store/store.ts'
import { openTestStore } from '../../store/test-store.case.ts'
import { openQuery, type Query } from '../query.ts'
import { seedEndMs, seedStatements } from './seed.case.ts'

/** The real store in a directory of its own, and a way to put rows in that only tests have. */
export type TestWorld = {
  store: Store
  query: Query
  insert(sql: string): void
  /** Rows as the block that ingest would have published. */
  block(sql: string): Promise<Uint8Array>
  close(): Promise<void>
}

export async function openTestWorld(): Promise<TestWorld> {
  const directory = mkdtempSync(join(tmpdir(), 'wakeline-query-'))
  const limits = { timeoutMs: 20_000, memoryMaxBytes: 500_000_000, rowsMax: 100_000 }
  const store = await openTestStore(directory, { readers: 2, waitingMax: 64, limits })
  const session = new Session(join(directory, 'store'))
  const options = {
    queryTimeoutMs: 20_000,
    queryMemoryMaxBytes: 500_000_000,
    queryRowsMax: 100_000,
    querySeriesMax: 10_000,
    querySamplesMax: 1_000_000,
    tailBufferMax: 100,
  }
  const query = openQuery({ reader: store, options, nowUnixMs: () => seedEndMs })
  return {
    store,
    query,
    insert: (sql) => {
      session.query(sql)
    },
    block: async (sql) => (await session.queryAsync(sql, { format: 'Native' })).bytes(),
    close: async () => {
      query.close()
      session.close()
      await store.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export async function openSeededWorld(): Promise<TestWorld> {
  const world = await openTestWorld()
  for (const statement of seedStatements()) world.insert(statement)
  return world
}
