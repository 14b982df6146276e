import { expect, test } from 'vitest'
import { stepRates } from './step-rates.ts'

const minute = 60_000

test.each([
  ['whole steps', [0, 3 * minute], [1, 2, 0]],
  ['a first and a last step of which half was counted', [minute / 2, 2.5 * minute], [2, 2, 0]],
  ['a last step that has just begun, of which nothing can be said', [0, 2 * minute + 5000], [1, 2, null]],
])('rates are of %s', (_, [fromMs = 0, toMs = 0], rates) => {
  const on = { times: [0, minute, 2 * minute], stepMs: minute, covered: { fromMs, toMs } }
  expect(stepRates([60, 120, 0], on)).toEqual(rates)
})
