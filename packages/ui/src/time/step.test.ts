import { expect, test } from 'vitest'
import { stepFor } from './step.ts'

test.each([
  ['15 minutes', 15 * 60_000, 10_000],
  ['an hour', 3_600_000, 30_000],
  ['a day', 86_400_000, 600_000],
  ['30 days', 30 * 86_400_000, 6 * 3_600_000],
  ['two years', 730 * 86_400_000, 5 * 86_400_000],
])('the step over %s', (_, rangeMs, stepMs) => {
  expect(stepFor(0, rangeMs)).toBe(stepMs)
})
