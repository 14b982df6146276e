import { expect, test } from 'vitest'
import { randomOf } from '../../protocol/src/random.case.ts'
import {
  type AlertSample,
  type AlertState,
  type AlertTimes,
  isToBeSent,
  phaseOf,
  resolvedRetentionMs,
  restoredActiveAtMs,
  stepAlerts,
} from './alert-rule.ts'

const minuteMs = 60_000
const usual: AlertTimes = { holdMs: minuteMs, keepFiringMs: 0, limit: 0 }

const sampleOf = (key: string, value = 1): AlertSample => ({ key, labels: [['instance', key]], annotations: [], value })

/** What is said of each minute: the letters of the series in the answer. Comes back as the phases after each. */
function run(rule: AlertTimes, minutes: readonly string[], start: AlertState = new Map()): string[] {
  let state = start
  return minutes.map((series, minute) => {
    const step = stepAlerts(
      rule,
      state,
      [...series].map((key) => sampleOf(key)),
      minute * minuteMs,
    )
    state = step.state
    return (
      step.error ||
      [...state.values()]
        .map(({ key, phase }) => `${key}:${phase}`)
        .sort()
        .join(' ')
    )
  })
}

test.each<[string, Partial<AlertTimes>, readonly string[], readonly string[]]>([
  ['fires when it has held', {}, ['a', 'a', 'a'], ['a:pending', 'a:firing', 'a:firing']],
  ['fires at once without `for`', { holdMs: 0 }, ['a'], ['a:firing']],
  ['is forgotten when it clears while pending', {}, ['a', '', 'a'], ['a:pending', '', 'a:pending']],
  ['is kept when it is resolved', {}, ['a', 'a', ''], ['a:pending', 'a:firing', 'a:inactive']],
  ['starts anew when it comes back', {}, ['a', 'a', '', 'a'], ['a:pending', 'a:firing', 'a:inactive', 'a:pending']],
  [
    'goes on firing from the first clean evaluation on',
    { keepFiringMs: minuteMs },
    ['a', 'a', 'a', '', '', 'a'],
    ['a:pending', 'a:firing', 'a:firing', 'a:firing', 'a:inactive', 'a:pending'],
  ],
  [
    'counts anew how long it goes on firing when it comes back meanwhile',
    { keepFiringMs: 2 * minuteMs },
    ['a', 'a', '', 'a', '', '', ''],
    ['a:pending', 'a:firing', 'a:firing', 'a:firing', 'a:firing', 'a:firing', 'a:inactive'],
  ],
  ['does not go on when it was only pending', { keepFiringMs: minuteMs }, ['a', ''], ['a:pending', '']],
  ['is apart from its neighbours', {}, ['ab', 'a', 'ab'], ['a:pending b:pending', 'a:firing', 'a:firing b:pending']],
  [
    'fails when labels are twice, and stays as it was',
    {},
    ['a', 'aa', 'a'],
    ['a:pending', 'vector contains metrics with the same labelset after applying alert labels', 'a:firing'],
  ],
  [
    'ends with all others where they are too many',
    { limit: 1 },
    ['a', 'ab', 'a'],
    ['a:pending', 'exceeded limit of 1 with 2 alerts', 'a:pending'],
  ],
  ['has no limit where it is 0', { limit: 0 }, ['abc'], ['a:pending b:pending c:pending']],
])('an alert %s', (_, times, minutes, phases) => {
  expect(run({ ...usual, ...times }, minutes)).toEqual(phases)
})

test('a resolved alert is kept 15 minutes', () => {
  const minutes = ['a', ...Array<string>(17).fill('')]
  const phases = run({ ...usual, holdMs: 0 }, minutes)
  expect(phases.lastIndexOf('a:inactive')).toBe(1 + resolvedRetentionMs / minuteMs)
})

test('a longer `for` puts an alert that fires back to pending, and it is told anew when it fires', () => {
  const fired = stepAlerts({ ...usual, holdMs: 0 }, new Map(), [sampleOf('a')], 0)
  const sent = new Map([...fired.state].map(([key, alert]) => [key, { ...alert, lastSentAtMs: 0 }]))
  const back = stepAlerts({ ...usual, holdMs: 5 * minuteMs }, sent, [sampleOf('a')], minuteMs)
  expect([...back.state.values()]).toMatchObject([{ phase: 'pending', activeAtMs: 0, firedAtMs: undefined }])
  expect(back.transitions).toMatchObject([{ from: 'firing', to: 'pending' }])
  const again = stepAlerts({ ...usual, holdMs: 5 * minuteMs }, back.state, [sampleOf('a')], 5 * minuteMs)
  expect([...again.state.values()].map((alert) => isToBeSent(alert, 5 * minuteMs, minuteMs))).toEqual([true])
})

test('value and annotations are those of the last answer, labels and start those of the first', () => {
  const first = stepAlerts(usual, new Map(), [sampleOf('a', 1)], 0)
  const next = stepAlerts(usual, first.state, [{ ...sampleOf('a', 2), annotations: [['summary', 'two']] }], minuteMs)
  expect(next.state.get('a')).toMatchObject({ value: 2, annotations: [['summary', 'two']], activeAtMs: 0 })
})

