import { expect, test } from 'vitest'
import { randomOf } from '../../../../protocol/src/random.case.ts'
import { type BucketRange, bucketBound, bucketIndex, ExponentialBuckets } from './exponential-buckets.ts'

/** Counts by index, without the empty ones. */
const counted = ({ offset, length, counts }: BucketRange) =>
  new Map(Array.from({ length }, (_, i) => [offset + i, counts[i] ?? 0] as const).filter(([, count]) => count !== 0))

const limits = { maxScale: 20, maxBuckets: 160 }

test.each<[value: number, scale: number, index: number]>([
  [1, 0, -1],
  [2, 0, 0],
  [1.5, 0, 0],
  [4, 0, 1],
  [1, 3, -1],
  [2, 3, 7],
  [Math.SQRT2 - 1e-9, 1, 0],
  [Math.SQRT2 + 1e-9, 1, 1],
  [0.25, 20, -2 * 2 ** 20 - 1],
  [5e-324, 0, -1023],
  [Number.MAX_VALUE, 20, 1024 * 2 ** 20 - 1],
  [3, -1, 0],
  [5, -1, 1],
  [16, -2, 0],
  [17, -2, 1],
])('%s at scale %s is in bucket %s', (value, scale, index) => expect(bucketIndex(value, scale)).toBe(index))

test('a value is above the bound of the bucket before and not above its own, at every scale', () => {
  const { number: random } = randomOf(1)
  for (let i = 0; i < 20_000; i++) {
    const value = 2 ** (random() * 200 - 100)
    const scale = Math.floor(random() * 15) - 4
    const index = bucketIndex(value, scale)
    // Neither the logarithm nor the power is exact: at a bound the neighbour may be meant.
    expect(value).toBeGreaterThan(bucketBound(index - 1, scale) * (1 - 1e-12))
    expect(value).toBeLessThanOrEqual(bucketBound(index, scale) * (1 + 1e-12))
  }
})

test('there are never more buckets than allowed, and no value is lost', () => {
  const { number: random } = randomOf(2)
  const buckets = new ExponentialBuckets(limits)
  for (let i = 0; i < 20_000; i++) buckets.record((random() < 0.5 ? -1 : 1) * 2 ** (random() * 2000 - 1000))
  for (let i = 0; i < 5; i++) buckets.record(0)
  const sum = (range: BucketRange) => [...counted(range).values()].reduce((total, count) => total + count, 0)
  expect(buckets.positive.length).toBeLessThanOrEqual(160)
  expect(buckets.negative.length).toBeLessThanOrEqual(160)
  expect(sum(buckets.positive) + sum(buckets.negative) + buckets.zeroCount).toBe(buckets.count)
  expect([buckets.count, buckets.zeroCount, buckets.scale]).toEqual([20_005, 5, -4])
})

test('two together are what one would be that had seen all, and their difference is what came between', () => {
  const { number: random } = randomOf(3)
  const values = Array.from({ length: 3_000 }, () => Math.exp(random() * 12 - 6))
  const [first, second, all] = [0, 1, 2].map(() => new ExponentialBuckets(limits))
  if (first === undefined || second === undefined || all === undefined) throw new Error('three were made')
  values.forEach((value, i) => {
    ;(i < 1_000 ? first : second).record(value)
    all.record(value)
  })
  const before = first.copy()
  first.absorb(second)
  expect([first.scale, first.count]).toEqual([all.scale, all.count])
  expect(counted(first.positive)).toEqual(counted(all.positive))
  const came = first.since(before)
  second.coarsen(second.scale - came.scale)
  expect(came.count).toBe(2_000)
  expect(counted(came.positive)).toEqual(counted(second.positive))
})
