import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TableName } from '../../store/tables.ts'
import { realFiles } from '../segment/files.ts'
import { dataPath, journalPath } from '../segment/open-segment.ts'
import { Loader } from './loader.ts'

test('a segment is loaded with what rows refer to first, however its files came about', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wakeline-loader-'))
  const loaded: TableName[] = []
  const loader = new Loader(
    {
      directory,
      poisonDirectory: join(directory, 'poison'),
      files: realFiles,
      store: {
        load: async ({ table }) => void loaded.push(table),
        publish: () => {},
      },
      retryMinMs: 1,
      retryMaxMs: 1,
      receiptKeepMs: 1_000,
      nowUnixMs: Date.now,
      setAside: () => {},
      caughtUp: () => {},
      report: (sentence) => {
        throw new Error(sentence)
      },
    },
    [],
  )
  const tables: TableName[] = ['logs', 'spans', 'scopes', 'samples', 'resources', 'series']
  await writeFile(journalPath(directory, 1), '')
  for (const table of tables) await writeFile(dataPath(directory, 1, table), 'x')
  loader.add({
    number: 1,
    directory,
    header: { format: 1, server: 'test', blockRows: 1_000 },
    files: tables.map((table) => ({ table, path: dataPath(directory, 1, table), rows: 1, bytes: 1 })),
    rows: tables.length,
    bytes: tables.length,
  })
  await loader.stop()
  expect(loaded).toEqual(['resources', 'scopes', 'series', 'spans', 'logs', 'samples'])
  expect(await realFiles.list(directory)).toEqual(['1.loaded'])
  await rm(directory, { recursive: true })
})
