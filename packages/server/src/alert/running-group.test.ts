import type { Alert } from '@wakeline/analysis'
import { expect, test } from 'vitest'
import { labelsText } from '../query/promql/evaluate/labels.ts'
import { defaultEvaluateOptions } from '../query/promql/evaluate/options.ts'
import { runInstantQuery } from '../query/promql/evaluate/query.ts'
import { MemorySource } from '../query/promql/script/memory-source.ts'
import { readSeries } from '../query/promql/script/series-notation.ts'
import { noSearches } from './ask-search.ts'
import type { Ask, RuleSample } from './evaluate-rule.ts'
import { readRuleFile } from './read-rule-file.ts'
import { restoreGroup } from './restore.ts'
import { type GroupWorld, RunningGroup } from './running-group.ts'

const minuteMs = 60_000

/** Rules over series in memory, one sample a minute; what they store comes in beside. */
function worldOf(series: readonly string[]) {
  const source = new MemorySource()
  for (const line of series) {
    const { labels, points } = readSeries(line)
    const samples = points.flatMap((point, i) =>
      point.kind === 'float' ? [{ kind: 'float', timeMs: i * minuteMs, value: point.value, startMs: 0 } as const] : [],
    )
    source.add(labels, samples)
  }
  const stored: string[] = []
  const told: string[] = []
  const reported: string[] = []
  let storeError = ''
  const ask: Ask = async ({ expression, timeMs, lookbackMs = defaultEvaluateOptions.lookbackMs }) => {
    const options = { ...defaultEvaluateOptions, lookbackMs }
    const answer = await runInstantQuery(
      { expression, source, options, nowMs: () => 0, signal: new AbortController().signal },
      timeMs,
    )
    return answer.kind === 'query-error' ? { error: answer.message } : answer.value
  }
  const store = async (samples: readonly RuleSample[]): Promise<string> => {
    if (storeError !== '') return storeError
    for (const { labels, timeMs, value } of samples) {
      stored.push(`${timeMs / minuteMs} ${labelsText(labels)} ${value}`)
      source.add(labels, [value === 'stale' ? { kind: 'stale', timeMs } : { kind: 'float', timeMs, value, startMs: 0 }])
    }
    return ''
  }
  const world: GroupWorld = {
    ask,
    askSearch: noSearches,
    store,
    notify: (rule, alerts: readonly Alert[], { validUntilMs }) => {
      for (const { phase } of alerts) told.push(`${rule.name} ${phase} until ${validUntilMs / minuteMs}`)
    },
    changed: () => {},
    report: (sentence) => void reported.push(sentence),
    externalUrl: '',
    externalLabels: new Map(),
    resendMs: minuteMs,
    clockMs: () => 0,
  }
  const refuse = (error: string): void => {
    storeError = error
  }
  return { world, stored, told, reported, ask, refuse }
}

function groupOf(text: string, world: GroupWorld, isRestored = true): RunningGroup {
  const read = readRuleFile('rules.yml', `groups:\n  - name: g\n${text}`)
  if ('errors' in read) throw new Error(read.errors.join())
  const [group] = read.groups
  if (group === undefined) throw new Error('there is no group')
  return new RunningGroup(group, world, { intervalMs: minuteMs, isRestored })
}

async function evaluate(group: RunningGroup, from: number, to: number): Promise<void> {
  for (let minute = from; minute <= to; minute++) await group.evaluate(minute * minuteMs)
}

const down = '    rules: [{ alert: Down, expr: up == 0, for: 1m }]'

test('an alert is stored as series, which end with it', async () => {
  const { world, stored } = worldOf(['up{job="api"} 0 0 1'])
  await evaluate(groupOf(down, world), 0, 2)
  expect(stored).toEqual([
    '0 {__name__="ALERTS", alertname="Down", alertstate="pending", job="api"} 1',
    '0 {__name__="ALERTS_FOR_STATE", alertname="Down", job="api"} 0',
    '1 {__name__="ALERTS", alertname="Down", alertstate="firing", job="api"} 1',
    '1 {__name__="ALERTS_FOR_STATE", alertname="Down", job="api"} 0',
    '1 {__name__="ALERTS", alertname="Down", alertstate="pending", job="api"} stale',
    '2 {__name__="ALERTS", alertname="Down", alertstate="firing", job="api"} stale',
    '2 {__name__="ALERTS_FOR_STATE", alertname="Down", job="api"} stale',
  ])
})

test('receivers are told when it fires, every minute while it does, and that it is over for a quarter of an hour', async () => {
  const { world, told } = worldOf(['up{job="api"} 0x4 1x30'])
  await evaluate(groupOf(down, world), 0, 30)
  expect(told.slice(0, 3)).toEqual(['Down firing until 5', 'Down firing until 7', 'Down inactive until 9'])
  expect(told.at(-1)).toBe('Down inactive until 23')
})

