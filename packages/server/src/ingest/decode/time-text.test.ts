import { expect, test } from 'vitest'
import { unixNanoOf } from './time-text.ts'

const noon = 1_769_860_800_000_000_000n

test.each<[unknown, bigint | undefined]>([
  ['2026-01-31T12:00:00Z', noon],
  ['2026-01-31 12:00:00', noon],
  ['2026-01-31T14:30:00.5+0230', noon + 500_000_000n],
  ['2026-01-31T12:00:00.123456789123Z', noon + 123_456_789n],
  [1_769_860_800, noon],
  [1_769_860_800.25, noon + 250_000_000n],
  [1_769_860_800_001, noon + 1_000_000n],
  [1_769_860_800_000_001, noon + 1_000n],
  [noon + 1n, noon + 1n],
  ['1769860800', noon],
  ['1769860800.5', noon + 500_000_000n],
  ['1769860800000000001', noon + 1n],
  ['2026-13-31T12:00:00Z', undefined],
  ['2026-02-29T12:00:00Z', undefined],
  ['2024-02-29T00:00:00Z', 1_709_164_800_000_000_000n],
  ['2200-01-01T00:00:00Z', undefined],
  ['1969-12-31T23:59:59Z', undefined],
  ['12:00', undefined],
  ['9'.repeat(40), undefined],
  [-5, undefined],
  [Number.NaN, undefined],
  [true, undefined],
])('%s is a time, or none', (value, expected) => {
  expect(unixNanoOf(value)).toBe(expected)
})
