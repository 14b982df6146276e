import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { retainedTables } from '../store/retention.ts'
import type { Store } from '../store/store.ts'
import { openTestStore } from '../store/test-store.case.ts'
import { noticeMs, startRetention } from './retention.ts'

const dayMs = 86_400_000
const keep = { spans: 30 * dayMs, logs: 30 * dayMs, metrics: 30 * dayMs, rollups: 400 * dayMs, budgetBytes: 0 }
let directory: string
let store: Store

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wakeline-retention-'))
  store = await openTestStore(directory)
})

afterAll(async () => {
  await store.close()
  await rm(directory, { recursive: true })
})

test('every table of telemetry has a time to be kept', async () => {
  const { rows } = await store.rows<{ name: string }>({
    sql: "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'schema_migrations' ORDER BY name",
    params: {},
  })
  expect(rows.map(({ name }) => name)).toEqual(retainedTables.toSorted())
})

test('what is past its time is named first and dropped a while later, unless the option was set back', async () => {
  await insertLogs('1970-01-01 00:00:00', '2026-01-01 12:00:00', '2150-01-01 00:00:00', '2199-12-31 23:59:59.999999999')
  const days = async () =>
    (await store.partitions()).filter(({ table }) => table === 'logs').map((one) => one.partition)
  expect(await days()).toEqual(['19700101', '20260101', '21500101', '21991231'])
  const said: string[] = []
  let nowUnixMs = Date.now()
  let policy = keep
  const retention = startRetention({
    store,
    policy: () => policy,
    nowUnixMs: () => nowUnixMs,
    report: (_level, message) => said.push(message),
  })
  await retention.look()
  expect(said).toEqual([])

  nowUnixMs += 31 * dayMs
  await retention.look()
  expect(said).toEqual([expect.stringContaining('in 10 minutes this will be dropped')])
  policy = { ...keep, logs: 90 * dayMs }
  nowUnixMs += noticeMs
  await retention.look()
  expect(await days()).toHaveLength(4)

  policy = keep
  await retention.look()
  nowUnixMs += noticeMs
  await retention.look()
  expect(await days()).toEqual(['21500101', '21991231'])
  expect(said.at(-1)).toMatch(/^dropped logs of 20260101: 1 rows, \d+ bytes; it is past its time$/)
  expect(retention.dropped()).toMatchObject({ rows: 2 })
  await retention.stop()
})

async function insertLogs(...times: string[]): Promise<void> {
  const path = join(directory, 'logs.native')
  const { bytes } = await store.blocks({
    sql: `SELECT arrayJoin({p1:Array(DateTime64(9, 'UTC'))}) AS ts, ts AS observed_ts, toLowCardinality('s') AS service`,
    params: { p1: times },
  })
  await writeFile(path, bytes)
  await store.load({ table: 'logs', path, rows: times.length, token: 'a', blockRows: 1000 })
}
