import { type Bucket, bucketsOf, compactHistogram, type Histogram, isCustom, zeroBucket } from './histogram.ts'

/**
 * `histogram </ cut` keeps the observations below the cut, `histogram >/ cut` those above. A bucket that the cut goes
 * through is divided as if its observations lay evenly in it: on a line in custom buckets and in the zero bucket, on a
 * logarithmic one in the others. Nothing is known of where observations lie in a bucket without an end.
 *
 * The sum of what is left is estimated from the middles of the kept buckets; it stays as it was if nothing was cut.
 */
export function trimHistogram(histogram: Histogram, cut: number, keepBelow: boolean): Histogram {
  const custom = isCustom(histogram)
  let count = 0
  let sum = 0
  let changed = false
  const keep = (bucket: Bucket, kept: Kept): number => {
    if (kept.count !== bucket.count) changed = true
    count += kept.count
    if (kept.count !== 0) sum += kept.count * kept.middle
    return kept.count
  }
  const side = (name: 'positive' | 'negative'): number[] =>
    bucketsOf(histogram, name).map((bucket) => {
      if (bucket.count === 0) return 0
      // Nothing lies on either side of NaN. The zero bucket, alone, is divided by it all the same, as in Prometheus.
      if (Number.isNaN(cut)) return keep(bucket, nothing)
      return keep(bucket, custom ? customPart(bucket, cut, keepBelow) : exponentialPart(bucket, cut, keepBelow))
    })
  const positive = { indexes: histogram.positive.indexes, counts: side('positive') }
  const negative = { indexes: histogram.negative.indexes, counts: side('negative') }
  const zero = oneSidedZeroBucket(histogram)
  const zeroCount = zero.count > 0 ? keep(zero, linearPart(zero, cut, keepBelow)) : 0
  if (!changed) return histogram
  return compactHistogram({ ...histogram, zeroCount, count, sum, positive, negative })
}

/** How many observations stay and where their middle is. */
type Kept = { readonly count: number; readonly middle: number }

/** A zero bucket next to buckets of one sign only is taken to hold that sign only. */
function oneSidedZeroBucket(histogram: Histogram): Bucket {
  const zero = zeroBucket(histogram)
  const hasPositive = histogram.positive.indexes.length > 0
  const hasNegative = histogram.negative.indexes.length > 0
  if (hasPositive && !hasNegative) return { ...zero, lower: 0 }
  if (hasNegative && !hasPositive) return { ...zero, upper: 0 }
  return zero
}

/** The part of the bucket on the kept side, undefined when none of it is. */
function keptRange({ lower, upper }: Bucket, cut: number, keepBelow: boolean): readonly [number, number] | undefined {
  if (keepBelow) return lower >= cut ? undefined : [lower, Math.min(upper, cut)]
  return upper <= cut ? undefined : [Math.max(lower, cut), upper]
}

const nothing: Kept = { count: 0, middle: 0 }

function linearPart(bucket: Bucket, cut: number, keepBelow: boolean): Kept {
  const range = keptRange(bucket, cut, keepBelow)
  if (range === undefined) return nothing
  const [from, to] = range
  const whole = from === bucket.lower && to === bucket.upper
  const count = whole ? bucket.count : (bucket.count * (to - from)) / (bucket.upper - bucket.lower)
  return { count, middle: (from + to) / 2 }
}

function exponentialPart(bucket: Bucket, cut: number, keepBelow: boolean): Kept {
  const range = keptRange(bucket, cut, keepBelow)
  if (range === undefined) return nothing
  const [from, to] = range
  const middle = Math.sign(from + to) * Math.sqrt(from * to)
  if (from === bucket.lower && to === bucket.upper) return { count: bucket.count, middle }
  const below = bucket.count * fractionBelow(bucket, cut, false)
  return { count: keepBelow ? below : bucket.count - below, middle }
}

/** The outermost custom buckets have no end. The first is taken to begin at zero if it ends above it. */
function customPart(bucket: Bucket, cut: number, keepBelow: boolean): Kept {
  const { lower, upper, count } = bucket
  if (lower === -Infinity && upper === Infinity) {
    const whole = keepBelow ? cut === Infinity : cut === -Infinity
    return whole ? { count, middle: 0 } : nothing
  }
  if (upper === Infinity)
    return keepBelow && cut !== Infinity ? nothing : endless(count, keepBelow ? lower : Math.max(lower, cut))
  if (lower !== -Infinity) return linearPart(bucket, cut, keepBelow)
  if (upper > 0) {
    if (!keepBelow && cut < 0 && cut !== -Infinity) return nothing
    return linearPart({ lower: 0, upper, count }, cut, keepBelow)
  }
  if (keepBelow) return cut === -Infinity ? nothing : endless(count, Math.min(upper, cut))
  return cut === -Infinity ? endless(count, upper) : nothing
}

/** All of a bucket that reaches to infinity; its known end stands for its middle. */
function endless(count: number, middle: number): Kept {
  return middle === Infinity ? nothing : { count, middle }
}

/** How much of a bucket lies below a value inside it. */
export function fractionBelow({ lower, upper }: Bucket, value: number, linear: boolean): number {
  if (linear) return (value - lower) / (upper - lower)
  const [logLower, logUpper, logValue] = [lower, upper, value].map((each) => Math.log2(Math.abs(each)))
  if (logLower === undefined || logUpper === undefined || logValue === undefined) return Number.NaN
  const fraction = (logValue - logLower) / (logUpper - logLower)
  return lower >= 0 ? fraction : 1 - (logValue - logUpper) / (logLower - logUpper)
}
