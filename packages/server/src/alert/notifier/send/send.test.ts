import { createServer } from 'node:http'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
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

type Mail = { from: string; to: string[]; user: unknown; text: string }

/** A real mail server on a free port, that takes the login `u` with `p` and no mail for nobody@. */
async function openMailServer(options: SMTPServerOptions = {}): Promise<{ smarthost: string; mails: Mail[] }> {
  const mails: Mail[] = []
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) =>
      username === 'u' && password === 'p' ? done(null, { user: username }) : done(new Error('no such login')),
    onRcptTo: ({ address }, _, done) =>
      done(address.startsWith('nobody@') ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : null),
    async onData(stream, { envelope, user }, done) {
      let text = ''
      for await (const chunk of stream) text += chunk
      const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
      mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), user, text })
      done()
    },
    ...options,
  })
  closers.push(() => server.close())
  return { smarthost: `127.0.0.1:${await listen(server.server)}`, mails }
}

const plainMail = { from: 'Wakeline <wake@here>', require_tls: false }

test('a mail says what fires and what is over, as text and as HTML, with a login', async () => {
  const { smarthost, mails } = await openMailServer()
  const login = { auth_username: 'u', auth_password: 'p' }
  const to = 'a@there, B <b@there>'
  const outcome = await sendTo('email', { ...plainMail, ...login, smarthost, to, headers: { 'X-Team': 'shop' } })
  expect(outcome).toEqual({ error: '', isWorthRetrying: false })
  expect(mails).toMatchObject([{ from: 'wake@here', to: ['a@there', 'b@there'], user: 'u' }])
  const text = mails[0]?.text ?? ''
  expect(text).toMatch(/^Subject: \[FIRING:1\] A\r$/m)
  expect(text).toMatch(/^X-Team: shop\r$/m)
  expect(text).toMatch(/^References: <[0-9a-f]{32}@wakeline>\r$/m)
  const readable = text.replaceAll('=\r\n', '').replaceAll('=3D', '=')
  expect(readable).toContain('=E2=96=B2 firing: a <b> fails\r\n  since 1970-01-01T00:00:00.000Z\r\n  alertname: A')
  expect(readable).toContain('<a href="http://here/query">a &lt;b&gt; fails</a>')
})

test('a mail goes nowhere without the TLS that is asked for', async () => {
  const { smarthost, mails } = await openMailServer()
  const outcome = await sendTo('email', { ...plainMail, require_tls: true, smarthost, to: 'a@there' })
  expect(outcome.error).toMatch(/STARTTLS/i)
  expect(mails).toEqual([])
})

test('a mail goes by TLS of a certificate that is not known where that is asked for, and not otherwise', async () => {
  const { smarthost, mails } = await openMailServer({ disabledCommands: [] })
  const settings = { from: 'wake@here', smarthost, to: 'a@there' }
  expect(await sendTo('email', settings)).toMatchObject({ error: expect.stringContaining('certificate') })
  expect(mails).toEqual([])
  const trusted = { ...settings, tls_config: { insecure_skip_verify: true } }
  expect(await sendTo('email', trusted)).toEqual({ error: '', isWorthRetrying: false })
  expect(mails).toHaveLength(1)
})

test('what a mail server refuses for good is not sent again, and what it cannot take now is', async () => {
  const { smarthost, mails } = await openMailServer()
  const some = await sendTo('email', { ...plainMail, smarthost, to: 'a@there, nobody@there' })
  expect(some).toEqual({ error: 'it does not take mail for nobody@there', isWorthRetrying: false })
  expect(mails).toMatchObject([{ to: ['a@there'] }])
  const none = await sendTo('email', { ...plainMail, smarthost, to: 'nobody@there' })
  expect(none).toMatchObject({ error: expect.stringContaining('no such mailbox'), isWorthRetrying: false })
  const wrong = { auth_username: 'u', auth_password: 'q' }
  const login = await sendTo('email', { ...plainMail, ...wrong, smarthost, to: 'a@there' })
  expect(login).toMatchObject({ error: expect.stringContaining('no such login'), isWorthRetrying: false })
  const busy = await openMailServer({
    onMailFrom: (_, __, done) => done(Object.assign(new Error('come back later'), { responseCode: 451 })),
  })
  const later = await sendTo('email', { ...plainMail, smarthost: busy.smarthost, to: 'a@there' })
  expect(later).toMatchObject({ error: expect.stringContaining('come back later'), isWorthRetrying: true })
})
