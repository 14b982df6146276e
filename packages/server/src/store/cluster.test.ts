import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openClusterStore } from './cluster.ts'
import { parseClusterUrl } from './cluster-url.ts'

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
      if (answersSelects || !text.startsWith('SELECT'))
        response.end('{"data":[],"statistics":{"elapsed":0,"rows_read":0,"bytes_read":0}}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  return { url: `http://127.0.0.1:${address.port}`, asked, server }
}

beforeAll(async () => {
  hosts.push(await startHost(false), await startHost(true))
})
afterAll(() => {
  for (const { server } of hosts) server.close().closeAllConnections()
})

test('a question that is called off is stopped where it began, and not asked of the next host', async () => {
  const [first, second] = hosts
  const store = openClusterStore({
    ...parseClusterUrl(`${first?.url}/default,${second?.url}`),
    password: '',
    connectionsMax: 2,
    limits: { timeoutMs: 10_000, memoryMaxBytes: 1e9, rowsMax: 100 },
    report: () => {},
  })
  const leaving = new AbortController()
  const asked = store.rows({ sql: 'SELECT 1', params: {} }, { signal: leaving.signal })
  await expect.poll(() => first?.asked.length).toBe(1)
  leaving.abort()
  await expect(asked).rejects.toMatchObject({ reason: 'cancelled' })
  await expect.poll(() => first?.asked.some((text) => text.startsWith('KILL QUERY'))).toBe(true)
  expect(second?.asked).toEqual([])
  await store.close()
})
