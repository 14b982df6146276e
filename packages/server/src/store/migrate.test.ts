import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openEngine } from './engine.ts'
import { appliedMigrations, readMigrations, runMigrations, splitStatements } from './migrate.ts'
import { openMigratingStore, testSize } from './test-store.case.ts'

const directories: string[] = []
afterAll(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true }))))

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'wakeline-migrate-'))
  directories.push(directory)
  return directory
}

/** Rows in every table a sender fills; the views fill the rollups. */
const rowsOfFirst = [
  "INSERT INTO resources (resource_id, day, service, attributes) VALUES (1, '2026-01-01', 'shop', map('service.name', 'shop'))",
  "INSERT INTO scopes (scope_id, day, name) VALUES (1, '2026-01-01', 'pay')",
  "INSERT INTO spans (ts, service, name, kind, status, duration, trace_id, span_id, attributes) SELECT toDateTime64('2026-01-01 10:00:00', 9, 'UTC') + number, 'shop', 'GET /', 2, number % 3, 1000 * number, toString(number % 7), toString(number), map('a', 'b') FROM numbers(100)",
  "INSERT INTO logs (ts, observed_ts, service, severity, body, attributes) SELECT toDateTime64('2026-01-01 10:00:00', 9, 'UTC') + number AS t, t, 'shop', 9, 'paid', map('c', 'd') FROM numbers(50)",
  "INSERT INTO series (series_id, day, metric, service, attributes) VALUES (7, '2026-01-01', 'requests', 'shop', map('e', 'f'))",
  "INSERT INTO samples (series_id, ts, value) SELECT 7, toDateTime64('2026-01-01 10:00:00', 3, 'UTC') + number, number FROM numbers(30)",
  "INSERT INTO histograms (series_id, ts, count, bounds, bucket_counts) VALUES (7, '2026-01-01 10:00:00', 2, [1], [1, 1])",
  "INSERT INTO summaries (series_id, ts, count) VALUES (7, '2026-01-01 10:00:00', 2)",
  "INSERT INTO exemplars (series_id, ts, value) VALUES (7, '2026-01-01 10:00:00', 2)",
]

/** What must be the same before and after. */
const told = `SELECT * FROM (SELECT 'spans' AS name, count() AS rows, toString(sum(cityHash64(ts, service, name, kind, status, duration, trace_id, span_id, attributes))) AS sum FROM spans
  UNION ALL SELECT 'logs', count(), toString(sum(cityHash64(ts, observed_ts, service, severity, body, attributes))) FROM logs
  UNION ALL SELECT 'samples', count(), toString(sum(cityHash64(series_id, ts, value))) FROM samples
  UNION ALL SELECT 'series', count(), toString(sum(cityHash64(series_id, metric, attributes))) FROM series
  UNION ALL SELECT 'histograms', count(), toString(sum(cityHash64(series_id, count, bounds, bucket_counts))) FROM histograms
  UNION ALL SELECT 'summaries', count(), '' FROM summaries
  UNION ALL SELECT 'exemplars', count(), '' FROM exemplars
  UNION ALL SELECT 'resources', count(), toString(sum(cityHash64(resource_id, service, attributes))) FROM resources
  UNION ALL SELECT 'span_red', toUInt64(sum(requests)), toString(sum(errors)) FROM span_red
  UNION ALL SELECT 'log_volume', toUInt64(sum(records)), '' FROM log_volume
  UNION ALL SELECT 'trace_bounds', uniqExact(trace_id), '' FROM trace_bounds
  UNION ALL SELECT 'attribute_keys', toUInt64(sum(records)), '' FROM attribute_keys
  UNION ALL SELECT 'spans with a value', count(), '' FROM spans WHERE attributes['a'] = 'b'
  UNION ALL SELECT 'spans with another', count(), '' FROM spans WHERE attributes['a'] = 'c')
  ORDER BY name`

const schema = `SELECT table, name, type, default_expression, compression_codec FROM system.columns
  WHERE database = currentDatabase() ORDER BY table, name`

test('two migrations with one number are refused: the second would be taken for done', async () => {
  const directory = await newDirectory()
  for (const name of ['0001-first', '0002-one', '0002-other'])
    await writeFile(join(directory, `${name}.sql`), 'SELECT 1;')
  await expect(readMigrations(directory)).rejects.toThrow(/another one has the number of 0002-other/)
})

