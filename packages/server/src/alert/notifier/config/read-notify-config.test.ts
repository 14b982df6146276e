import { expect, test } from 'vitest'
import { isWithin } from '../time-interval.ts'
import { readNotifyConfig } from './read-notify-config.ts'

const receivers = 'receivers: [{ name: a }]'

test.each([
  [`route: { receiver: b }\n${receivers}`, 'am.yml:1:20: there is no receiver "b" in this file'],
  [`route: {}\n${receivers}`, 'am.yml:1:8: the root route has no receiver; give it one with "receiver:"'],
  [
    `route: { receiver: a, matchers: [x=y] }\n${receivers}`,
    'am.yml:1:8: the root route has matchers, and must take all alerts; put them into a route below "routes:"',
  ],
  [
    `route:\n  receiver: a\n  routes: [{ matchers: ['x=~"["'] }]\n${receivers}`,
    'am.yml:3:26: "[" is no regular expression: missing closing ]: `[`',
  ],
  [
    `route: { receiver: a, group_by: [x, '...'] }\n${receivers}`,
    'am.yml:1:33: "..." in "group_by" means all labels, and stands alone',
  ],
  [`route: { receiver: a, group_interval: 0s }\n${receivers}`, 'am.yml:1:39: "group_interval" cannot be 0'],
  [
    `route: { receiver: a, routes: [{ mute_time_intervals: [night] }] }\n${receivers}`,
    'am.yml:1:55: there is no time interval "night" in this file',
  ],
  [
    `route: { receiver: a }\nreceivers: [{ name: a, webhook_configs: [{}] }]`,
    'am.yml:2:42: "url" or "url_file" is missing',
  ],
  [`route: { receiver: a }\nreceivers: [{ name: a, hook: 1 }]`, 'am.yml:2:24: there is no "hook" in a receiver'],
  [
    `route: { receiver: a }\n${receivers}\ntime_intervals: [{ name: n, time_intervals: [{ weekdays: [noday] }] }]`,
    'am.yml:3:59: "noday" is expected as days such as monday:friday, the first before the last',
  ],
])('a file with a mistake is refused with its place: %#', (text, error) => {
  expect(readNotifyConfig('am.yml', text)).toEqual({ errors: [`Cannot read ${error}.`] })
})

test('a kind of receiver that is not here is named, and the rest of the file is kept', () => {
  const read = readNotifyConfig(
    'am.yml',
    `
global: { opsgenie_api_key: secret@x, slack_api_url: 'https://hooks/secret' }
route: { receiver: a }
receivers:
  - name: a
    opsgenie_configs: [{ api_key: x }]
    webhook_configs: [{ url: 'http://me:secret@host/secret' }]
    slack_configs: [{ channel: '#x', title: '{{ .Status }}' }]
templates: ['*.tmpl']
`,
  )
  if ('errors' in read) throw new Error(read.errors.join('\n'))
  expect(read.config.receivers[0]?.integrations.map(({ id, sendResolved }) => [id, sendResolved])).toEqual([
    ['a/webhook[0]', true],
    ['a/slack[0]', false],
  ])
  expect(read.leftOut).toEqual([
    expect.stringMatching(/^In am\.yml:6:\d+: receiver "a" has "opsgenie_configs", which this server cannot tell/),
    expect.stringMatching(/^In am\.yml:8:\d+: receiver "a": "title" is left aside/),
    expect.stringMatching(/^In am\.yml:9:\d+: "templates" are left aside/),
  ])
  expect(read.config.original).not.toContain('secret@')
  expect(read.config.original).not.toContain('/secret')
})

const mail = (global: string, own: string) =>
  readNotifyConfig(
    'am.yml',
    `global: {${global}}\nroute: { receiver: a }\nreceivers: [{ name: a, email_configs: [{ ${own} }] }]`,
  )

test.each([
  ['', 'to: "", from: a@b, smarthost: "h:25"', 'am.yml:3:40: "to", the addresses that are written to, is missing'],
  ['', 'from: a@b, smarthost: "h:25"', 'am.yml:3:40: "to", the addresses that are written to, is missing'],
  ['', 'to: a@b, smarthost: "h:25"', 'am.yml:3:40: "from", or "smtp_from" under "global:", is missing'],
  ['smtp_from: a@b', 'to: a@b', 'am.yml:3:40: "smarthost", or "smtp_smarthost" under "global:", is missing'],
  [
    'smtp_from: a@b, smtp_smarthost: host',
    'to: a@b, smarthost: "h:25"',
    'am.yml:1:42: smtp_smarthost is "host" and is expected as a host with its port, such as mail.example.com:587',
  ],
])('a mail that cannot be sent is refused: %#', (global, own, error) => {
  expect(mail(global, own)).toEqual({ errors: [`Cannot read ${error}.`] })
})

