import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openTestStore } from './test-store.case.ts'
import { readWrittenTables } from './written-tables.ts'

test('an insert writes to its table and to those that views carry its rows on to', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wakeline-written-'))
  const store = await openTestStore(directory)
  const written = await readWrittenTables(async (sql) => {
    const { rows } = await store.rows<Record<string, string>>({ sql, params: {} })
    return rows.map((row) => Object.values(row).join('\t'))
  })
  const { rows } = await store.rows<{ name: string; path: string }>({
    sql: "SELECT name, data_paths[1] AS path FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'",
    params: {},
  })
  const names = new Map(rows.map(({ name, path }) => [path, name]))
  const named = Object.fromEntries([...written].map(([table, paths]) => [table, paths.map((path) => names.get(path))]))
  expect(Object.keys(named).sort()).toEqual([...names.values()].sort())
  expect(named['spans']?.sort()).toEqual(['attribute_keys', 'span_red', 'spans', 'trace_bounds'])
  expect(named['logs']?.sort()).toEqual(['attribute_keys', 'log_volume', 'logs'])
  expect(named['resources']).toEqual(['resources', 'attribute_keys'])
  expect(named['samples']).toEqual(['samples'])
  await store.close()
  await rm(directory, { recursive: true })
})

test('where a view does not say where it writes to, all tables may be written to', async () => {
  const answers = [
    ['a\t/a', 'b\t/b', 'c\t/c'],
    ['a\t', 'b\tc'],
  ]
  const written = await readWrittenTables(async () => answers.shift() ?? [])
  expect(Object.fromEntries(written)).toEqual({ a: ['/a', '/b', '/c'], b: ['/b', '/c'], c: ['/c'] })
})
