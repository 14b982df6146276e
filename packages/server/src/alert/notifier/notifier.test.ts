import { expect, test } from 'vitest'
import { parseMatchers } from '../matchers/parse-matchers.ts'
import type { NotifyConfig } from './config/notify-config.ts'
import { readNotifyConfig } from './config/read-notify-config.ts'
import type { Message, SendOutcome } from './message.ts'
import { Notifier } from './notifier.ts'
import { fingerprintOf, mergeAlert, type NotifyAlert } from './notify-alert.ts'

const startMs = Date.UTC(2026, 0, 5, 12)
const secondMs = 1000

function configOf(text: string): NotifyConfig {
  const read = readNotifyConfig('am.yml', text)
  if ('errors' in read) throw new Error(read.errors.join('\n'))
  return read.config
}

const simple = (more = '') => `
route: { receiver: team, group_by: [alertname], group_wait: 10s, group_interval: 20s, repeat_interval: 1m }
receivers: [{ name: team, webhook_configs: [{ url: 'http://hook' }] }]
${more}`

/** A notifier on a clock of its own; `lines` say what was told: `30s team firing +A1,-B`. */
function openWorld(
  text: string,
  outcomeOf: (message: Message) => SendOutcome = () => ({ error: '', isWorthRetrying: false }),
) {
  let nowMs = startMs
  const lines: string[] = []
  const reported: string[] = []
  const notifier = new Notifier(configOf(text), {
    nowUnixMs: () => nowMs,
    send: async (integration, message) => {
      const outcome = outcomeOf(message)
      const alerts = message.alerts.map(
        ({ labels, isResolved }) => `${isResolved ? '-' : '+'}${labels.alertname}${labels.x ?? ''}`,
      )
      const failed = outcome.error === '' ? '' : ' failed'
      lines.push(`${(nowMs - startMs) / secondMs}s ${integration.receiver} ${message.status} ${alerts.join()}${failed}`)
      return outcome
    },
    externalUrl: () => 'http://here',
    report: (sentence) => void reported.push(sentence),
    wake: () => {},
    changed: () => {},
  })
  const alertOf = (labels: Record<string, string>, endsAtMs: number): NotifyAlert => ({
    fingerprint: fingerprintOf(labels),
    labels,
    annotations: {},
    startsAtMs: nowMs,
    endsAtMs,
    updatedAtMs: nowMs,
    generatorUrl: '',
    isEndGuessed: false,
  })
  const fire = (labels: Record<string, string>): void => void notifier.put([alertOf(labels, nowMs + 3_600_000)])
  const resolve = (labels: Record<string, string>): void =>
    void notifier.put([{ ...alertOf(labels, nowMs), startsAtMs: nowMs - 1 }])
  return {
    notifier,
    lines,
    reported,
    fire,
    resolve,
    silence: (matchers: string, seconds: number) => {
      const read = parseMatchers(matchers)
      if ('error' in read) throw new Error(read.error)
      const endsAtMs = nowMs + seconds * secondMs
      const given = { id: '', matchers: read, startsAtMs: nowMs, endsAtMs, createdBy: 'me', comment: 'test' }
      return notifier.silences.set(given, nowMs)
    },
    /** Every second until then. */
    until: async (seconds: number): Promise<void> => {
      while (nowMs < startMs + seconds * secondMs) {
        nowMs += secondMs
        for (let i = 0; i < 2; i++) {
          notifier.step()
          await new Promise((done) => setImmediate(done))
        }
      }
    },
  }
}

test('a group waits, then tells all it has, what changed at its interval, and the same again after a while', async () => {
  const world = openWorld(simple())
  world.fire({ alertname: 'A', x: '1' })
  await world.until(5)
  world.fire({ alertname: 'A', x: '2' })
  world.fire({ alertname: 'B' })
  await world.until(25)
  world.fire({ alertname: 'A', x: '3' })
  await world.until(100)
  world.resolve({ alertname: 'B' })
  for (const x of ['1', '2', '3']) world.resolve({ alertname: 'A', x })
  await world.until(160)
  expect(world.lines).toEqual([
    '10s team firing +A1,+A2',
    '15s team firing +B',
    '30s team firing +A1,+A2,+A3',
    '95s team firing +B',
    '110s team resolved -A1,-A2,-A3',
    '115s team resolved -B',
  ])
})

test('what was over before it was told is never told', async () => {
  const world = openWorld(simple())
  world.fire({ alertname: 'A' })
  await world.until(5)
  world.resolve({ alertname: 'A' })
  await world.until(60)
  expect(world.lines).toEqual([])
})

test('what is silenced is not told until the silence ends, and its end not at all', async () => {
  const world = openWorld(simple())
  world.silence('x=~"1|2"', 40)
  world.fire({ alertname: 'A', x: '1' })
  world.fire({ alertname: 'A', x: '2' })
  world.fire({ alertname: 'A', x: '3' })
  await world.until(25)
  world.resolve({ alertname: 'A', x: '2' })
  await world.until(60)
  expect(world.lines).toEqual(['10s team firing +A3', '50s team firing +A1,+A3'])
})

