import type { Slo } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { printAttained, printShare, stateOf, worstFirst } from './slo-state.ts'

const slo = (id: string, budgetLeft: number | null, firing = false): Slo => ({
  id,
  service: 'shop',
  name: id,
  description: '',
  file: 'slos.yml',
  objective: 99.9,
  periodMs: 1,
  measuredMs: 1,
  errorRatio: 0,
  budgetLeft,
  burnRate: 0,
  exhaustedInMs: null,
  windows: [],
  alerts: [{ name: 'A', severity: 'page', state: firing ? 'firing' : 'inactive' }],
  budget: { times: [], stepMs: 1, left: [] },
  proposed: null,
})

test('what is missed comes first, then what burns, then what has less left', () => {
  const all = [slo('a', 0.9), slo('b', 0.2), slo('c', 0.5, true), slo('d', null), slo('e', -1)]
  expect(worstFirst(all).map((each) => [each.id, stateOf(each)])).toEqual([
    ['e', 'missed'],
    ['c', 'burning'],
    ['d', 'unmeasured'],
    ['b', 'well'],
    ['a', 'well'],
  ])
})

test.each([
  [0, '100 %'],
  [0.0465, '95.35 %'],
  [0.000999, '99.9 %'],
  [0.0001, '99.99 %'],
  [0.00000123, '99.99987 %'],
  [1, '0 %'],
])('errors of %d are told as %s', (ratio, text) => {
  expect(printAttained(ratio)).toBe(text)
})

test.each([
  [0.4567, '45.7 %'],
  [-8.339, '-834 %'],
  [0, '0 %'],
])('a share of %d is %s', (share, text) => {
  expect(printShare(share)).toBe(text)
})