test.each<[string, string[], number | undefined, number, boolean]>([
  ['pending', ['a'], undefined, 0, false],
  ['firing and never told', ['a', 'a'], undefined, 1, true],
  ['told a moment ago', ['a', 'a'], 1, 1, false],
  ['told exactly the delay ago', ['a', 'a'], 1, 2, false],
  ['told longer ago', ['a', 'a'], 1, 3, true],
  ['resolved since', ['a', 'a', ''], 1, 2, true],
  ['resolved and told', ['a', 'a', ''], 2, 2, false],
])('receivers hear of an alert that is %s', (_, minutes, sentMinute, nowMinute, isSent) => {
  let state: AlertState = new Map()
  minutes.forEach((series, minute) => {
    state = stepAlerts(
      usual,
      state,
      [...series].map((key) => sampleOf(key)),
      minute * minuteMs,
    ).state
  })
  const lastSentAtMs = sentMinute === undefined ? undefined : sentMinute * minuteMs
  const alerts = [...state.values()].map((alert) => ({ ...alert, lastSentAtMs }))
  expect(alerts.map((alert) => isToBeSent(alert, nowMinute * minuteMs, minuteMs))).toEqual([isSent])
})

test.each<[string, number, number, number]>([
  ['had fired: it is as it was', 30, 0, 0],
  ['was about to fire: it waits for the time of grace', 55, 5, 100 + 10 - 60],
  ['had long to go: the time in which nobody looked is left out', 60, 40, 40 + (100 - 60)],
])('an alert that %s', (_, lastMinute, activeMinute, restoredMinute) => {
  const holdMs = (lastMinute === 30 ? 30 : 60) * minuteMs
  const last = { timeMs: lastMinute * minuteMs, activeAtMs: activeMinute * minuteMs }
  const restored = restoredActiveAtMs(last, { holdMs, nowMs: 100 * minuteMs, graceMs: 10 * minuteMs })
  expect(restored / minuteMs).toBe(restoredMinute)
})

/** Prometheus' rule retold over the whole history of one series instead of step by step. */
function phaseByHistory(present: readonly boolean[], holdMinutes: number, keepMinutes: number): string {
  let activeAt = -1
  let clean = -1
  let isFiring = false
  let resolvedAt = -1
  present.forEach((isThere, minute) => {
    if (isThere) {
      if (activeAt < 0) activeAt = minute
      resolvedAt = -1
      clean = -1
      isFiring ||= minute - activeAt >= holdMinutes
      return
    }
    if (activeAt < 0) return
    if (clean < 0) clean = minute
    if (isFiring && minute - clean < keepMinutes) return
    if (isFiring) resolvedAt = minute
    activeAt = -1
    isFiring = false
  })
  if (activeAt >= 0) return isFiring ? 'firing' : 'pending'
  return resolvedAt >= 0 && present.length - 1 - resolvedAt <= 15 ? 'inactive' : ''
}

test('alerts of random histories are what the whole history says', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomOf(seed)
    const holdMinutes = random.below(5)
    const keepMinutes = random.below(4)
    const share = random.number()
    const present = Array.from({ length: 60 }, () => random.number() < share)
    const rule = { holdMs: holdMinutes * minuteMs, keepFiringMs: keepMinutes * minuteMs, limit: 0 }
    const phases = run(
      rule,
      present.map((isThere) => (isThere ? 'a' : '')),
    )
    phases.forEach((text, minute) => {
      const expected = phaseByHistory(present.slice(0, minute + 1), holdMinutes, keepMinutes)
      // What is pending again was resolved before, and is kept no longer as such.
      expect(text, `seed ${seed}, minute ${minute}`).toBe(expected === '' ? '' : `a:${expected}`)
    })
  }
})

test('transitions are exactly what changed', () => {
  const random = randomOf(7)
  let state: AlertState = new Map()
  for (let minute = 0; minute < 500; minute++) {
    const keys = [...'abcd'].filter(() => random.number() < 0.6)
    const step = stepAlerts(
      { holdMs: 2 * minuteMs, keepFiringMs: minuteMs, limit: 0 },
      state,
      keys.map((key) => sampleOf(key)),
      minute * minuteMs,
    )
    const phase = (of: AlertState, key: string): string => of.get(key)?.phase ?? 'none'
    const changed = [...'abcd'].filter((key) => phase(state, key) !== phase(step.state, key))
    expect(step.transitions.map(({ alert, from, to }) => [alert.key, from, to]).sort()).toEqual(
      changed.map((key) => [key, phase(state, key), phase(step.state, key)]).sort(),
    )
    state = step.state
    expect(phaseOf(state)).toBe(
      ['firing', 'pending'].find((each) => [...state.values()].some(({ phase }) => phase === each)) ?? 'inactive',
    )
  }
})
