import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRows } from '../base/native/read-blocks.ts'
import { type EmbeddedOptions, openEmbeddedStore } from './embedded.ts'
import { mergeThreads } from './merge-threads.ts'
import { runMigrations } from './migrate.ts'
import type { ReadOptions, Store } from './store.ts'
import { tableNames, tables } from './tables.ts'

const MiB = 1024 * 1024
let directory: string
let store: Store

function options(): EmbeddedOptions {
  return {
    directory,
    memoryMaxBytes: 1024 * MiB,
    mergesMax: 2,
    readers: 2,
    waitingMax: 2,
    limits: { timeoutMs: 10_000, memoryMaxBytes: 256 * MiB, rowsMax: 1000 },
  }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wakeline-store-'))
  store = await openEmbeddedStore(options())
  await store.migrate()
})

afterAll(async () => {
  await store.close()
  await rm(directory, { recursive: true })
})

const ask = async (sql: string, params: Record<string, unknown> = {}) => (await store.rows({ sql, params })).rows

test('the migrated schema holds every column of tables.ts with the same type', async () => {
  for (const table of tableNames) {
    const rows = await store.rows<{ name: string; type: string }>({
      sql: 'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {p1:String} ORDER BY position',
      params: { p1: table },
    })
    const filled = rows.rows.filter(({ name }) => !['observed_after', 'observed_stored'].includes(name))
    expect(filled.map(({ name, type }) => [name, type])).toEqual(tables[table])
  }
})

test('migrate does nothing the second time', async () => {
  await store.migrate()
  expect(await ask('SELECT count() / uniqExact(number) AS times FROM schema_migrations')).toEqual([{ times: 1 }])
})

// Before those whose questions are given up: a session is lent again when the engine has ended its question, which may be later.
test('more questions than there is room for are refused, the others answered', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 6 }, () => ask('SELECT sleep(0.1)')))
  expect(answers.map(({ status }) => status).sort()).toEqual([
    ...Array.from({ length: 4 }, () => 'fulfilled'),
    ...Array.from({ length: 2 }, () => 'rejected'),
  ])
})

test.runIf(process.platform === 'linux')('merges stand back from everything else', () => {
  const priorities = mergeThreads().map((thread) => getPriority(thread))
  expect(priorities.slice(0, options().mergesMax)).toEqual([19, 19])
})

const nasty = "a'b\\c\t\n\0\u{1F600}\\'x\r\b\f\"`--;{p1:String}"
test.each([
  ['String', nasty, nasty],
  ['Array(String)', [nasty, '', 'b'], [nasty, '', 'b']],
  ['Array(Array(String))', [['a', nasty], []], [['a', nasty], []]],
  ['UInt8', 7, 7],
  ['Int64', '-9223372036854775808', '-9223372036854775808'],
  ['UInt64', 18446744073709551615n, '18446744073709551615'],
  ['Array(UInt64)', ['1', '18446744073709551615'], ['1', '18446744073709551615']],
  ['Array(UInt8)', [1, 255], [1, 255]],
  ['Float64', 1.5e300, 1.5e300],
  ['Bool', true, true],
  ['Nullable(String)', null, null],
  ["DateTime64(9, 'UTC')", '2026-01-02 03:04:05.123456789', '2026-01-02 03:04:05.123456789'],
])('a parameter of type %s comes back as it was given', async (type, value, expected) => {
  expect(await ask(`SELECT {p1:${type}} AS value`, { p1: value })).toEqual([{ value: expected }])
})

test('a FixedString parameter takes bytes', async () => {
  const bytes = Uint8Array.from([0, 255, 39, 92, 9, 10, 1, 2])
  expect(await ask('SELECT hex({p1:FixedString(8)}) AS id', { p1: bytes })).toEqual([{ id: '00FF275C090A0102' }])
  expect(await ask('SELECT hex({p1:Array(FixedString(8))}[1]) AS id', { p1: [bytes] })).toEqual([
    { id: '00FF275C090A0102' },
  ])
})

test('text cannot enter a list of numbers', async () => {
  await expect(ask('SELECT {p1:Array(UInt64)}', { p1: ["1],'x"] })).rejects.toThrow('Cannot bind')
})