test('an alert is inhibited by one with the same labels, and two that are both sides by neither', async () => {
  const rule = `inhibit_rules: [{ source_matchers: [sev=page], target_matchers: [sev=~"page|warn"], equal: [x] }]`
  const world = openWorld(simple(rule))
  world.fire({ alertname: 'A', x: '1', sev: 'page' })
  world.fire({ alertname: 'A', x: '1', sev: 'warn' })
  world.fire({ alertname: 'A', x: '2', sev: 'warn' })
  await world.until(15)
  world.resolve({ alertname: 'A', x: '1', sev: 'page' })
  await world.until(35)
  expect(world.lines).toEqual(['10s team firing +A1,+A2', '30s team firing -A1,+A1,+A2'])
})

test('a receiver that fails is tried again, more and more slowly, and nobody waits for it', async () => {
  const two = `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 10s
  group_interval: 20s
  routes: [{ receiver: broken, continue: true }, { receiver: team }]
receivers:
  - { name: team, webhook_configs: [{ url: 'http://hook' }] }
  - { name: broken, webhook_configs: [{ url: 'http://broken' }] }`
  let failures = 3
  const world = openWorld(two, ({ receiver }) => ({
    error: receiver === 'broken' && failures-- > 0 ? 'it answered 503' : '',
    isWorthRetrying: true,
  }))
  world.fire({ alertname: 'A' })
  await world.until(25)
  expect(world.lines).toEqual([
    '10s broken firing +A failed',
    '10s team firing +A',
    '11s broken firing +A failed',
    '12s broken firing +A failed',
    '14s broken firing +A',
  ])
  expect(world.notifier.counts().get('broken/webhook[0]')).toMatchObject({ sent: 1, failures: 3, lastError: '' })
  expect(world.reported).toEqual([
    'Cannot tell broken/webhook[0] of alerts, trying again: it answered 503',
    'broken/webhook[0] takes alerts again.',
  ])
})

test('what is resolved is kept until it could be told', async () => {
  let isBroken = false
  const world = openWorld(simple(), () => ({ error: isBroken ? 'it answered 400' : '', isWorthRetrying: false }))
  world.fire({ alertname: 'A' })
  await world.until(15)
  isBroken = true
  world.resolve({ alertname: 'A' })
  await world.until(35)
  isBroken = false
  await world.until(55)
  expect(world.lines).toEqual(['10s team firing +A', '30s team resolved -A failed', '50s team resolved -A'])
})

test('a route is mute within its time intervals, and only the others are told', async () => {
  const muted = `
route:
  receiver: team
  group_wait: 10s
  group_interval: 20s
  routes: [{ matchers: [x=1], mute_time_intervals: [noon] }, { matchers: [x=2], active_time_intervals: [noon] }, { matchers: [x=3], active_time_intervals: [never] }]
receivers: [{ name: team, webhook_configs: [{ url: 'http://hook' }] }]
time_intervals:
  - { name: noon, time_intervals: [{ weekdays: [monday], times: [{ start_time: '12:00', end_time: '12:01' }] }] }
  - { name: never, time_intervals: [{ years: ['2001'] }] }`
  const world = openWorld(muted)
  for (const x of ['1', '2', '3']) world.fire({ alertname: 'A', x })
  await world.until(75)
  expect(world.lines).toEqual(['10s team firing +A2', '70s team firing +A1'])
})

test('after a restart nobody is told twice, and of what ended meanwhile everybody is told', async () => {
  const before = openWorld(simple())
  before.fire({ alertname: 'A' })
  before.fire({ alertname: 'B' })
  await before.until(15)
  const after = openWorld(simple())
  const alerts = before.notifier
    .alerts()
    .map((alert) => (alert.labels.alertname === 'B' ? { ...alert, endsAtMs: startMs } : alert))
  after.notifier.restore(alerts, before.notifier.log())
  await after.until(35)
  expect(after.lines).toEqual(['10s team resolved -B'])
})

test('another configuration groups what fires anew, and remembers who was told', async () => {
  const world = openWorld(simple())
  world.fire({ alertname: 'A' })
  await world.until(15)
  world.notifier.configure(
    configOf(simple().replace('name: team', 'name: other').replace('receiver: team', 'receiver: other')),
  )
  await world.until(40)
  expect(world.lines).toEqual(['10s team firing +A', '16s other firing +A'])
})

test('an alert that is told again is one with what it was while the two overlap', () => {
  const base = { fingerprint: '', labels: {}, annotations: {}, generatorUrl: '', isEndGuessed: false }
  const at = (startsAtMs: number, endsAtMs: number, updatedAtMs: number) => ({
    ...base,
    startsAtMs,
    endsAtMs,
    updatedAtMs,
  })
  const times = ({ startsAtMs, endsAtMs }: NotifyAlert) => [startsAtMs, endsAtMs]
  expect(times(mergeAlert(at(10, 100, 10), at(50, 200, 50), 50))).toEqual([10, 200])
  expect(times(mergeAlert(at(10, 100, 10), at(50, 60, 60), 60))).toEqual([10, 60])
  expect(times(mergeAlert(at(10, 100, 10), at(150, 200, 150), 150))).toEqual([150, 200])
  expect(times(mergeAlert(at(10, 100, 10), at(20, 80, 50), 50))).toEqual([10, 100])
  expect(times(mergeAlert({ ...at(10, 100, 10), isEndGuessed: true }, at(20, 80, 50), 50))).toEqual([10, 80])
})
