import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../../sdk/src/testing/listen.ts'
import { openClusterStore } from './cluster.ts'
import { parseClusterUrl } from './cluster-url.ts'
import { readableFormat } from './readable-table.ts'
import type { Store } from './store.ts'

/** Servers that write down what they are asked; the first lets a SELECT wait for ever. */
type Host = { url: string; asked: string[]; server: Server }
const hosts: Host[] = []

async function startHost(answersSelects: boolean): Promise<Host> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      asked.push(text)
      if (!answersSelects && text.startsWith('SELECT')) return
      response.setHeader('x-clickhouse-summary', '{"read_rows":"7","read_bytes":"56"}')
      if (request.headers['x-clickhouse-format'] === readableFormat) response.end('["n"]\n["UInt8"]\n[1]\n')
      else response.end('{"data":[],"statistics":{"elapsed":0,"rows_read":0,"bytes_read":0}}')
    })
  })
  return { url: `http://127.0.0.1:${await listen(server)}`, asked, server }
}

beforeAll(async () => {
  hosts.push(await startHost(false), await startHost(true))
})
afterAll(() => {
  for (const { server } of hosts) server.close().closeAllConnections()
})

const openStore = (urls: string): Store =>
  openClusterStore({
    ...parseClusterUrl(urls),
    password: '',
    connectionsMax: 2,
    limits: { timeoutMs: 10_000, memoryMaxBytes: 1e9, rowsMax: 100 },
    report: () => {},
  })

test('a question is asked as it is written, its format beside it, and its answer tells what was read', async () => {
  const [, second] = hosts
  const store = openStore(`${second?.url}/default`)
  // With FORMAT at its end, that would be the format of what is explained.
  const { rows, cost } = await store.typed('EXPLAIN ESTIMATE SELECT 1')
  expect(rows).toEqual([[1]])
  expect(cost).toMatchObject({ rowsRead: 7, bytesRead: 56 })
  expect(second?.asked.splice(0)).toEqual(['EXPLAIN ESTIMATE SELECT 1'])
  await store.close()
})

test('a question that is called off is stopped where it began, and not asked of the next host', async () => {
  const [first, second] = hosts
  const store = openStore(`${first?.url}/default,${second?.url}`)
  const leaving = new AbortController()
  const asked = store.rows({ sql: 'SELECT 1', params: {} }, { signal: leaving.signal })
  await expect.poll(() => first?.asked.length).toBe(1)
  leaving.abort()
  await expect(asked).rejects.toMatchObject({ reason: 'cancelled' })
  await expect.poll(() => first?.asked.some((text) => text.startsWith('KILL QUERY'))).toBe(true)
  expect(second?.asked).toEqual([])
  await store.close()
})