test.each([
  ['SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))', 'timeout', { timeoutMs: 200 }],
  ['SELECT number FROM numbers(1000000) GROUP BY number', 'memory', { memoryMaxBytes: 5 * MiB }],
  ['SELECT number FROM numbers(100)', 'rows', { rowsMax: 10 }],
  ['SELECT nothing', 'invalid', {}],
  ['DROP TABLE spans', 'invalid', {}],
] as const)('%s is refused: %s', async (sql, reason, limits) => {
  await expect(store.rows({ sql, params: {} }, { limits })).rejects.toMatchObject({
    name: 'QueryError',
    reason,
    message: expect.stringMatching(/^Cannot run the query: /),
  })
})

test('a query is stopped in the engine when its client goes away', async () => {
  const leaving = new AbortController()
  const answer = store.rows(
    { sql: 'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))', params: {} },
    { signal: leaving.signal },
  )
  leaving.abort()
  await expect(answer).rejects.toMatchObject({ reason: 'cancelled' })
  await expect
    .poll(() =>
      ask(
        "SELECT count() AS running, max(is_cancelled) AS cancelled FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%processes%'",
      ),
    )
    .toEqual([{ running: '0', cancelled: 0 }])
})

const stream = (sql: string, take: (blocks: Uint8Array) => void, options: ReadOptions = {}) =>
  store.stream({ sql, params: {} }, take, options)

test('a stream hands out pieces of whole blocks, which together are the answer', async () => {
  const sql = 'SELECT number FROM numbers({p1:UInt64})'
  const params = { p1: 200_000 }
  const limits = { rowsMax: 200_000 }
  const pieces: Uint8Array[] = []
  const cost = await store.stream({ sql, params }, (blocks) => pieces.push(blocks), { limits })
  expect(pieces.length).toBeGreaterThan(1)
  expect(cost.rowsRead).toBe(200_000)
  const { bytes } = await store.blocks({ sql, params }, { limits })
  const numbers = (all: readonly Uint8Array[]) => all.flatMap(readRows).map((row) => row['number'])
  expect(numbers(pieces)).toEqual(numbers([bytes]))
})

test.each([
  ['SELECT number FROM numbers(1000000)', 'rows', {}],
  ['SELECT throwIf(number = 900) FROM numbers(1000) SETTINGS max_block_size = 100', 'invalid', {}],
  ['SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))', 'timeout', { timeoutMs: 200 }],
] as const)('a stream that fails leaves its session as it was: %s, %s', async (sql, reason, limits) => {
  for (let n = 0; n < 3; n++) {
    await expect(stream(sql, () => {}, { limits })).rejects.toMatchObject({ name: 'QueryError', reason })
    expect(await ask('SELECT 1 AS one')).toEqual([{ one: 1 }])
  }
})

test('a stream that nobody takes any more is ended', async () => {
  const sql = 'SELECT number FROM numbers(1000000000000)'
  const refuse = () => {
    throw new Error('enough')
  }
  for (let n = 0; n < 3; n++) {
    await expect(stream(sql, refuse, { limits: { rowsMax: 1e13 } })).rejects.toThrow('enough')
    expect(await ask('SELECT 1 AS one')).toEqual([{ one: 1 }])
  }
})

test('a store with a newer schema is refused with a sentence', async () => {
  const engine = { run: async () => {}, applied: async () => [1, 7] }
  await expect(runMigrations([{ number: 1, name: 'first', statements: [] }], engine)).rejects.toThrow(
    'Cannot open the store: it has schema version 7 and this program knows versions up to 1',
  )
})

test('a second server on the same directory is told so', () => {
  const script = `new (require('chdb').Session)(${JSON.stringify(join(directory, 'store'))})`
  const second = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', cwd: import.meta.dirname })
  expect(second.status).not.toBe(0)
})

test('a query that fails half way leaves nothing to the next one on its session', async () => {
  for (let n = 0; n < 4; n++) {
    await expect(ask('SELECT * FROM numbers(1000000)')).rejects.toMatchObject({ reason: 'rows' })
    expect(await ask('SELECT 1 AS one')).toEqual([{ one: 1 }])
  }
})
