import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Alerting, type AlertingParts } from './alerting.ts'
import { noSearches } from './ask-search.ts'
import type { RuleSample } from './evaluate-rule.ts'
import { readRuleFile } from './read-rule-file.ts'
import type { RuleGroup } from './rule-file.ts'

const minuteMs = 60_000

beforeEach(() => {
  vi.useFakeTimers({ now: 100 * minuteMs })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A world in which every question takes so long and answers 1. */
function openAlerting(more: Partial<AlertingParts> = {}) {
  const asked: number[] = []
  const stored: RuleSample[] = []
  let takesMs = 0
  let atOnce = 0
  let atOnceMost = 0
  const alerting = new Alerting({
    nowUnixMs: Date.now,
    evaluationIntervalMs: minuteMs,
    onFault: (error) => {
      throw error
    },
    ask: async ({ timeMs }) => {
      asked.push(timeMs)
      atOnce += 1
      atOnceMost = Math.max(atOnceMost, atOnce)
      await new Promise((resolve) => setTimeout(resolve, takesMs))
      atOnce -= 1
      return { kind: 'scalar', timeMs, value: 1 }
    },
    askSearch: noSearches,
    store: async (samples) => {
      stored.push(...samples)
      return ''
    },
    notify: () => {},
    changed: () => {},
    report: () => {},
    externalUrl: '',
    externalLabels: new Map(),
    resendMs: minuteMs,
    clockMs: () => 0,
    ...more,
  })
  const slow = (ms: number): void => {
    takesMs = ms
  }
  return { alerting, asked, stored, slow, atOnceMost: () => atOnceMost }
}

function groupsOf(...names: string[]): readonly RuleGroup[] {
  const groups = names.map((name) => ({ name, rules: [{ record: `${name}_recorded`, expr: '1' }] }))
  const read = readRuleFile('rules.yml', JSON.stringify({ groups }))
  if ('errors' in read) throw new Error(read.errors.join())
  return read.groups
}

const distances = (times: readonly number[]): number[] => times.slice(1).map((time, i) => time - (times[i] ?? 0))

test('a group is evaluated at its place in each interval', async () => {
  const { alerting, asked } = openAlerting()
  await alerting.replace(groupsOf('a'))
  await vi.advanceTimersByTimeAsync(5 * minuteMs)
  await alerting.stop()
  expect(distances(asked)).toEqual([minuteMs, minuteMs, minuteMs, minuteMs])
})

test('what was due while one took too long is left out and counted, and none runs beside another', async () => {
  const { alerting, asked, slow, atOnceMost } = openAlerting()
  slow(2.5 * minuteMs)
  await alerting.replace(groupsOf('a'))
  await vi.advanceTimersByTimeAsync(10 * minuteMs)
  expect(distances(asked)).toEqual([2 * minuteMs, 3 * minuteMs, 2 * minuteMs])
  expect(alerting.counts().missed).toBe(4)
  expect(atOnceMost()).toBe(1)
  const ended = alerting.stop()
  await vi.runAllTimersAsync()
  await ended
})

test('of many groups that are due few are evaluated at once', async () => {
  const { alerting, slow, atOnceMost } = openAlerting()
  slow(30_000)
  await alerting.replace(groupsOf('a', 'b', 'c', 'd', 'e'))
  await vi.advanceTimersByTimeAsync(5 * minuteMs)
  expect(atOnceMost()).toBe(2)
  const ended = alerting.stop()
  await vi.runAllTimersAsync()
  await ended
})

test('a group that stays goes on, one that is gone ends, and what was counted of it stays', async () => {
  const { alerting, stored } = openAlerting()
  await alerting.replace(groupsOf('a', 'b'))
  const [kept] = alerting.groups()
  await vi.advanceTimersByTimeAsync(minuteMs)
  const { evaluations } = alerting.counts()
  await alerting.replace(groupsOf('a', 'c'))
  expect(alerting.groups()[0]).toBe(kept)
  expect(alerting.counts()).toMatchObject({ groups: 2, rules: 2, evaluations })
  expect(stored.at(-1)).toMatchObject({ value: 'stale', labels: { pairs: [['__name__', 'b_recorded']] } })
  await alerting.stop()
})
