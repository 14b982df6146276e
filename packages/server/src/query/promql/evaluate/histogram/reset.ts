import { type Buckets, type Histogram, isCustom } from './histogram.ts'
import { coarserBuckets, onBounds, sharedBounds, widerZeroBucket, withZeroThreshold } from './layout.ts'

/**
 * Whether the counter started anew between two samples: some count fell, or a bucket that had observations is gone.
 * A hint that says so, or the opposite, is believed.
 */
export function isReset(current: Histogram, previous: Histogram): boolean {
  if (current.hint === 'reset') return true
  if (current.hint === 'not-reset') return false
  if (current.count < previous.count) return true
  if (isCustom(current)) {
    if (!isCustom(previous)) return true
    const bounds = sharedBounds(current.customValues, previous.customValues)
    return anyFell(
      onBounds(current.positive, current.customValues, bounds),
      onBounds(previous.positive, previous.customValues, bounds),
    )
  }
  // A finer schema or a narrower zero bucket cannot come from going on counting.
  if (isCustom(previous) || current.schema > previous.schema) return true
  if (current.zeroThreshold < previous.zeroThreshold) return true
  if (current.zeroThreshold > previous.zeroThreshold) {
    const { threshold } = widerZeroBucket(previous, current.zeroThreshold)
    if (threshold !== current.zeroThreshold) return true
  }
  const before = withZeroThreshold(previous, current.zeroThreshold)
  if (current.zeroCount < before.zeroCount) return true
  const fell = (side: 'positive' | 'negative'): boolean =>
    anyFell(current[side], coarserBuckets(before[side], before.schema, current.schema))
  return fell('positive') || fell('negative')
}

function anyFell(current: Buckets, previous: Buckets): boolean {
  const counts = new Map(current.indexes.map((index, i) => [index, current.counts[i] ?? 0]))
  return previous.indexes.some((index, i) => {
    const before = previous.counts[i] ?? 0
    const now = counts.get(index)
    return now === undefined ? before !== 0 : now < before
  })
}
