import { describe, expect, test } from 'vitest'
import { outcomeOf, recoveryProblem, type ThresholdOperator, type WindowMatch } from './threshold.ts'

const seen = (
  values: readonly number[],
  match: WindowMatch,
  operator: ThresholdOperator,
  value: number,
  recovery?: number,
): string => {
  const outcome = outcomeOf(values, match, { operator, value, recovery })
  return 'value' in outcome ? `${outcome.is} ${outcome.value}` : outcome.is
}

describe('outcomeOf', () => {
  test.each<[WindowMatch, ThresholdOperator, number, readonly number[], string]>([
    ['at_least_once', 'above', 10, [1, 12, 30, 2], 'reached 30'],
    ['at_least_once', 'above', 30, [1, 12, 30, 2], 'clear'],
    ['at_least_once', 'at_least', 30, [1, 12, 30, 2], 'reached 30'],
    ['at_least_once', 'below', 2, [3, 1, 0, 5], 'reached 0'],
    ['at_least_once', 'at_most', 0, [3, 1, 0, 5], 'reached 0'],
    ['at_least_once', 'equal', 5, [3, 5], 'reached 5'],
    ['at_least_once', 'not_equal', 5, [5, 6, 9], 'reached 9'],
    ['at_least_once', 'not_equal', 5, [5, 5], 'clear'],
    ['all_the_time', 'above', 10, [12, 30, 11], 'reached 11'],
    ['all_the_time', 'above', 10, [12, 30, 10], 'clear'],
    ['all_the_time', 'below', 10, [1, 3], 'reached 3'],
    ['all_the_time', 'equal', 10, [10, 10], 'reached 10'],
    ['all_the_time', 'not_equal', 10, [9, 12], 'reached 9'],
    ['on_average', 'above', 10, [5, 16], 'reached 10.5'],
    ['on_average', 'equal', 10, [5, 15], 'reached 10'],
    ['in_total', 'above', 10, [5, 6], 'reached 11'],
    ['in_total', 'below', 10, [5, 6], 'clear'],
    ['last', 'above', 10, [1, 11], 'reached 11'],
    ['last', 'above', 10, [11, 1], 'clear'],
    ['last', 'above', 10, [11, Number.NaN], 'reached 11'],
    ['all_the_time', 'above', 10, [11, Number.NaN, 12], 'reached 11'],
    ['on_average', 'above', 10, [Number.NaN], 'no-data'],
    ['last', 'below', 10, [], 'no-data'],
    ['last', 'above', 10, [Number.POSITIVE_INFINITY], 'reached Infinity'],
  ])('%s %s %d of %j is %s', (match, operator, value, values, wanted) => {
    expect(seen(values, match, operator, value)).toBe(wanted)
  })

  test.each<[ThresholdOperator, number, number, readonly number[], WindowMatch, string]>([
    ['above', 50, 40, [51], 'last', 'reached 51'],
    ['above', 50, 40, [45], 'last', 'held 45'],
    ['above', 50, 40, [40], 'last', 'clear'],
    ['below', 10, 20, [15], 'last', 'held 15'],
    ['below', 10, 20, [20], 'last', 'clear'],
    ['above', 50, 40, [45, 60], 'all_the_time', 'held 45'],
    ['above', 50, 40, [30, 45], 'at_least_once', 'held 45'],
  ])('%s %d that recovers at %d sees %j (%s) as %s', (operator, value, recovery, values, match, wanted) => {
    expect(seen(values, match, operator, value, recovery)).toBe(wanted)
  })
})

test.each<[ThresholdOperator, number, number | undefined, RegExp]>([
  ['above', 50, 40, /^$/],
  ['above', 50, undefined, /^$/],
  ['above', 50, 50, /recovers below it, and not at 50/],
  ['below', 10, 5, /recovers above it/],
  ['equal', 10, 5, /no longer holds/],
])('%s %d with the recovery %s: %s', (operator, value, recovery, wanted) => {
  expect(recoveryProblem({ operator, value, recovery })).toMatch(wanted)
})
