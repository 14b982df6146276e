import { createServer } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { listen } from '../../../../sdk/src/testing/listen.ts'
import { Alertmanager } from './alertmanager.ts'
import { postJson, shownUrl } from './post-json.ts'
import type { ToldAlert } from './told-alert.ts'

const minuteMs = 60_000
const startMs = Date.UTC(2026, 0, 1)
const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

type Heard = { path: string; authorization: string; body: unknown }

/** Takes what is posted; answers with the statuses one after another, and then 200. */
async function openSink(...statuses: number[]): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const status = statuses.shift() ?? 200
    response.writeHead(status).end(status === 200 ? '' : 'not now')
    if (status === 200)
      heard.push({
        path: request.url ?? '',
        authorization: request.headers.authorization ?? '',
        body: JSON.parse(Buffer.concat(chunks).toString()),
      })
  })
  const port = await listen(server)
  closers.push(() => void server.close())
  return { url: `http://127.0.0.1:${port}`, heard }
}

const alert = (name: string, more: Partial<ToldAlert> = {}): ToldAlert => ({
  key: name,
  group: 'rules.yml;web',
  labels: { alertname: name, severity: 'page' },
  annotations: { summary: `${name} is down` },
  startsAtMs: startMs,
  endsAtMs: startMs + 4 * minuteMs,
  isResolved: false,
  generatorUrl: 'http://here/query',
  ...more,
})

function partsOf(url: string) {
  const reported: string[] = []
  const parts = {
    url,
    nowUnixMs: () => startMs,
    post: async (to: string, body: unknown, signal: AbortSignal) => (await postJson(to, body, { signal })).error,
    report: (sentence: string) => void reported.push(sentence),
  }
  return { parts, reported }
}

test('an Alertmanager is told over its API, with the user of its URL', async () => {
  const { url, heard } = await openSink()
  const { parts } = partsOf(`${url.replace('://', '://me:se%3Acret@')}/prefix/`)
  const receiver = new Alertmanager(parts)
  closers.push(() => receiver.stop())
  receiver.tell([alert('A')])
  await expect
    .poll(() => heard)
    .toEqual([
      {
        path: '/prefix/api/v2/alerts',
        authorization: `Basic ${Buffer.from('me:se:cret').toString('base64')}`,
        body: [
          {
            labels: { alertname: 'A', severity: 'page' },
            annotations: { summary: 'A is down' },
            startsAt: '2026-01-01T00:00:00.000Z',
            endsAt: '2026-01-01T00:04:00.000Z',
            generatorURL: 'http://here/query',
          },
        ],
      },
    ])
  await expect.poll(() => receiver.counts()).toMatchObject({ sent: 1, failures: 0, waiting: 0 })
})

test('what it did not take is sent again, as it is by then, and told of once', async () => {
  const { url, heard } = await openSink(503, 503)
  const { parts, reported } = partsOf(url)
  const receiver = new Alertmanager(parts)
  closers.push(() => receiver.stop())
  receiver.tell([alert('A'), alert('B')])
  await expect.poll(() => receiver.counts().failures).toBeGreaterThan(0)
  receiver.tell([alert('A', { isResolved: true, endsAtMs: startMs + minuteMs })])
  await expect.poll(() => receiver.counts().waiting).toBe(0)
  const told = heard.flatMap(({ body }) => body)
  expect(told).toContainEqual(expect.objectContaining({ labels: expect.objectContaining({ alertname: 'B' }) }))
  expect(told.at(-1)).toMatchObject({ labels: { alertname: 'A' }, endsAt: '2026-01-01T00:01:00.000Z' })
  expect(reported).toEqual([
    `Cannot tell ${url}/ of alerts, trying again: it answered 503 not now`,
    `${url}/ takes alerts again.`,
  ])
})

test('beyond its limit the oldest that wait are given up, and counted', () => {
  const { parts } = partsOf('http://127.0.0.1:1')
  const receiver = new Alertmanager(parts)
  closers.push(() => receiver.stop())
  receiver.tell(Array.from({ length: 10_005 }, (_, i) => alert(`${i}`)))
  expect(receiver.counts()).toMatchObject({ waiting: 10_000, dropped: 5 })
})

test('an address is shown without what is secret in it', () => {
  expect(shownUrl('https://me:secret@host:9093/x?token=1')).toBe('https://host:9093/x')
})