test('a store of the first schema has its rows, and the newest schema, after the migrations', async () => {
  const directory = await newDirectory()
  const first = openEngine(join(directory, 'store'), testSize)
  const statements = splitStatements(await readFile(join(import.meta.dirname, 'first-schema.case.sql'), 'utf8'))
  await runMigrations([{ number: 1, name: '0001-first', statements }], {
    run: first.run,
    applied: () => appliedMigrations(first.ask),
  })
  for (const insert of rowsOfFirst) await first.run(insert)
  const before = await first.ask(told)
  await first.close()

  const migrated = await openMigratingStore(directory)
  const after = await migrated.rows<{ name: string; rows: string; sum: string }>({ sql: told, params: {} })
  expect(after.rows.map(({ name, rows, sum }) => `${name}\t${rows}\t${sum}`)).toEqual(before)
  const migratedSchema = await migrated.rows({ sql: schema, params: {} })
  await migrated.close()

  const fresh = await openMigratingStore(await newDirectory())
  expect(migratedSchema.rows).toEqual((await fresh.rows({ sql: schema, params: {} })).rows)
  await fresh.close()
})

test('texts of spans and logs are written with their lengths in line, and the same is read back', async () => {
  const directory = await newDirectory()
  const store = await openMigratingStore(directory)
  await store.close()
  const engine = openEngine(join(directory, 'store'), testSize)
  for (const insert of rowsOfFirst) await engine.run(insert.replace('observed_ts', 'observed_stored'))
  const apart = `SELECT DISTINCT table || '.' || column FROM system.parts_columns
    WHERE active AND database = currentDatabase() AND table IN ('spans', 'logs') AND arrayExists(stream -> endsWith(stream, '.size'), substreams)`
  expect(await engine.ask(apart)).toEqual([])
  expect(await engine.ask("SELECT DISTINCT body || attributes['c'] || length(body) FROM logs")).toEqual(['paidd4'])
  expect(await engine.ask("SELECT DISTINCT name || attributes['a'] FROM spans WHERE notEmpty(name)")).toEqual([
    'GET /b',
  ])
  await engine.close()
})

test('attributes of spans are packed lightly by loads and well by merges, whatever else as before', async () => {
  const directory = await newDirectory()
  const store = await openMigratingStore(directory)
  await store.close()
  const engine = openEngine(join(directory, 'store'), testSize)
  // Bytes of a column are told of wide parts only.
  for (const table of ['spans', 'logs'])
    await engine.run(`ALTER TABLE ${table} MODIFY SETTING min_bytes_for_wide_part = 0`)
  const text = "toString(sipHash64(number % 5000)) || '/' || toString(number % 977)"
  for (const first of [0, 20_000]) {
    await engine.run(`INSERT INTO spans (ts, service, name, attributes)
      SELECT toDateTime64('2026-01-01 10:00:00', 9, 'UTC') + number, 'shop', ${text}, map('a', ${text}) FROM numbers(${first}, 20000)`)
    await engine.run(`INSERT INTO logs (ts, service, event_name, body)
      SELECT toDateTime64('2026-01-01 10:00:00', 9, 'UTC') + number, 'shop', ${text}, ${text} FROM numbers(${first}, 20000)`)
  }
  const sizes = async (): Promise<number[]> => {
    const rows = await engine.ask(`SELECT toString(sum(column_data_compressed_bytes)) FROM system.parts_columns
      WHERE active AND database = currentDatabase() AND (table, column) IN (('spans', 'attributes'), ('spans', 'name'), ('logs', 'event_name'))
      GROUP BY table, column ORDER BY table DESC, column`)
    return rows.map(Number)
  }
  const told = 'SELECT toString(sum(cityHash64(ts, name, attributes))) FROM spans'
  const [loaded, rows] = [await sizes(), await engine.ask(told)]
  for (const table of ['spans', 'logs']) await engine.run(`OPTIMIZE TABLE ${table} FINAL`)
  const merged = await sizes()
  const [attributes = 0, ...others] = merged.map((bytes, index) => bytes / (loaded[index] ?? 0))
  expect(merged.length).toBe(3)
  expect(attributes).toBeLessThan(0.75)
  for (const ratio of others) expect(ratio).toBeGreaterThan(0.85)
  expect(await engine.ask(told)).toEqual(rows)
  await engine.close()
})
