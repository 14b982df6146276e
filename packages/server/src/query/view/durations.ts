/**
 * Durations as the rollup counts them: bucket b = floor(8 * log2(nanoseconds)), as `span_red` in the migrations says.
 * A quantile is taken as its bucket's middle, within 4.5 % of the truth.
 */
export type Durations = Map<number, number>

export function addDurations(into: Durations, buckets: Readonly<Record<string, string | number>>): void {
  for (const [bucket, count] of Object.entries(buckets)) {
    into.set(Number(bucket), (into.get(Number(bucket)) ?? 0) + Number(count))
  }
}

/** Nanoseconds; undefined where nothing was counted. */
export function durationQuantile(durations: Durations, quantile: number): number | undefined {
  const buckets = [...durations].sort(([a], [b]) => a - b)
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  if (total === 0) return undefined
  const rank = Math.max(1, Math.ceil(quantile * total))
  let seen = 0
  for (const [bucket, count] of buckets) {
    seen += count
    if (seen >= rank) return Math.round(2 ** ((bucket + 0.5) / 8))
  }
  return undefined
}
