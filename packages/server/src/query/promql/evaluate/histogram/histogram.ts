/**
 * A native histogram: counts of observations in buckets whose bounds a schema gives.
 *
 *   schema -4..8   bucket i of the positive side holds (b^(i-1), b^i] with b = 2^(2^-schema); the negative side mirrors
 *                  it; the zero bucket holds [-zeroThreshold, zeroThreshold]
 *   schema -53     bucket i holds (customValues[i-1], customValues[i]], the first from -Inf, the last to +Inf; it has
 *                  neither a negative side nor a zero bucket
 *
 * Buckets are kept by index, ascending; those not listed are empty. Values are never changed in place.
 */
export type ResetHint = 'unknown' | 'reset' | 'not-reset' | 'gauge'

export type Buckets = { readonly indexes: readonly number[]; readonly counts: readonly number[] }

export type Histogram = {
  /** Whether the counter started anew with this sample; gauges do not count. */
  readonly hint: ResetHint
  readonly schema: number
  readonly zeroThreshold: number
  readonly zeroCount: number
  readonly count: number
  readonly sum: number
  readonly positive: Buckets
  readonly negative: Buckets
  readonly customValues: readonly number[]
}

/** One bucket with its bounds. */
export type Bucket = { readonly lower: number; readonly upper: number; readonly count: number }

export const customSchema = -53
export const noBuckets: Buckets = { indexes: [], counts: [] }

export const emptyHistogram: Histogram = {
  hint: 'unknown',
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 0,
  sum: 0,
  positive: noBuckets,
  negative: noBuckets,
  customValues: [],
}

export const isCustom = (histogram: Histogram): boolean => histogram.schema === customSchema

/** The upper bound of a positive bucket, and so the lower one of the next. */
export function upperBound(index: number, schema: number, customValues: readonly number[]): number {
  if (schema === customSchema) return index < 0 ? -Infinity : (customValues[index] ?? Infinity)
  if (schema <= 0) return finite(2 ** (index * 2 ** -schema))
  const perDoubling = 2 ** schema
  const whole = Math.floor(index / perDoubling)
  const rest = index - whole * perDoubling
  return finite(2 ** (rest / perDoubling) * 2 ** whole)
}

/** The last bucket ends at the largest number, not at infinity, which has the bucket after it. */
const finite = (bound: number): number => (bound === Infinity ? Number.MAX_VALUE : bound)

export function bucketsOf(histogram: Histogram, side: 'positive' | 'negative'): Bucket[] {
  const { schema, customValues } = histogram
  const { indexes, counts } = histogram[side]
  return indexes.map((index, i) => {
    const lower = upperBound(index - 1, schema, customValues)
    const upper = upperBound(index, schema, customValues)
    const count = counts[i] ?? 0
    return side === 'positive' ? { lower, upper, count } : { lower: -upper, upper: -lower, count }
  })
}

export const zeroBucket = (histogram: Histogram): Bucket => ({
  lower: -histogram.zeroThreshold,
  upper: histogram.zeroThreshold,
  count: histogram.zeroCount,
})

/** All buckets from the lowest to the highest. */
export function allBuckets(histogram: Histogram): Bucket[] {
  const zero = histogram.zeroCount > 0 ? [zeroBucket(histogram)] : []
  return [...bucketsOf(histogram, 'negative').reverse(), ...zero, ...bucketsOf(histogram, 'positive')]
}

function mapCounts(histogram: Histogram, change: (count: number) => number): Histogram {
  const side = (buckets: Buckets): Buckets => ({ indexes: buckets.indexes, counts: buckets.counts.map(change) })
  return {
    ...histogram,
    zeroCount: change(histogram.zeroCount),
    count: change(histogram.count),
    sum: change(histogram.sum),
    positive: side(histogram.positive),
    negative: side(histogram.negative),
  }
}

/** A histogram with its sign turned is no counter. */
const hintAfter = (histogram: Histogram, factor: number): ResetHint => (factor < 0 ? 'gauge' : histogram.hint)

export function multiplyHistogram(histogram: Histogram, factor: number): Histogram {
  return { ...mapCounts(histogram, (count) => count * factor), hint: hintAfter(histogram, factor) }
}

/** Dividing by zero leaves infinite totals and no buckets. */
export function divideHistogram(histogram: Histogram, divisor: number): Histogram {
  const divided = { ...mapCounts(histogram, (count) => count / divisor), hint: hintAfter(histogram, divisor) }
  return divisor === 0 ? { ...divided, positive: noBuckets, negative: noBuckets } : divided
}

function compactBuckets(buckets: Buckets): Buckets {
  if (!buckets.counts.includes(0)) return buckets
  const kept = buckets.counts
    .map((count, i) => ({ count, index: buckets.indexes[i] ?? 0 }))
    .filter(({ count }) => count !== 0)
  return { indexes: kept.map(({ index }) => index), counts: kept.map(({ count }) => count) }
}

/** Without its empty buckets. */
export function compactHistogram(histogram: Histogram): Histogram {
  const positive = compactBuckets(histogram.positive)
  const negative = compactBuckets(histogram.negative)
  return positive === histogram.positive && negative === histogram.negative
    ? histogram
    : { ...histogram, positive, negative }
}

export const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i] || (Number.isNaN(value) && Number.isNaN(b[i])))

/** The same in everything but the hint. */
export function equalHistograms(a: Histogram, b: Histogram): boolean {
  return (
    a.schema === b.schema &&
    sameNumbers([a.count, a.sum, a.zeroThreshold, a.zeroCount], [b.count, b.sum, b.zeroThreshold, b.zeroCount]) &&
    (!isCustom(a) || sameNumbers(a.customValues, b.customValues)) &&
    [a.positive, a.negative].every((side, i) => {
      const other = i === 0 ? b.positive : b.negative
      return sameNumbers(side.indexes, other.indexes) && sameNumbers(side.counts, other.counts)
    })
  )
}

export function hasOverflow(histogram: Histogram): boolean {
  const isInfinite = (value: number): boolean => value === Infinity || value === -Infinity
  const { zeroCount, count, sum, positive, negative } = histogram
  return (
    [zeroCount, count, sum].some(isInfinite) || positive.counts.some(isInfinite) || negative.counts.some(isInfinite)
  )
}
