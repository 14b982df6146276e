import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEmbeddedStore } from '../store/embedded.ts'
import { openEngine } from '../store/engine.ts'

const MiB = 1024 * 1024
const size = { memoryMaxBytes: 1024 * MiB, mergesMax: 1 }
let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wakeline-log-index-'))
})
afterAll(() => rm(directory, { recursive: true }))

const openStore = () =>
  openEmbeddedStore({
    ...size,
    directory,
    readers: 1,
    waitingMax: 4,
    limits: { timeoutMs: 10_000, memoryMaxBytes: 256 * MiB, rowsMax: 10_000 },
  })

/** With a token, as loads have: what has none is taken for a load that was cut off, and set aside at the next start. */
const insert = (minute: number): string => `INSERT INTO logs (ts, service, body)
  SELECT toDateTime64('2026-01-01 10:00:00', 9, 'UTC') + 60 * ${minute} + number, 'shop', 'Order_' || number || ' paid, naïve'
  FROM numbers(50) SETTINGS exclude_materialize_skip_indexes_on_insert = 'body_words',
    insert_deduplicate = 1, insert_deduplication_token = 'load-${minute}'`

/** Rows that have the word, by the index where there is one and by reading every body. */
async function found(ask: (sql: string) => Promise<string[]>, word: string): Promise<string[]> {
  const count = `SELECT count() FROM logs WHERE hasToken(lower(body), '${word}')`
  return [...(await ask(count)), ...(await ask(`${count} SETTINGS use_skip_indexes = 0`))]
}

test('words of log bodies are found in parts with and without the index, and it is made when it is said', async () => {
  const store = await openStore()
  await store.migrate()
  await store.indexLogBodies('later')
  await store.close()

  const engine = openEngine(join(directory, 'store'), size)
  const indexBytes =
    "SELECT data_compressed_bytes > 0 FROM system.data_skipping_indices WHERE table = 'logs' AND name = 'body_words'"
  await engine.run(insert(0))
  await engine.run(insert(1))
  await engine.run('OPTIMIZE TABLE logs FINAL')
  expect(await engine.ask(indexBytes)).toEqual(['0'])
  expect(await found(engine.ask, '7')).toEqual(['2', '2'])
  await engine.close()

  const again = await openStore()
  await again.migrate()
  await again.indexLogBodies('in merges')
  await again.close()

  const later = openEngine(join(directory, 'store'), size)
  await later.run('ALTER TABLE logs MATERIALIZE INDEX body_words SETTINGS mutations_sync = 1')
  expect(await later.ask(indexBytes)).toEqual(['1'])
  await later.run(insert(2))
  expect(await found(later.ask, '7')).toEqual(['3', '3'])
  expect(await found(later.ask, 'naïve')).toEqual(['150', '150'])
  expect(await found(later.ask, 'ord')).toEqual(['0', '0'])
  await later.run('OPTIMIZE TABLE logs FINAL')
  expect(await found(later.ask, '7')).toEqual(['3', '3'])
  await later.close()
}, 60_000)
