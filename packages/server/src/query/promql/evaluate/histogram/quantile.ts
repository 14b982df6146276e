import { allBuckets, type Bucket, type Histogram, isCustom } from './histogram.ts'
import { fractionBelow } from './trim.ts'

/** What NaN observations did to an answer: they are counted, yet lie in no bucket. */
export type NanEffect = 'none' | 'nan' | 'skewed' | 'excluded'

/** The zero bucket of a histogram whose other buckets are all of one sign reaches only to zero. */
function clampZeroBucket(bucket: Bucket, histogram: Histogram): Bucket {
  if (isCustom(histogram) || !(bucket.lower <= 0 && bucket.upper >= 0)) return bucket
  const hasPositive = histogram.positive.indexes.length > 0
  const hasNegative = histogram.negative.indexes.length > 0
  if (hasPositive && !hasNegative) return { ...bucket, lower: 0 }
  if (hasNegative && !hasPositive) return { ...bucket, upper: 0 }
  return bucket
}

export function histogramQuantile(q: number, histogram: Histogram): { value: number; nan: NanEffect } {
  const plain = (value: number): { value: number; nan: NanEffect } => ({ value, nan: 'none' })
  if (q < 0) return plain(-Infinity)
  if (q > 1) return plain(Infinity)
  if (histogram.count === 0 || Number.isNaN(q)) return plain(Number.NaN)
  // Observations of NaN make the sum NaN; they count as the highest, so that the ranks must be counted from below.
  const hasNaN = Number.isNaN(histogram.sum)
  const forward = hasNaN || q < 0.5
  const buckets = allBuckets(histogram)
  if (!forward) buckets.reverse()
  const rank = (forward ? q : 1 - q) * histogram.count
  let count = 0
  let at = 0
  let bucket: Bucket = { lower: 0, upper: 0, count: 0 }
  for (; at < buckets.length; at++) {
    const next = buckets[at]
    if (next === undefined || next.count === 0) continue
    bucket = next
    count += bucket.count
    if (count >= rank) break
  }
  bucket = clampZeroBucket(bucket, histogram)
  if (isCustom(histogram)) {
    if (bucket.lower === -Infinity) {
      if (bucket.upper <= 0) return plain(bucket.upper)
      bucket = { ...bucket, lower: 0 }
    } else if (bucket.upper === Infinity) return plain(bucket.lower)
  }
  count = Math.min(count, histogram.count)
  if (count < rank) return hasNaN ? { value: Number.NaN, nan: 'nan' } : plain(bucket.upper)
  const inBucket = forward ? rank - (count - bucket.count) : count - rank
  const value = interpolate(bucket, inBucket / bucket.count, isCustom(histogram))
  if (!hasNaN) return plain(value)
  for (const later of buckets.slice(at + 1)) count += later.count
  return { value, nan: count < histogram.count ? 'skewed' : 'none' }
}

/** On a line in custom buckets and around zero; in others as a schema of twice the resolution would divide them. */
function interpolate({ lower, upper }: Bucket, fraction: number, custom: boolean): number {
  if (custom || (lower <= 0 && upper >= 0)) return lower + (upper - lower) * fraction
  const logLower = Math.log2(Math.abs(lower))
  const logUpper = Math.log2(Math.abs(upper))
  return lower > 0
    ? 2 ** (logLower + (logUpper - logLower) * fraction)
    : -(2 ** (logUpper + (logLower - logUpper) * (1 - fraction)))
}

export function histogramFraction(
  lower: number,
  upper: number,
  histogram: Histogram,
): { value: number; nan: NanEffect } {
  if (histogram.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return { value: Number.NaN, nan: 'none' }
  const buckets = allBuckets(histogram)
  const counted = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  const excluded = Number.isNaN(histogram.sum) && counted < histogram.count
  const nan: NanEffect = excluded ? 'excluded' : 'none'
  if (lower >= upper) return { value: 0, nan }
  const all = excluded ? counted : histogram.count
  const rankOf = (value: number): number => Math.min(all, rankBelow(value, buckets, histogram) ?? all)
  return { value: (rankOf(upper) - rankOf(lower)) / histogram.count, nan }
}

/** How many observations lie below a value; undefined when it is above all buckets. */
function rankBelow(value: number, buckets: readonly Bucket[], histogram: Histogram): number | undefined {
  const custom = isCustom(histogram)
  let rank = 0
  for (const each of buckets) {
    const isZero = !custom && each.lower <= 0 && each.upper >= 0
    let bucket = clampZeroBucket(each, histogram)
    if (custom && bucket.lower === -Infinity && bucket.upper > 0 && value > -Infinity && bucket.upper !== Infinity)
      bucket = { ...bucket, lower: 0 }
    if (bucket.lower >= value) return rank
    if (bucket.upper > value) {
      // A bucket without an end cannot be divided: the first counts whole, the last not at all.
      if (bucket.lower === -Infinity) return bucket.upper === Infinity ? rank : rank + bucket.count
      if (bucket.upper === Infinity) return rank
      return rank + bucket.count * fractionBelow(bucket, value, custom || isZero)
    }
    rank += bucket.count
  }
  return undefined
}
