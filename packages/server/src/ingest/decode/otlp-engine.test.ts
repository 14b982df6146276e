import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canonicalOfRequest, canonicalOfRows, type Rows } from '../../../../../conformance/otlp/canonical.ts'
import { arrivalNano, decodeJsonRequest } from '../../../../../conformance/otlp/decode-request.ts'
import { readRows } from '../../base/native/read-blocks.ts'
import type { Store } from '../../store/store.ts'
import { tableNames, tables } from '../../store/tables.ts'
import { openTestStore } from '../../store/test-store.case.ts'
import { type RandomRequest, randomRequests } from './random-request.case.ts'

let directory: string
let store: Store

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wakeline-decode-'))
  store = await openTestStore(directory)
})

afterAll(async () => {
  await store.close()
  await rm(directory, { recursive: true })
})

test('what is decoded is read back from the engine as it was sent', async () => {
  const seed = 7
  const session = new Session(join(directory, 'store'))
  for (const { signal, request } of randomRequests({ seed, count: 12 })) {
    const stored = await loadedRows(session, { signal, request })
    const sent = canonicalOfRequest(request, arrivalNano)
    expect(sorted(canonicalOfRows(stored)), `seed ${seed}`).toEqual(sorted(sent))
    for (const table of tableNames) await session.queryAsync(`TRUNCATE TABLE ${table}`)
  }
})

async function loadedRows(session: Session, { signal, request }: RandomRequest): Promise<Rows> {
  const decoded = decodeJsonRequest(signal, Buffer.from(JSON.stringify(request)))
  if ('refused' in decoded) throw new Error(decoded.refused)
  expect(decoded.outcome).toMatchObject({ rejected: 0, reason: '' })
  const rows: Rows = {}
  for (const { table, bytes, rows: count } of decoded.blocks) {
    const path = join(directory, `${table}.native`)
    await writeFile(path, bytes)
    await store.load({ table, path, rows: count, blockRows: 100_000, token: `${signal}-${table}-${Math.random()}` })
    const answer = await session.queryAsync(`SELECT ${tables[table].map(([name]) => name).join(', ')} FROM ${table}`, {
      format: 'Native',
    })
    rows[table] = readRows(answer.bytes())
    expect(rows[table]).toHaveLength(count)
  }
  return rows
}

/** The engine gives rows back in the order of its keys. */
function sorted(records: unknown[]): string[] {
  return records.map((record) => JSON.stringify(record, sortedKeys)).sort()
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
