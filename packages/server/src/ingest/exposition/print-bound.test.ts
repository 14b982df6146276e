import { expect, test } from 'vitest'
import { printBound } from './print-bound.ts'

// As Go's strconv.FormatFloat(value, 'g', -1, 64) has it, with `.0` behind what looks like an integer.
test.each([
  [1, '1.0'],
  [0, '0.0'],
  [-0, '0.0'],
  [-1, '-1.0'],
  [0.5, '0.5'],
  [100_000, '100000.0'],
  [999_999.5, '999999.5'],
  [1_000_000, '1e+06'],
  [2_500_000, '2.5e+06'],
  [1e21, '1e+21'],
  [0.0001, '0.0001'],
  [0.000_05, '5e-05'],
  [1.5e-10, '1.5e-10'],
  [1e100, '1e+100'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
  [Number.NaN, 'NaN'],
])('%d is written %s', (value, text) => {
  expect(printBound(value)).toBe(text)
})
