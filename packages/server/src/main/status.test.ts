import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedStartMs } from '../query/test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from '../query/test-world/world.case.ts'
import { type KeptName, keptNames, type RetentionPolicy } from '../store/retention.ts'
import { keptOf } from './status.ts'

const policy: RetentionPolicy = { spans: 1, logs: 2, metrics: 3, rollups: 4, budgetBytes: 0 }
let world: TestWorld

beforeAll(async () => {
  world = await openSeededWorld()
})
afterAll(() => world?.close())

const kept = async (name: KeptName) => keptOf(name, await world.store.partitions(), policy)

test.each([
  ['spans', ['spans'], 'ts'],
  ['logs', ['logs'], 'ts'],
  ['metrics', ['samples', 'histograms', 'summaries'], 'ts'],
  ['rollups', ['span_red', 'log_volume'], 'minute'],
] as const)('what is kept of %s is told as its tables have it', async (name, tables, time) => {
  const each = tables.map((table) => `SELECT toUnixTimestamp(${time}) AS at FROM ${table}`)
  const sql = `SELECT count() AS rows, min(at) AS oldest, max(at) AS newest FROM (${each.join(' UNION ALL ')})`
  const { rows } = await world.store.rows<{ rows: string; oldest: number; newest: number }>({ sql, params: {} })
  const told = await kept(name)
  expect(told.bytes).toBeGreaterThan(0)
  expect([String(told.rows), told.oldestMs, told.newestMs]).toEqual([
    rows[0]?.rows,
    (rows[0]?.oldest ?? 0) * 1000,
    (rows[0]?.newest ?? 0) * 1000,
  ])
})

test('a time that 32 bits of seconds do not hold is told as it is, and nothing kept has no times', async () => {
  const lateMs = Date.UTC(2180, 2, 1, 12, 30)
  world.insert(`INSERT INTO logs (ts) VALUES (fromUnixTimestamp64Milli(${lateMs}, 'UTC'))`)
  expect(await kept('logs')).toMatchObject({ oldestMs: seedStartMs, newestMs: lateMs })
  for (const name of keptNames) {
    expect(keptOf(name, [], policy)).toMatchObject({ rows: 0, bytes: 0, oldestMs: null, newestMs: null })
  }
})
