import { expect, test } from 'vitest'
import { idleNotifying } from '../../alert/notifier/idle-notifier.case.ts'
import { alertmanagerRoutes } from './alertmanager.ts'

const startMs = Date.UTC(2026, 0, 5)

function open() {
  let nowMs = startMs
  const nowUnixMs = (): number => nowMs
  const routes = alertmanagerRoutes({ version: '1', nowUnixMs, notifying: idleNotifying(nowUnixMs) })
  const ask = async (path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') => {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await routes.request(path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { ask, pass }
}

const silence = (more: object = {}) => ({
  matchers: [{ name: 'alertname', value: 'A', isRegex: false }],
  startsAt: new Date(startMs).toISOString(),
  endsAt: new Date(startMs + 3_600_000).toISOString(),
  createdBy: 'me',
  comment: 'why',
  ...more,
})

test('alerts are taken, filtered and told with what silences them', async () => {
  const { ask } = open()
  const alerts = [
    { labels: { alertname: 'A', x: '1', empty: '' } },
    { labels: { alertname: 'B' }, annotations: { s: 't' } },
  ]
  expect(await ask('/alerts', alerts)).toEqual({ status: 200, body: undefined })
  const { silenceID } = (await ask('/silences', silence())).body
  const all = (await ask('/alerts')).body
  expect(all).toHaveLength(2)
  expect(all).toContainEqual({
    annotations: {},
    fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    labels: { alertname: 'A', x: '1' },
    receivers: [{ name: 'default' }],
    startsAt: '2026-01-05T00:00:00.000Z',
    endsAt: '2026-01-05T00:05:00.000Z',
    updatedAt: '2026-01-05T00:00:00.000Z',
    status: { state: 'suppressed', silencedBy: [silenceID], inhibitedBy: [], mutedBy: [] },
  })
  const names = async (search: string) =>
    (await ask(`/alerts?${search}`)).body.map((each: { labels: { alertname: string } }) => each.labels.alertname)
  expect(await names('silenced=false')).toEqual(['B'])
  expect(await names('active=false')).toEqual(['A'])
  expect(await names('filter=x!=%221%22')).toEqual(['B'])
  expect(await names('receiver=other')).toEqual([])
  const groups = (await ask('/alerts/groups')).body
  expect(groups.map((each: { labels: object }) => each.labels)).toEqual([{ alertname: 'A' }, { alertname: 'B' }])
})

test('a silence is changed, expires, and is found by its matchers', async () => {
  const { ask, pass } = open()
  const { silenceID } = (await ask('/silences', silence())).body
  pass(1000)
  const longer = { id: silenceID, endsAt: new Date(startMs + 7_200_000).toISOString() }
  expect((await ask('/silences', silence(longer))).body).toEqual({ silenceID })
  expect((await ask('/silences?filter=alertname=A')).body).toMatchObject([
    { id: silenceID, status: { state: 'active' }, endsAt: '2026-01-05T02:00:00.000Z', annotations: {} },
  ])
  expect((await ask('/silences?filter=alertname=B')).body).toEqual([])
  // What it silences cannot be changed: that is another one.
  const other = (await ask('/silences', silence({ ...longer, matchers: [{ name: 'x', value: '1', isRegex: true }] })))
    .body
  expect(other.silenceID).not.toBe(silenceID)
  expect((await ask(`/silence/${silenceID}`)).body).toMatchObject({ status: { state: 'expired' } })
  expect((await ask(`/silence/${other.silenceID}`, undefined, 'DELETE')).status).toBe(200)
  expect((await ask('/silences?expired=false')).body).toEqual([])
})

test.each([
  ['/silences', silence({ matchers: [] }), 400, /has no matchers/],
  ['/silences', silence({ matchers: [{ name: 'x', value: '.*', isRegex: true }] }), 400, /nearly all/],
  ['/silences', silence({ endsAt: '2026-01-04T00:00:00Z' }), 400, /ends before it begins/],
  ['/silences', silence({ id: 'none' }), 404, /there is none of this id/],
  ['/silences', { matchers: 1 }, 400, /^Cannot silence: .*at matchers/],
  ['/alerts', [{ labels: {} }], 400, /it has no labels/],
  ['/alerts', {}, 400, /a list of/],
])('%s refuses what is wrong: %#', async (path, body, status, sentence) => {
  const { ask } = open()
  const answer = await ask(path, body)
  expect(answer.status).toBe(status)
  expect(answer.body).toMatch(sentence)
})

test('the status has the configuration, and receivers are named', async () => {
  const { ask } = open()
  expect((await ask('/status')).body).toMatchObject({
    cluster: { status: 'disabled' },
    versionInfo: { version: '1' },
    config: { original: expect.stringContaining('default') },
  })
  expect((await ask('/receivers')).body).toEqual([{ name: 'default' }])
})
