import { exponentialKeyOrigin } from '../plan/metric-points.ts'

/** What lies between two bounds. Buckets of a histogram in order of their bounds. */
export type Bucket = { low: number; high: number; count: number }

/** `bounds` are the upper ones of all buckets but the last. */
export function explicitBuckets(bounds: readonly number[], counts: readonly number[]): Bucket[] {
  return counts.map((count, index) => ({
    low: bounds[index - 1] ?? (index === 0 ? Math.min(0, bounds[0] ?? 0) : Number.POSITIVE_INFINITY),
    high: bounds[index] ?? Number.POSITIVE_INFINITY,
    count,
  }))
}

/** Bucket i of scale s lies between 2^(i/2^s) and 2^((i+1)/2^s). */
export function exponentialBuckets(scale: number, keys: readonly number[], counts: readonly number[]): Bucket[] {
  const bound = (index: number): number => 2 ** (index / 2 ** scale)
  const buckets = keys.map((key, at): Bucket => {
    const count = counts[at] ?? 0
    if (key === 0) return { low: 0, high: 0, count }
    if (key > 0) return { low: bound(key - exponentialKeyOrigin), high: bound(key - exponentialKeyOrigin + 1), count }
    const index = -key - exponentialKeyOrigin
    return { low: -bound(index + 1), high: -bound(index), count }
  })
  return buckets.sort((a, b) => a.low - b.low || a.high - b.high)
}

/** Taken evenly inside the bucket it falls into; in a last bucket without an upper bound, its lower one. */
export function bucketQuantile(buckets: readonly Bucket[], quantile: number): number | null {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  // Differences of spread counts may leave dust where nothing happened.
  if (total < 1e-9) return null
  let seen = 0
  for (const { low, high, count } of buckets) {
    if (count > 0 && seen + count >= quantile * total) {
      return Number.isFinite(high) ? low + (high - low) * Math.max(0, (quantile * total - seen) / count) : low
    }
    seen += count
  }
  return buckets.findLast((bucket) => bucket.count > 0)?.low ?? null
}
