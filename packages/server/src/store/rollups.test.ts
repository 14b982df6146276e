import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EngineAccess, openEngine } from './engine.ts'
import { appliedMigrations, migrationsDirectory, readMigrations, runMigrations } from './migrate.ts'

let directory = ''
let engine: EngineAccess
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wakeline-rollups-'))
  engine = openEngine(join(directory, 'store'), { memoryMaxBytes: 1024 * 1024 * 1024, mergesMax: 1 })
  const migrations = await readMigrations(migrationsDirectory)
  const run = { run: engine.run, applied: () => appliedMigrations(engine.ask) }
  await runMigrations(
    migrations.filter(({ number }) => number < 12),
    run,
  )
  await loadBoth({ joined: 1 })
  await runMigrations(migrations, run)
})
afterAll(async () => {
  await engine.close()
  await rm(directory, { recursive: true })
})

/** The same two loads under the same tokens each time. Until decision 0074 loads joined rows of one key. */
async function loadBoth({ joined }: { joined: 0 | 1 }): Promise<void> {
  const times = "toDateTime64('2026-01-01 09:00:00', 9, 'UTC') + number"
  const once = `SETTINGS insert_deduplicate = 1, deduplicate_blocks_in_dependent_materialized_views = 1, optimize_on_insert = ${joined}`
  await engine.run(`INSERT INTO spans (ts, service, name) SELECT ${times}, toString(number % 5), 'GET'
    FROM numbers(500) ${once}, insert_deduplication_token = 'spans'`)
  await engine.run(`INSERT INTO logs (ts, service) SELECT ${times}, toString(number % 5)
    FROM numbers(500) ${once}, insert_deduplication_token = 'logs'`)
}

test('a load repeated after the views were made anew counts once', async () => {
  await loadBoth({ joined: 0 })
  const counts = "SELECT sum(requests) FROM span_red WHERE name = 'GET' UNION ALL SELECT sum(records) FROM log_volume"
  expect(await engine.ask(counts)).toEqual(['500', '500'])
})

const key = 'service, name, kind, minute'
const fromSpans = `SELECT service, name, kind, toStartOfMinute(ts, 'UTC') AS minute, count(), countIf(status = 2), sum(duration),
    sumMap(map(toInt16(floor(8 * log2(greatest(duration, 1)))), toUInt64(1))) FROM spans GROUP BY ${key} ORDER BY ${key}`
const fromRollup = `SELECT ${key}, sum(requests), sum(errors), sum(duration_sum), sumMap(durations)
  FROM span_red GROUP BY ${key} ORDER BY ${key}`

test('durations by the minute are what the spans themselves give, for any duration', async () => {
  await engine.run('TRUNCATE TABLE spans')
  await engine.run('TRUNCATE TABLE span_red')
  const durations =
    '[0, 1, 2, 1000, -5, 9223372036854775807, -9223372036854775808, intExp2(number % 63), number * number]'
  for (const [first, count] of [
    [0, 1],
    [7, 5_000],
  ]) {
    await engine.run(`INSERT INTO spans (ts, service, name, kind, status, duration)
      SELECT toDateTime64('2026-01-01 10:00:00', 9, 'UTC') + number % 90, 'shop', 'GET /' || number % 3, number % 2, number % 3,
        arrayElement(CAST(${durations} AS Array(Int64)), number % 9 + 1) FROM numbers(${first}, ${count})`)
  }
  const rolledUp = await engine.ask(fromRollup)
  expect(rolledUp.length).toBe(12)
  expect(rolledUp).toEqual(await engine.ask(fromSpans))
  expect(rolledUp.join()).toContain('0:')
})

/** Small blocks, each with a dictionary of its own: what has one place in one of them is something else in the next. */
const inBlocksOf = (rows: number): string =>
  `SETTINGS max_block_size = ${rows}, min_insert_block_size_rows = ${rows}, max_insert_threads = 1, max_threads = 1`

test.each([70, 1_000])('texts are kept apart when an insert comes in blocks of %i rows', async (rows) => {
  await engine.run('TRUNCATE TABLE spans')
  await engine.run('TRUNCATE TABLE span_red')
  // Both texts are other ones in each stretch of rows, and some come back.
  await engine.run(`INSERT INTO spans (ts, service, name, kind, status, duration)
    SELECT toDateTime64('2026-01-01 10:00:00', 9, 'UTC') + number % 90, toString(intDiv(number, 9) % 5),
      toString(intDiv(number, 4) % 11), number % 2, number % 3, number FROM numbers(300) ${inBlocksOf(rows)}`)
  const rolledUp = await engine.ask(fromRollup)
  expect(rolledUp.length).toBeGreaterThan(50)
  expect(rolledUp).toEqual(await engine.ask(fromSpans))
})

test.each([70, 1_000])('log records by the minute are what the records give, in blocks of %i rows', async (rows) => {
  await engine.run('TRUNCATE TABLE logs')
  await engine.run('TRUNCATE TABLE log_volume')
  await engine.run(`INSERT INTO logs (ts, service, severity) SELECT toDateTime64('2026-01-01 10:00:00', 9, 'UTC') + number % 90,
      toString(intDiv(number, 9) % 5), number % 3 FROM numbers(300) ${inBlocksOf(rows)}`)
  const rolledUp = await engine.ask(
    'SELECT service, severity, minute, sum(records) FROM log_volume GROUP BY ALL ORDER BY ALL',
  )
  expect(rolledUp.length).toBeGreaterThan(20)
  expect(rolledUp).toEqual(
    await engine.ask(
      "SELECT service, severity, toStartOfMinute(ts, 'UTC') AS minute, count() FROM logs GROUP BY ALL ORDER BY ALL",
    ),
  )
})
