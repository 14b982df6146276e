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
  await runMigrations(await readMigrations(migrationsDirectory), {
    run: engine.run,
    applied: () => appliedMigrations(engine.ask),
  })
})
afterAll(async () => {
  await engine.close()
  await rm(directory, { recursive: true })
})

test('durations by the minute are what the spans themselves give, for any duration', async () => {
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
  const key = 'service, name, kind, minute'
  const fromSpans = `SELECT service, name, kind, toStartOfMinute(ts, 'UTC') AS minute, count(), countIf(status = 2), sum(duration),
      sumMap(map(toInt16(floor(8 * log2(greatest(duration, 1)))), toUInt64(1))) FROM spans GROUP BY ${key} ORDER BY ${key}`
  const fromRollup = `SELECT ${key}, sum(requests), sum(errors), sum(duration_sum), sumMap(durations)
    FROM span_red GROUP BY ${key} ORDER BY ${key}`
  const rolledUp = await engine.ask(fromRollup)
  expect(rolledUp.length).toBe(12)
  expect(rolledUp).toEqual(await engine.ask(fromSpans))
  expect(rolledUp.join()).toContain('0:')
})
