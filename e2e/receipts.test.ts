import type { ReceiptsAnswer } from '@wakeline/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, lastMinutes, type RunningServer, startServer } from './server.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const attributes = [
  { key: 'service.name', value: { stringValue: 'shop' } },
  { key: 'service.instance.id', value: { stringValue: 'shop-1' } },
]

function send(first: number, bodies: readonly string[], dropped: string): Promise<Response> {
  const logRecords = bodies.map((text) => ({ timeUnixNano: `${Date.now()}000000`, body: { stringValue: text } }))
  return fetch(`${server.otlpHttp}/v1/logs`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'wakeline-instance': 'shop-1',
      'wakeline-batch-id': `batch-${first}`,
      'wakeline-first': String(first),
      'wakeline-records': String(bodies.length),
      'wakeline-dropped': dropped,
    },
    body: JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] }),
  })
}

test('the API says of an instance what it produced, dropped, lost on the way, and what is stored', async () => {
  await send(1, ['one', 'two'], '')
  await send(1, ['one', 'two'], '')
  // Three and four never come; the buffer was full for two more.
  await send(5, ['five'], 'full=2')
  const answer = await eventually(
    () => server.ask<ReceiptsAnswer>(`/receipts?${lastMinutes()}`),
    ({ instances }) => instances[0]?.stored === 3,
  )
  expect(answer.instances).toMatchObject([
    {
      instance: 'shop-1',
      service: 'shop',
      signal: 'logs',
      produced: 7,
      stored: 3,
      rejected: 0,
      shed: 0,
      dropped: { full: 2 },
      missing: 2,
    },
  ])
})
