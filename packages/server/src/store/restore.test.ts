import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BackupManifest, manifestPath } from './backup.ts'
import { openEngine } from './engine.ts'
import { restoreStore } from './restore.ts'
import { openMigratingStore, openTestStore, testSize } from './test-store.case.ts'

let folder: string
const at = (name: string): string => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wakeline-restore-'))
})
afterAll(() => rm(folder, { recursive: true }))

const spansBefore = 'intDiv(toUnixTimestamp64Nano(ts), 10000000000), service, ts'

/** Stores of three ages: of the first schema, of before spans lay as they came, and of today. */
const orders = [
  ['first', 'service, ts', 'told'],
  ['before', spansBefore, 'told'],
  ['silent', spansBefore, 'not told'],
  ['now', 'intDiv(toUnixTimestamp64Nano(ts), 10000000000), service', 'told'],
] as const

/** A store whose spans are sorted by `order`, with rows in two parts. */
async function makeStore(directory: string, order: string): Promise<void> {
  const made = await openMigratingStore(directory)
  await made.close()
  const engine = openEngine(join(directory, 'store'), testSize)
  const [create = ''] = await engine.ask("SELECT create_table_query FROM system.tables WHERE name = 'spans'")
  await engine.run('DROP TABLE spans SYNC')
  await engine.run(create.replaceAll("\\'", "'").replace(/ORDER BY .* SETTINGS/, () => `ORDER BY (${order}) SETTINGS`))
  for (const first of [0, 5000]) {
    await engine.run(`INSERT INTO spans (ts, service, name, trace_id, span_id) SELECT
      fromUnixTimestamp64Nano(toInt64(1767261600000000000 + number % 977 * 100000000), 'UTC'), concat('service-', toString(number % 3)),
      toString(number), toFixedString(toString(number), 16), toFixedString(toString(number), 8) FROM numbers(${first}, 5000)`)
  }
  await engine.close()
}

test.each(orders)('a backup of a store is restored in the order it has: %s', async (name, order, telling) => {
  await makeStore(at(name), order)
  const store = await openTestStore(at(name))
  const files = { directory: at(name), names: ['notifier.json', 'rules/made.json', 'not-there.json'] }
  await mkdir(at(`${name}/rules`))
  for (const file of files.names.slice(0, 2)) await writeFile(at(`${name}/${file}`), file)
  const { manifest } = await store.backup({ to: at(`${name}-backup`), since: '', nowUnixMs: 1, files })
  await store.close()
  expect(manifest.tables['spans']).toMatchObject({ rows: 10_000, order })
  if (telling === 'not told') {
    const path = manifestPath(at(`${name}-backup`))
    const { tables, ...kept }: BackupManifest = JSON.parse(await readFile(path, 'utf8'))
    const silent = Object.entries(tables).map(([table, { order: _, ...sizes }]) => [table, sizes])
    await writeFile(path, JSON.stringify({ ...kept, tables: Object.fromEntries(silent) }))
  }
  const restore = () => restoreStore({ from: at(`${name}-backup`), directory: at(`${name}-again`), ...testSize })
  await mkdir(at(`${name}-again`))
  await writeFile(at(`${name}-again/notifier.json`), 'of somebody')
  await expect(restore()).rejects.toThrow(/notifier\.json, and nothing is overwritten/)
  await rm(at(`${name}-again/notifier.json`))
  await restore()
  for (const file of files.names.slice(0, 2)) expect(await readFile(at(`${name}-again/${file}`), 'utf8')).toBe(file)

  const engine = openEngine(join(at(`${name}-again`), 'store'), testSize)
  expect(await engine.ask("SELECT sorting_key FROM system.tables WHERE name = 'spans'")).toEqual([order])
  await engine.run('OPTIMIZE TABLE spans FINAL')
  expect(
    await engine.ask("SELECT count() FROM spans WHERE service = 'service-1' AND ts < '2026-01-01 10:00:30'"),
  ).toEqual(await engine.ask("SELECT countIf(service = 'service-1' AND ts < '2026-01-01 10:00:30') FROM spans"))
  expect(await engine.ask('SELECT toString(uniqExact(name, ts, span_id)) FROM spans')).toEqual(['10000'])
  await engine.close()
})
