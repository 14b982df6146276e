import { createServer } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { listen } from '../../../../../sdk/src/testing/listen.ts'
import { readNotifyConfig } from '../config/read-notify-config.ts'
import type { Message } from '../message.ts'
import { sendMessage } from './send.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function openSink(status: number): Promise<{ url: string; heard: { authorization: string; body: unknown }[] }> {
  const heard: { authorization: string; body: unknown }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    heard.push({ authorization: request.headers.authorization ?? '', body: JSON.parse(body) })
    response.writeHead(status).end()
  })
  closers.push(() => server.close())
  return { url: `http://127.0.0.1:${await listen(server)}/x`, heard }
}

const alert = {
  annotations: { summary: 'a <b> fails' },
  startsAtMs: 0,
  endsAtMs: 1000,
  updatedAtMs: 0,
  generatorUrl: 'http://here/query',
  isEndGuessed: false,
}
const message: Message = {
  receiver: 'team',
  groupKey: '{}:{alertname="A"}',
  groupLabels: { alertname: 'A' },
  alerts: [
    { ...alert, fingerprint: '1', labels: { alertname: 'A', x: '1' }, isResolved: false },
    { ...alert, fingerprint: '2', labels: { alertname: 'A', x: '2' }, isResolved: true },
  ],
  status: 'firing',
  externalUrl: 'http://here',
}

async function sendTo(kind: string, settings: Record<string, unknown>) {
  const file = { route: { receiver: 'team' }, receivers: [{ name: 'team', [`${kind}_configs`]: [settings] }] }
  const read = readNotifyConfig('am.yml', JSON.stringify(file))
  if ('errors' in read) throw new Error(read.errors.join('\n'))
  const integration = read.config.receivers[0]?.integrations[0]
  if (integration === undefined) throw new Error('there is none')
  return sendMessage(integration, message, new AbortController().signal)
}

test('a webhook gets the payload of an Alertmanager, as many alerts as it wants, with its authorization', async () => {
  const { url, heard } = await openSink(200)
  const http_config = { authorization: { credentials: 'token' } }
  expect(await sendTo('webhook', { url, max_alerts: 1, http_config })).toEqual({ error: '', isWorthRetrying: false })
  expect(heard).toMatchObject([
    {
      authorization: 'Bearer token',
      body: {
        version: '4',
        groupKey: '{}:{alertname="A"}',
        status: 'firing',
        commonLabels: { alertname: 'A' },
        commonAnnotations: { summary: 'a <b> fails' },
        truncatedAlerts: 1,
        alerts: [{ status: 'firing', fingerprint: '1', endsAt: '0001-01-01T00:00:00Z' }],
      },
    },
  ])
})

test('Slack gets a message with nothing in it that Slack would read as its own', async () => {
  const { url, heard } = await openSink(200)
  await sendTo('slack', { api_url: url, channel: '#x' })
  expect(heard[0]?.body).toMatchObject({
    channel: '#x',
    attachments: [
      {
        title: '[FIRING:1] A',
        color: 'danger',
        text: '▲ <http://here/query|a &lt;b&gt; fails>\n✓ <http://here/query|a &lt;b&gt; fails>',
      },
    ],
  })
})

test('PagerDuty gets an incident for a group', async () => {
  const { url, heard } = await openSink(202)
  await sendTo('pagerduty', { url, routing_key: 'key', severity: 'critical' })
  expect(heard[0]?.body).toMatchObject({
    routing_key: 'key',
    event_action: 'trigger',
    dedup_key: expect.stringMatching(/^[0-9a-f]{64}$/),
    payload: { summary: '[FIRING:1] A', severity: 'critical', custom_details: { num_firing: 1, num_resolved: 1 } },
  })
})

test.each([
  [400, false],
  [429, true],
  [503, true],
])('an answer of %i is tried again: %s', async (status, isWorthRetrying) => {
  const { url } = await openSink(status)
  expect(await sendTo('webhook', { url })).toEqual({ error: `it answered ${status}`, isWorthRetrying })
})
