import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { carriedOver, recordOf } from './cluster-migrate.ts'
import { carryOver } from './cluster-schema.ts'
import { migrationsDirectory, readMigrations, splitStatements } from './migrate.ts'

const tables = new Set(['spans', 'span_red'])
const plain = { cluster: 'main', database: 'obs', replicated: false }
const replicated = { ...plain, replicated: true }
const over = (table: string, on = '') =>
  `CREATE OR REPLACE TABLE ${table}${on} AS ${table}_local ENGINE = Distributed('main', 'obs', '${table}_local'${table === 'spans' ? ', cityHash64(trace_id)' : ''})`
const create = (name: string, engine: string, settings: string) =>
  `CREATE TABLE IF NOT EXISTS ${name} (\n  ts DateTime\n) ENGINE = ${engine}\nORDER BY ts\nSETTINGS ${settings}`
const on = " ON CLUSTER 'main'"

test.each([
  [
    'a table, and what is asked over it',
    create('spans', 'MergeTree', 'non_replicated_deduplication_window = 10000, fsync_after_insert = 1'),
    [
      create('spans_local', 'MergeTree', 'non_replicated_deduplication_window = 10000, fsync_after_insert = 1'),
      over('spans'),
    ],
    [
      create(
        `spans_local${on}`,
        "ReplicatedMergeTree('/clickhouse/tables/{shard}/obs/spans_local', '{replica}')",
        'replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1',
      ),
      over('spans', on),
    ],
  ],
  [
    'a table whose engine has words of its own',
    create('span_red', 'SummingMergeTree(requests)', 'a = 1'),
    [create('span_red_local', 'SummingMergeTree(requests)', 'a = 1'), over('span_red')],
    [
      create(
        `span_red_local${on}`,
        "ReplicatedSummingMergeTree('/clickhouse/tables/{shard}/obs/span_red_local', '{replica}', requests)",
        'a = 1',
      ),
      over('span_red', on),
    ],
  ],
  [
    'a view, on each shard for what it has',
    'CREATE MATERIALIZED VIEW IF NOT EXISTS v TO span_red AS SELECT ts FROM spans',
    ['CREATE MATERIALIZED VIEW IF NOT EXISTS v TO span_red_local AS SELECT ts FROM spans_local'],
    [`CREATE MATERIALIZED VIEW IF NOT EXISTS v${on} TO span_red_local AS SELECT ts FROM spans_local`],
  ],
  [
    'a column more',
    'ALTER TABLE spans ADD COLUMN IF NOT EXISTS a UInt8',
    ['ALTER TABLE spans_local ADD COLUMN IF NOT EXISTS a UInt8', over('spans')],
    [`ALTER TABLE spans_local${on} ADD COLUMN IF NOT EXISTS a UInt8`, over('spans', on)],
  ],
  [
    'a codec that is left to the configuration',
    'ALTER TABLE spans MODIFY COLUMN a CODEC(Default), MODIFY COLUMN b CODEC(Default), MODIFY COLUMN c CODEC(Delta(8), T64, Default)',
    [
      'ALTER TABLE spans_local MODIFY COLUMN a CODEC(ZSTD(1)), MODIFY COLUMN b CODEC(ZSTD(1)), MODIFY COLUMN c CODEC(Delta(8), T64, ZSTD(1))',
    ],
    [
      `ALTER TABLE spans_local${on} MODIFY COLUMN a CODEC(ZSTD(1)), MODIFY COLUMN b CODEC(ZSTD(1)), MODIFY COLUMN c CODEC(Delta(8), T64, ZSTD(1))`,
    ],
  ],
  [
    'another query of a view',
    'ALTER TABLE v MODIFY QUERY SELECT ts FROM spans',
    ['ALTER TABLE v MODIFY QUERY SELECT ts FROM spans_local'],
    [`ALTER TABLE v${on} MODIFY QUERY SELECT ts FROM spans_local`],
  ],
  ['a view that goes', 'DROP VIEW IF EXISTS v', ['DROP VIEW IF EXISTS v SYNC'], [`DROP VIEW IF EXISTS v${on} SYNC`]],
])('on a cluster without and with Keeper: %s', (_title, statement, withoutKeeper, withKeeper) => {
  expect(carryOver(statement, tables, plain)).toEqual(withoutKeeper)
  expect(carryOver(statement, tables, replicated)).toEqual(withKeeper)
})

test('a statement that nobody has thought of is refused, not run half', () => {
  expect(() => carryOver('RENAME TABLE spans TO old', tables, plain)).toThrow('Cannot carry a statement')
})

test('every migration can be carried over, and with Keeper every table is replicated and every statement is for all hosts', async () => {
  const migrations = await readMigrations(migrationsDirectory)
  const statements = carriedOver(migrations, replicated).flatMap((migration) => migration.statements)
  for (const statement of [...statements, recordOf(replicated)]) {
    expect(statement).toContain(on)
    if (/^CREATE TABLE/.test(statement))
      expect(statement).toMatch(/ENGINE = Replicated\w*MergeTree\('\/clickhouse\/tables\//)
    expect(statement).not.toContain('non_replicated_deduplication_window')
  }
})

test('the first schema reads so on a cluster with Keeper', async () => {
  const statements = splitStatements(await readFile(join(import.meta.dirname, 'first-schema.case.sql'), 'utf8'))
  const first = carriedOver([{ number: 1, name: 'first', statements }], replicated).flatMap(
    (migration) => migration.statements,
  )
  await expect(`${first.join(';\n\n')};\n`).toMatchFileSnapshot('./cluster-schema.test.sql')
})