test('a rule sees what those before it recorded, of the time the offset says', async () => {
  const { world, stored } = worldOf(['up{job="api",instance="1"} 1 2 3', 'up{job="api",instance="2"} 1 1 1'])
  const rules =
    '    query_offset: 1m\n    rules: [{ record: job:up, expr: sum by (job) (up) }, { record: doubled, expr: job:up * 2, labels: { a: b } }]'
  const group = groupOf(rules, world)
  expect(group.rules.map(({ isAskedSoon }) => isAskedSoon)).toEqual([true, false])
  await evaluate(group, 2, 2)
  expect(stored).toEqual(['1 {__name__="job:up", job="api"} 3', '1 {__name__="doubled", a="b", job="api"} 6'])
})

test('nobody waits for what is recorded where a group may read it late', () => {
  const { world } = worldOf([])
  const { group } = groupOf('    rules: [{ record: a, expr: up }, { record: b, expr: a }]', world)
  const late = new RunningGroup({ ...group, mayReadLate: true }, world, { intervalMs: 60_000, isRestored: true })
  expect(late.rules.map(({ isAskedSoon }) => isAskedSoon)).toEqual([false, false])
})

test('a rule that fails leaves the others alone, says why once, and is well again', async () => {
  const { world, reported, refuse } = worldOf(['up{job="api"} 1x9', 'down{job="api"} 1x9', 'up{job="web"} 1x9'])
  const rules =
    '    rules: [{ record: a, expr: up * on () down }, { record: b, expr: up }, { record: c, expr: "up", labels: { job: x } }]'
  const group = groupOf(rules, world)
  await evaluate(group, 0, 1)
  expect(group.rules.map(({ health, failures }) => [health, failures])).toEqual([
    ['err', 2],
    ['ok', 0],
    ['err', 2],
  ])
  expect(reported).toEqual([
    expect.stringMatching(
      /^Cannot evaluate the rule "a" of rules.yml:3: .*many-to-many|^Cannot evaluate the rule "a" of rules.yml:3: /,
    ),
    'Cannot evaluate the rule "c" of rules.yml:3: vector contains metrics with the same labelset after applying rule labels',
  ])
  refuse('the disk is full')
  await evaluate(group, 2, 2)
  expect(group.rules[1]).toMatchObject({ health: 'err', lastError: 'the disk is full' })
  refuse('')
  await evaluate(group, 3, 3)
  expect(group.rules[1]).toMatchObject({ health: 'ok', lastError: '' })
})

test('a group that is read again goes on where it was, and what it has no longer ends', async () => {
  const { world, stored, told } = worldOf(['up{job="api"} 0x9'])
  const before = groupOf('    rules: [{ record: old, expr: up }, { alert: Down, expr: up == 0, for: 2m }]', world)
  await evaluate(before, 0, 1)
  const after = groupOf('    rules: [{ alert: Down, expr: up == 0, for: 3m }, { record: new, expr: up }]', world)
  after.adopt(before)
  await evaluate(after, 2, 3)
  expect(told).toEqual(['Down firing until 7'])
  expect(stored.filter((line) => line.includes('"old"'))).toEqual([
    '0 {__name__="old", job="api"} 0',
    '1 {__name__="old", job="api"} 0',
    '2 {__name__="old", job="api"} stale',
  ])
  await after.end(4 * minuteMs)
  expect(stored.filter((line) => line.startsWith('4 ') && line.endsWith('stale'))).toHaveLength(3)
})

test('after a restart an alert goes on waiting where it was, without the time in which nobody looked', async () => {
  const { world, ask, stored } = worldOf(['up{job="api"} 0x100'])
  const slow = '    rules: [{ alert: Down, expr: up == 0, for: 40m }]'
  await evaluate(groupOf(slow, world), 0, 10)
  const group = groupOf(slow, world, false)
  const before = stored.length
  await evaluate(group, 30, 31)
  expect(stored).toHaveLength(before)
  expect(await restoreGroup(group, 31 * minuteMs, ask)).toEqual([])
  await evaluate(group, 32, 61)
  const phases = stored.slice(before).filter((line) => line.includes('"ALERTS"') && !line.endsWith('stale'))
  expect(phases.find((line) => line.includes('firing'))).toMatch(/^61 /)
})

test('a rule with a condition that cannot be evaluated is told of after three times, and what fires stays', async () => {
  const { world } = worldOf(['up{job="api"} 0x9', 'other{job="api"} _ 1 1 1', 'other{job="web"} _ 1 1 1'])
  const rule = '    rules: [{ alert: Down, expr: up unless on () (up * on () other), thresholds: [{ below: 1 }] }]'
  const group = groupOf(rule, world)
  const seen: string[] = []
  for (const minute of [0, 1, 2, 3, 9]) {
    await evaluate(group, minute, minute)
    const alerts = [...(group.rules[0]?.alerts.values() ?? [])]
    seen.push(alerts.map(({ labels, phase }) => `${new Map(labels).get('alertname')} ${phase}`).join(', '))
  }
  expect(seen).toEqual([
    'Down firing',
    'Down firing, RuleEvaluationFails pending',
    'Down firing, RuleEvaluationFails pending',
    'Down firing, RuleEvaluationFails firing',
    'Down firing, RuleEvaluationFails inactive',
  ])
})
