import { expect, test } from 'vitest'
import { draftOf, formOf, newForm, problemAt, triedDraft } from './draft.ts'

test.each([
  ['level:error', 'level:error | count by (service)'],
  ['', '| count by (service)'],
  ['a | rate by (service) | timeseries 1m | sort -rate', 'a | rate by (service)'],
  ['a | p95(duration) by (name) | where p95(duration) > 1s', 'a | p95(duration) by (name) | where p95(duration) > 1s'],
])('an alert on the search %j asks %j', (q, search) => {
  expect(newForm({ signal: 'logs', q }).search).toBe(search)
})

test('a rule goes through its inputs unchanged', () => {
  const draft = {
    alert: 'Slow',
    search: 'kind:server | p95(duration) by (name)',
    signal: 'traces' as const,
    window: '10m',
    step: '1m',
    match: 'all_the_time',
    thresholds: [{ severity: 'critical', above: '1s', recovers_at: '800ms' }, { above: '500ms' }],
    no_data: 'alert after 10m',
    for: '2m',
    keep_firing_for: '5m',
    interval: '30s',
    labels: { team: 'shop' },
    annotations: { summary: '{{ $value }}', other: 'kept' },
    disabled: true,
  }
  expect(draftOf(formOf(draft))).toEqual(draft)
})

test('an expression that compares by itself has no window, and a threshold without a value is none', () => {
  const form = { ...newForm({ signal: 'metrics', q: 'up == 0' }), name: 'Down' }
  expect(draftOf(form)).toEqual({ alert: 'Down', expr: 'up == 0', labels: {}, annotations: {} })
})

test('a search is tried without a threshold, unless it measures by itself', () => {
  const thresholdsOf = (q: string) => triedDraft(newForm({ signal: 'logs', q })).thresholds
  expect(thresholdsOf('level:error')).toEqual([{ above: 'inf' }])
  expect(thresholdsOf('| count by (service) | where count > 1')).toBeUndefined()
  expect(triedDraft(newForm({ signal: 'metrics', q: 'up == 0' })).thresholds).toBeUndefined()
})

test('what is wrong is found at its input', () => {
  const problems = [{ at: 'thresholds.1.above', message: 'Above is "x".' }]
  expect(problemAt(problems, 'thresholds.1')?.message).toBe('Above is "x".')
  expect(problemAt(problems, 'thresholds.0')).toBeUndefined()
})
