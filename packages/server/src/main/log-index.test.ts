import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wordsSql } from '../query/search/words-sql.ts'
import { render } from '../query/sql.ts'
import { quote } from '../store/bind.ts'
import { openEngine } from '../store/engine.ts'
import { openTestStore, testSize } from '../store/test-store.case.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wakeline-log-index-'))
})
afterAll(() => rm(directory, { recursive: true }))

/** With a token, as loads have: what has none is taken for a load that was cut off, and set aside at the next start. */
const insert = (minute: number): string => `INSERT INTO logs (ts, service, body)
  SELECT toDateTime64('2026-01-01 10:00:00', 9, 'UTC') + 60 * ${minute} + number, 'shop', 'Order_' || number || ' paid, naïve'
  FROM numbers(50) SETTINGS exclude_materialize_skip_indexes_on_insert = 'body_shapes,body_numbers',
    insert_deduplicate = 1, insert_deduplication_token = 'load-${minute}'`

/** Rows that have the word, by the indexes where there are any and by reading every body. */
async function found(ask: Ask, word: string): Promise<string[]> {
  const count = searchSql('count()', word)
  return [...(await ask(count)), ...(await ask(`${count} SETTINGS use_skip_indexes = 0`))]
}

type Ask = (sql: string) => Promise<string[]>

function searchSql(what: string, word: string): string {
  const { sql, params } = render(wordsSql('body', { match: 'whole', tokens: [word], phrase: word }))
  const where = sql.replace(/\{(\w+):\w+\}/g, (_whole, name: string) => quote(String(params[name])))
  return `SELECT ${what} FROM logs WHERE ${where}`
}

/** The indexes the engine looks at for the word. */
async function asked(ask: Ask, word: string): Promise<string[]> {
  const plan = await ask(`EXPLAIN indexes = 1 ${searchSql('count()', word)} SETTINGS use_skip_indexes_on_data_read = 0`)
  return plan.flatMap((line) => /Name: (body_\w+)/.exec(line)?.[1] ?? [])
}

test('words of log bodies are found in parts with and without the index, and it is made when it is said', async () => {
  const store = await openTestStore(directory)
  await store.indexLogBodies('later')
  await store.close()

  const engine = openEngine(join(directory, 'store'), testSize)
  const indexBytes =
    "SELECT data_compressed_bytes > 0 FROM system.data_skipping_indices WHERE table = 'logs' AND name LIKE 'body%'"
  await engine.run(insert(0))
  await engine.run(insert(1))
  await engine.run('OPTIMIZE TABLE logs FINAL')
  expect(await engine.ask(indexBytes)).toEqual(['0', '0'])
  expect(await found(engine.ask, '7')).toEqual(['2', '2'])
  await engine.close()

  const again = await openTestStore(directory)
  await again.indexLogBodies('in merges')
  await again.close()

  const later = openEngine(join(directory, 'store'), testSize)
  await later.run(
    'ALTER TABLE logs MATERIALIZE INDEX body_shapes, MATERIALIZE INDEX body_numbers SETTINGS mutations_sync = 1',
  )
  expect(await later.ask(indexBytes)).toEqual(['1', '1'])
  await later.run(insert(2))
  await later.run("INSERT INTO logs (ts, service, body) VALUES ('2026-01-01 11:00:00', 'shop', 'box 10X7 left')")
  expect(await found(later.ask, '7')).toEqual(['3', '3'])
  expect(await found(later.ask, 'naïve')).toEqual(['150', '150'])
  expect(await found(later.ask, 'ord')).toEqual(['0', '0'])
  await later.run('OPTIMIZE TABLE logs FINAL')
  expect(await found(later.ask, '7')).toEqual(['3', '3'])
  expect(await found(later.ask, '10x7')).toEqual(['1', '1'])
  expect(await found(later.ask, '17x7')).toEqual(['0', '0'])
  for (const [word, indexes] of [
    ['paid', ['body_shapes']],
    ['7', ['body_numbers']],
    ['10x7', ['body_shapes']],
    ['no4711', ['body_shapes', 'body_numbers']],
  ] as const)
    expect(await asked(later.ask, word)).toEqual(indexes)
  await later.close()
}, 60_000)
