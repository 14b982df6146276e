import { type Buckets, type Histogram, isCustom, noBuckets, upperBound } from './histogram.ts'

/** How two histograms are brought to the same buckets before they are added or compared. */

/** Which bucket of a coarser schema holds bucket `index`. */
const coarserIndex = (index: number, from: number, to: number): number => ((index - 1) >> (from - to)) + 1

/** Buckets whose index becomes the same are added. `target` must not turn the order around. */
function regroup(buckets: Buckets, target: (index: number) => number): Buckets {
  const indexes: number[] = []
  const counts: number[] = []
  buckets.indexes.forEach((index, i) => {
    const moved = target(index)
    const count = buckets.counts[i] ?? 0
    const last = counts.length - 1
    if (indexes[last] === moved) counts[last] = (counts[last] ?? 0) + count
    else {
      indexes.push(moved)
      counts.push(count)
    }
  })
  return { indexes, counts }
}

export function coarserBuckets(buckets: Buckets, from: number, to: number): Buckets {
  return from === to ? buckets : regroup(buckets, (index) => coarserIndex(index, from, to))
}

/** A new layout says nothing of counter resets any more. */
export function withSchema(histogram: Histogram, schema: number): Histogram {
  if (schema === histogram.schema) return histogram
  return {
    ...histogram,
    hint: 'unknown',
    schema,
    positive: coarserBuckets(histogram.positive, histogram.schema, schema),
    negative: coarserBuckets(histogram.negative, histogram.schema, schema),
  }
}

/** Bounds that both have. */
export function sharedBounds(a: readonly number[], b: readonly number[]): readonly number[] {
  const other = new Set(b)
  return a.filter((bound) => other.has(bound))
}

/** Custom buckets on fewer bounds: each goes into the first that reaches as far. */
export function onBounds(buckets: Buckets, bounds: readonly number[], fewer: readonly number[]): Buckets {
  return regroup(buckets, (index) => {
    const bound = bounds[index]
    const found = bound === undefined ? -1 : fewer.findIndex((each) => each >= bound)
    return found < 0 ? fewer.length : found
  })
}

/**
 * The zero bucket made wider: what it counts then and how wide it really is, for a populated bucket is taken in whole.
 */
export function widerZeroBucket(histogram: Histogram, threshold: number): { zeroCount: number; threshold: number } {
  let wider = threshold
  for (;;) {
    let { zeroCount } = histogram
    let again = false
    for (const side of [histogram.positive, histogram.negative]) {
      for (let i = 0; i < side.indexes.length; i++) {
        const index = side.indexes[i] ?? 0
        const count = side.counts[i] ?? 0
        if (upperBound(index - 1, histogram.schema, []) >= wider) break
        zeroCount += count
        const upper = upperBound(index, histogram.schema, [])
        if (upper <= wider) continue
        if (count !== 0) {
          wider = upper
          // What lies on the other side of zero was counted up to the old threshold.
          again = side === histogram.negative
        }
        break
      }
    }
    if (!again) return { zeroCount, threshold: wider }
  }
}

/** Without the buckets that lie in the zero bucket, and without the empty ones. */
function outsideZero(buckets: Buckets, schema: number, threshold: number): Buckets {
  const kept = buckets.indexes
    .map((index, i) => ({ index, count: buckets.counts[i] ?? 0 }))
    .filter(({ index, count }) => count !== 0 && upperBound(index - 1, schema, []) >= threshold)
  return kept.length === 0
    ? noBuckets
    : { indexes: kept.map(({ index }) => index), counts: kept.map(({ count }) => count) }
}

export function withZeroThreshold(histogram: Histogram, threshold: number): Histogram {
  if (threshold <= histogram.zeroThreshold || isCustom(histogram)) return histogram
  const { zeroCount, threshold: zeroThreshold } = widerZeroBucket(histogram, threshold)
  const { schema } = histogram
  return {
    ...histogram,
    zeroCount,
    zeroThreshold,
    positive: outsideZero(histogram.positive, schema, zeroThreshold),
    negative: outsideZero(histogram.negative, schema, zeroThreshold),
  }
}

/** Both with the same zero bucket, the smallest that fits the buckets of both. */
function sameZeroBucket(a: Histogram, b: Histogram): readonly [Histogram, Histogram] {
  let [left, right] = [a, b]
  while (left.zeroThreshold !== right.zeroThreshold) {
    left = withZeroThreshold(left, right.zeroThreshold)
    right = withZeroThreshold(right, left.zeroThreshold)
  }
  return [left, right]
}

/** Both in one layout. Undefined when one has custom bounds and the other not. */
export type CommonLayout = { readonly a: Histogram; readonly b: Histogram; readonly boundsReconciled: boolean }

export function commonLayout(a: Histogram, b: Histogram): CommonLayout | undefined {
  if (isCustom(a) !== isCustom(b)) return undefined
  if (!isCustom(a)) {
    const [left, right] = sameZeroBucket(a, b)
    const schema = Math.min(a.schema, b.schema)
    return { a: withSchema(left, schema), b: withSchema(right, schema), boundsReconciled: false }
  }
  const same =
    a.customValues.length === b.customValues.length && a.customValues.every((v, i) => v === b.customValues[i])
  if (same) return { a, b, boundsReconciled: false }
  const customValues = sharedBounds(a.customValues, b.customValues)
  const fit = (histogram: Histogram): Histogram => ({
    ...histogram,
    customValues,
    positive: onBounds(histogram.positive, histogram.customValues, customValues),
  })
  return { a: fit(a), b: fit(b), boundsReconciled: true }
}
