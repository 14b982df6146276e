import { expect, test } from 'vitest'
import { labelsFrom } from '../query/promql/evaluate/labels.ts'
import { noSearches } from './ask-search.ts'
import type { Ask } from './evaluate-rule.ts'
import { readRuleFile } from './read-rule-file.ts'
import { RunningGroup } from './running-group.ts'

const minuteMs = 60_000
const stepMs = 5 * minuteMs
const dayMs = 86_400_000
const startMs = 100 * dayMs
const labels = labelsFrom([
  ['__name__', 'request_duration_seconds'],
  ['route', '/pay'],
])

const calm = (timeMs: number): number => 0.1 + 0.05 * Math.abs(Math.sin((timeMs / stepMs) * 12.9898))

const labelsOfPod = (pod: number) =>
  labelsFrom([
    ['__name__', 'request_duration_seconds'],
    ['pod', `shop-${pod}`],
  ])

/** A group of one rule over a series that is there since `sinceMs`. */
function watching({ rule, sinceMs, valueAt }: { rule: string; sinceMs: number; valueAt: (timeMs: number) => number }) {
  const ask: Ask = async ({ expression, timeMs }) => {
    if (expression.kind !== 'subquery')
      return { kind: 'vector', timeMs, samples: [{ labels, value: valueAt(timeMs), histogram: undefined }] }
    const timesMs: number[] = []
    for (let atMs = timeMs - 7 * dayMs + stepMs; atMs <= timeMs; atMs += stepMs) if (atMs >= sinceMs) timesMs.push(atMs)
    if (timesMs.length === 0) return { kind: 'matrix', series: [] }
    const values = Float64Array.from(timesMs, valueAt)
    return { kind: 'matrix', series: [{ labels, timesMs: Float64Array.from(timesMs), values, histograms: undefined }] }
  }
  return groupOf(rule, ask)
}

function groupOf(rule: string, ask: Ask): RunningGroup {
  const read = readRuleFile('rules.yml', `groups:\n  - name: g\n    interval: 1m\n    rules:\n      - ${rule}\n`)
  if ('errors' in read) throw new Error(read.errors.join())
  const [group] = read.groups
  if (group === undefined) throw new Error('there is no group')
  const quiet = { store: async () => '', notify: () => {}, changed: () => {}, report: () => {} }
  const world = {
    ...quiet,
    ask,
    askSearch: noSearches,
    externalUrl: '',
    externalLabels: new Map(),
    resendMs: 1,
    clockMs: () => 0,
  }
  return new RunningGroup(group, world, { intervalMs: minuteMs, isRestored: true })
}

async function alertsAfter(group: RunningGroup, minutes: number) {
  for (let minute = 0; minute <= minutes; minute++) await group.evaluate(startMs + minute * minuteMs)
  return [...(group.rules[0]?.alerts.values() ?? [])].filter(({ phase }) => phase === 'firing')
}

const slow = { rule: '{ alert: Slow, expr: request_duration_seconds, novelty: up }', sinceMs: startMs - 10 * dayMs }
const jumpsAt = (atMs: number, to: number) => (timeMs: number) =>
  timeMs >= atMs && timeMs < atMs + stepMs ? to : calm(timeMs)

test('a value never seen in the stored past fires, for a ticket, and says why', async () => {
  const valueAt = jumpsAt(startMs + 2 * stepMs, 0.812)
  const [alert] = await alertsAfter(watching({ ...slow, valueAt }), 12)
  expect(Object.fromEntries(alert?.labels ?? [])).toMatchObject({
    alertname: 'Slow',
    route: '/pay',
    severity: 'ticket',
  })
  const [reason] = (alert?.annotations ?? []).map(([name, text]) => `${name}: ${text}`)
  expect(reason).toMatch(
    /^reason: 812ms: the nearest value in 10d 0h \d+m 0s is 1\d\d.*ms, \d+ % of the range seen away$/,
  )
})

test('it goes on for half an hour, and then it is over', async () => {
  const valueAt = jumpsAt(startMs + 2 * stepMs, 0.812)
  expect(await alertsAfter(watching({ ...slow, valueAt }), 40)).toHaveLength(1)
  expect(await alertsAfter(watching({ ...slow, valueAt }), 50)).toHaveLength(0)
})

test.each([
  ['in the other direction', { rule: slow.rule.replace('up', 'down') }],
  ['by less than is worth it', { rule: slow.rule.replace('up', 'up, least_change: 5') }],
  ['in a series that is known for a day alone', { sinceMs: startMs - dayMs }],
])('nothing fires for what is new %s', async (_, more) => {
  const valueAt = jumpsAt(startMs + 2 * stepMs, 0.812)
  expect(await alertsAfter(watching({ ...slow, valueAt, ...more }), 12)).toHaveLength(0)
})

/** Pods that are there for a day each, `atOnce` together, asked for at each step of its own. */
async function watchPods({ atOnce, days }: { atOnce: number; days: number }) {
  const ask: Ask = async ({ expression, timeMs }) => {
    if (expression.kind === 'subquery') return { kind: 'matrix', series: [] }
    const first = Math.floor((timeMs - startMs) / dayMs) * atOnce
    const samples = Array.from({ length: atOnce }, (_, i) => ({
      labels: labelsOfPod(first + i),
      value: calm(timeMs),
      histogram: undefined,
    }))
    return { kind: 'vector', timeMs, samples }
  }
  const group = groupOf(slow.rule, ask)
  for (let day = 0; day < days; day++) await group.evaluate(startMs + day * dayMs)
  return group.rules[0]
}

test('series that were not seen for 28 days make room for others', async () => {
  expect(await watchPods({ atOnce: 6, days: 60 })).toMatchObject({ health: 'ok', failures: 0 })
})

test('series that come and go are counted over 28 days, and the error says so', async () => {
  expect((await watchPods({ atOnce: 10, days: 25 }))?.lastError).toMatch(/^it gave 210 series in 28 days/)
})

test.each([
  ['{ alert: A, expr: up, novelty: sideways }', /novelty is "sideways" and can be up, down, both/],
  ['{ alert: A, expr: up == 0, novelty: up }', /the expression compares/],
  ['{ alert: A, expr: up, least_change: 5 }', /"least_change" is of rules with "novelty:"/],
  ['{ alert: A, expr: up, novelty: up, thresholds: [{ above: 1 }] }', /both "novelty" and thresholds/],
  ['{ record: a, expr: up, novelty: up }', /"novelty" is of alerts/],
])('%s is refused', (rule, sentence) => {
  const read = readRuleFile('rules.yml', `groups:\n  - name: g\n    rules:\n      - ${rule}\n`)
  expect('errors' in read && read.errors.join()).toMatch(sentence)
})