test('a mail has what is said of all mails, and what is said of it alone', () => {
  const read = mail(
    'smtp_from: a@b, smtp_smarthost: "mail:465", smtp_auth_username: u, smtp_auth_password: hidden',
    'to: "x@y, z@y", smarthost: "[::1]:587", send_resolved: true, headers: { subject: Oh, X-Team: "{{ .x }}" }',
  )
  if ('errors' in read) throw new Error(read.errors.join('\n'))
  expect(read.config.receivers[0]?.integrations).toMatchObject([
    {
      id: 'a/email[0]',
      to: 'x@y, z@y',
      from: 'a@b',
      sendResolved: true,
      headers: { subject: 'Oh' },
      server: { host: '::1', port: 587, tls: 'starttls', login: { username: 'u', password: { text: 'hidden' } } },
    },
  ])
  expect(read.leftOut).toEqual([expect.stringContaining('"X-Team" is left aside')])
  expect(read.config.original).not.toContain('hidden')
})

test.each([
  ['smtp_smarthost: "mail:465"', '', { tls: 'implicit' }],
  ['smtp_smarthost: "mail:465", smtp_force_implicit_tls: true', 'force_implicit_tls: false,', { tls: 'starttls' }],
  ['smtp_smarthost: "mail:25", smtp_require_tls: false', 'force_implicit_tls: true,', { tls: 'implicit' }],
  ['smtp_smarthost: "mail:25", smtp_require_tls: false', '', { tls: 'none' }],
  [
    'smtp_smarthost: "mail:25", smtp_auth_username: u, smtp_auth_password: p',
    'auth_secret: s,',
    { login: { username: 'u', password: { text: 's' }, isCramMd5: true } },
  ],
])('a mail server has %s, and %s of its own', (global, own, server) => {
  expect(mail(`smtp_from: a@b, ${global}`, `${own} to: x@y`)).toMatchObject({
    config: { receivers: [{ integrations: [{ server }] }] },
    leftOut: [],
  })
})

test('a login without a password is left aside, and that is said', () => {
  expect(mail('smtp_from: a@b, smtp_smarthost: "h:25", smtp_auth_username: u', 'to: x@y')).toMatchObject({
    leftOut: [expect.stringContaining('"auth_username" is left aside: there is no "auth_password"')],
  })
})

const times = (text: string) => {
  const read = readNotifyConfig(
    'am.yml',
    `route: { receiver: a }\n${receivers}\ntime_intervals: [{ name: n, time_intervals: [${text}] }]`,
  )
  if ('errors' in read) throw new Error(read.errors.join('\n'))
  return read.config.timeIntervals.get('n') ?? []
}

test.each([
  [`{ times: [{ start_time: '09:00', end_time: '17:00' }] }`, '2026-01-05T16:59:59Z', '2026-01-05T17:00:00Z'],
  [`{ weekdays: ['monday:friday', sunday] }`, '2026-01-04T10:00:00Z', '2026-01-03T10:00:00Z'],
  [`{ days_of_month: ['-3:-1'] }`, '2026-02-26T10:00:00Z', '2026-02-25T10:00:00Z'],
  [`{ days_of_month: ['29:31'] }`, '2024-02-29T10:00:00Z', '2026-02-28T10:00:00Z'],
  [`{ months: ['november:december', '1'], years: ['2026'] }`, '2026-01-01T10:00:00Z', '2027-01-01T10:00:00Z'],
  [
    `{ times: [{ start_time: '00:00', end_time: '01:00' }], location: Europe/Berlin }`,
    '2026-07-01T22:30:00Z',
    '2026-07-01T00:30:00Z',
  ],
])('%s has %s, and not %s', (text, within, without) => {
  expect(isWithin(times(text), Date.parse(within))).toBe(true)
  expect(isWithin(times(text), Date.parse(without))).toBe(false)
})
