import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import { idleNotifying } from '../packages/server/src/alert/notifier/idle-notifier.case.ts'
import { startApi } from '../packages/server/src/api/api.ts'
import { openTurns } from '../packages/server/src/api/turns.ts'
import { openQuery } from '../packages/server/src/query/query.ts'
import { openEmbeddedStore } from '../packages/server/src/store/embedded.ts'
import { storeStatements } from './query-metrics-data.ts'

/**
 * Our side of the bench of metric queries, in a process of its own as the others are: the store, filled, and its API.
 * Says `{ url, directory }` when it is ready, and again after each message, upon which it forgets all that it and its engine
 * kept in memory.
 */
const directory = mkdtempSync(join(tmpdir(), 'wakeline-bench-metrics-'))
const store = await openEmbeddedStore({
  directory,
  readers: 2,
  waitingMax: 10,
  limits: { timeoutMs: 60_000, memoryMaxBytes: 512 * 1024 * 1024, rowsMax: 100_000 },
  memoryMaxBytes: 1024 * 1024 * 1024,
  mergesMax: 1,
})
await store.migrate()
const session = new Session(join(directory, 'store'))
for (const statement of storeStatements()) session.query(statement)

async function open() {
  const query = openQuery({
    reader: store,
    nowUnixMs: Date.now,
    options: {
      queryTimeoutMs: 60_000,
      queryMemoryMaxBytes: 512 * 1024 * 1024,
      queryRowsMax: 100_000,
      querySeriesMax: 50_000,
      querySamplesMax: 10_000_000,
      tailBufferMax: 1,
    },
  })
  const api = await startApi({
    query,
    status: () => Promise.reject(new Error('nobody asks')),
    metricsText: () => '',
    limits: () => ({ keepMetricsMs: 90 * 86_400_000, queryTimeoutMs: 30_000, querySamplesMax: 1_000_000 }),
    scrapeTargets: () => ({ active: [], dropped: [], droppedCounts: {} }),
    isReady: () => true,
    nowUnixMs: Date.now,
    report: (error) => console.error(error),
    host: '127.0.0.1',
    port: 0,
    token: '',
    uiDirectory: '',
    turns: openTurns({ atOnceMax: 2, waitingMax: 10 }),
    ruleGroups: () => [],
    slos: () => ({ slos: [], errors: [] }),
    alertmanagers: () => [],
    notifying: idleNotifying(Date.now),
    tailViewersMax: 1,
    version: '0',
  })
  process.send?.({ url: `${api.url}/prometheus`, directory })
  return {
    close: async () => {
      await api.stop()
      query.close()
    },
  }
}

const caches = ['MARK', 'INDEX MARK', 'PRIMARY INDEX', 'UNCOMPRESSED', 'INDEX UNCOMPRESSED', 'QUERY CONDITION']
let opened = await open()
process.on('message', async () => {
  await opened.close()
  for (const cache of caches) await session.queryAsync(`SYSTEM DROP ${cache} CACHE`, { format: 'Null' })
  opened = await open()
})
process.on('disconnect', async () => {
  await opened.close()
  session.close()
  await store.close()
  rmSync(directory, { recursive: true, force: true })
  process.exit(0)
})
