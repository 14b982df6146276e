/** A classic histogram: counts of observations up to each bound. */
export type ClassicBucket = { readonly upper: number; readonly count: number }

/** Counts that had to be lifted, by `most` at most: of buckets between these two bounds. */
export type Forced = { readonly from: number; readonly to: number; readonly most: number }

/** Differences this small beside the counts come from adding floats, not from observations. */
const noise = 1e-12

/** By bound, those of the same bound added. */
function inOrder(buckets: readonly ClassicBucket[]): readonly ClassicBucket[] {
  if (buckets.every(({ upper }, i) => i === 0 || upper > (buckets[i - 1]?.upper ?? 0))) return buckets
  const sorted = [...buckets].sort((a, b) => a.upper - b.upper || 0)
  const merged: ClassicBucket[] = []
  for (const bucket of sorted) {
    const last = merged[merged.length - 1]
    if (last !== undefined && last.upper === bucket.upper)
      merged[merged.length - 1] = { upper: last.upper, count: last.count + bucket.count }
    else merged.push(bucket)
  }
  return merged
}

/** Counts cannot fall from bound to bound; where they do, the higher one is carried on. */
function withoutFalls(buckets: readonly ClassicBucket[]): { buckets: readonly ClassicBucket[]; forced?: Forced } {
  if (buckets.every(({ count }, i) => i === 0 || risesFrom(buckets[i - 1]?.count ?? 0, count))) return { buckets }
  let highest = buckets[0]?.count ?? 0
  let forced: Forced | undefined
  const fixed = buckets.map(({ upper, count }, i) => {
    if (i === 0) return { upper, count }
    if (count === highest || isNoise(count, highest)) return { upper, count: highest }
    if (count < highest) {
      forced = { from: forced?.from ?? upper, to: upper, most: Math.max(forced?.most ?? 0, highest - count) }
      return { upper, count: highest }
    }
    highest = count
    return { upper, count }
  })
  return { buckets: fixed, ...(forced !== undefined && { forced }) }
}

const risesFrom = (before: number, count: number): boolean =>
  count === before || (count > before && !isNoise(count, before))

function isNoise(a: number, b: number): boolean {
  return Math.abs(a - b) <= noise * Math.min(Math.abs(a) + Math.abs(b), Number.MAX_VALUE)
}

type Quantile = { value: number; forced?: Forced | undefined }

export function classicQuantile(q: number, given: readonly ClassicBucket[]): Quantile {
  const plain = (value: number): Quantile => ({ value })
  if (Number.isNaN(q)) return plain(Number.NaN)
  if (q < 0) return plain(-Infinity)
  if (q > 1) return plain(Infinity)
  const ordered = inOrder(given)
  if (ordered[ordered.length - 1]?.upper !== Infinity) return plain(Number.NaN)
  const { buckets, forced } = withoutFalls(ordered)
  const total = buckets[buckets.length - 1]?.count ?? 0
  if (buckets.length < 2 || total === 0 || Number.isNaN(total)) return plain(Number.NaN)
  const rank = q * total
  let at = buckets.findIndex(({ count }) => count >= rank)
  if (at < 0) at = buckets.length - 1
  const bucket = buckets[at]
  const before = buckets[at - 1]
  if (bucket === undefined) return plain(Number.NaN)
  if (at === buckets.length - 1) return { value: before?.upper ?? Number.NaN, forced }
  if (before === undefined && bucket.upper <= 0) return { value: bucket.upper, forced }
  const start = before?.upper ?? 0
  const countBefore = before?.count ?? 0
  const fraction = (rank - countBefore) / (bucket.count - countBefore)
  return { value: start + (bucket.upper - start) * fraction, forced }
}

export function classicFraction(lower: number, upper: number, given: readonly ClassicBucket[]): number {
  const buckets = inOrder(given)
  const last = buckets[buckets.length - 1]
  if (last?.upper !== Infinity || last.count === 0 || Number.isNaN(last.count)) return Number.NaN
  if (Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN
  if (lower >= upper) return 0
  const rankOf = (value: number): number => Math.min(last.count, rankBelow(value, buckets) ?? last.count)
  return (rankOf(upper) - rankOf(lower)) / last.count
}

/** How many observations lie below a value. The first bucket begins at zero if it ends above it; no bucket without an end is divided. */
function rankBelow(value: number, buckets: readonly ClassicBucket[]): number | undefined {
  let rank = 0
  let before = -Infinity
  for (const { upper, count } of buckets) {
    const start = before === -Infinity && upper > 0 && upper !== Infinity && value > -Infinity ? 0 : before
    if (start >= value) return rank
    if (upper > value) {
      if (start === -Infinity) return upper === Infinity ? rank : count
      return upper === Infinity ? rank : rank + ((count - rank) * (value - start)) / (upper - start)
    }
    rank = count
    before = upper
  }
  return undefined
}
