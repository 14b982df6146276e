import { expect, test } from 'vitest'
import { BatchKeys, batchKeyOf } from './batch-keys.ts'

const keyOf = (number: number): string => batchKeyOf('traces', `batch ${number}`)
const keys = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_unused, index) => keyOf(from + index))

test('a batch is recognised until its time is over, the oldest first', () => {
  const known = new BatchKeys({ keepMs: 100, countMax: 10_000 })
  known.add(keys(0, 2), 1_000)
  known.add(keys(2, 3), 1_050)
  expect(keys(0, 4).map((key) => known.has(key))).toEqual([true, true, true, false])
  known.add(keys(3, 4), 1_101)
  expect(keys(0, 4).map((key) => known.has(key))).toEqual([false, false, true, true])
  expect(known.forgottenEarly).toBe(0)
})

test('one that comes again is kept for its time from then on', () => {
  const known = new BatchKeys({ keepMs: 100, countMax: 10_000 })
  known.add([keyOf(0), keyOf(1)], 1_000)
  known.add([keyOf(0)], 1_080)
  known.add([keyOf(2)], 1_150)
  expect(keys(0, 3).map((key) => known.has(key))).toEqual([true, false, true])
  known.add([keyOf(3)], 1_181)
  expect(known.has(keyOf(0))).toBe(false)
})

test('beyond the most that are kept the oldest are forgotten early, and counted', () => {
  const known = new BatchKeys({ keepMs: 100, countMax: 3 })
  known.add(keys(0, 5), 1_000)
  expect(keys(0, 5).map((key) => known.has(key))).toEqual([false, false, true, true, true])
  expect(known.forgottenEarly).toBe(2)
})

test('many come and go, and it knows what a plain list of them knows', () => {
  const known = new BatchKeys({ keepMs: 1_000, countMax: 6_000 })
  // Thousands in a moment, then a few at a time: it grows, goes round, and becomes small again.
  const steps = [...Array.from({ length: 12 }, () => 1_500), ...Array.from({ length: 60 }, () => 7)]
  const all = keys(0, 12 * 1_500 + 60 * 7)
  let list: { key: string; timeMs: number }[] = []
  let made = 0
  steps.forEach((count, step) => {
    const timeMs = 5_000 + step * 90
    const added = all.slice(made, made + count)
    made += count
    known.add(added, timeMs)
    list = [...list, ...added.map((key) => ({ key, timeMs }))]
    list = list.filter((entry) => timeMs - entry.timeMs <= 1_000).slice(-6_000)
    const expected = new Set(list.map(({ key }) => key))
    expect(all.filter((key) => known.has(key) !== expected.has(key))).toEqual([])
  })
})
