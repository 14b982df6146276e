import { expect, test } from 'vitest'
import { clockAhead } from './clock-ahead.ts'

test.each([
  [0, undefined],
  [-29_000, undefined],
  [600_000, 'clock +10m'],
  [-95_000, 'clock −1m'],
])('a clock that is %d ms ahead is told as %s', (aheadMs, short) => {
  expect(clockAhead(aheadMs)?.short).toBe(short)
})
