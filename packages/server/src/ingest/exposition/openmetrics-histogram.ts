import { ExpositionError, type ExpositionSample } from './exposition.ts'
import { parseNumber } from './line-cursor.ts'

/** What has been seen of one histogram: the samples of one label set at one time. */
type Histogram = {
  key: string
  bound: number
  cumulative: number
  negativeBuckets: boolean
  count?: number
  sum?: number
  gaugeSum?: number
}

/** Buckets rise in bound and count and end at +Inf; count and sum come together and agree with the buckets. */
export function checkHistogram(family: string, samples: readonly ExpositionSample[]): void {
  let histogram: Histogram | undefined
  for (const sample of samples) {
    const suffix = sample.name.slice(family.length)
    const key = keyOf(sample, suffix)
    if (histogram?.key !== key) {
      if (histogram !== undefined) checkWhole(histogram)
      histogram = { key, bound: -Infinity, cumulative: 0, negativeBuckets: false }
    }
    addToHistogram(histogram, sample, suffix)
  }
  if (histogram !== undefined) checkWhole(histogram)
}

function keyOf(sample: ExpositionSample, suffix: string): string {
  const labels = sample.labels
    .filter(([name]) => suffix !== '_bucket' || name !== 'le')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([labels, sample.timestampMs])
}

function addToHistogram(histogram: Histogram, sample: ExpositionSample, suffix: string): void {
  if (suffix === '_count' || suffix === '_gcount') histogram.count = sample.value
  if (suffix === '_sum') histogram.sum = sample.value
  if (suffix === '_gsum') histogram.gaugeSum = sample.value
  if (suffix !== '_bucket') return
  const bound = parseNumber(sample.labels.find(([name]) => name === 'le')?.[1] ?? '') ?? Number.NaN
  if (bound <= histogram.bound) throw new ExpositionError('the buckets are not in the order of "le"')
  if (sample.value < histogram.cumulative) throw new ExpositionError('the counts of the buckets fall')
  if (bound < 0) histogram.negativeBuckets = true
  histogram.bound = bound
  histogram.cumulative = sample.value
}

function checkWhole(histogram: Histogram): void {
  const { count, sum, gaugeSum } = histogram
  if (histogram.bound !== Infinity) throw new ExpositionError('the bucket with le="+Inf" is missing')
  if (count !== undefined && count !== histogram.cumulative) {
    throw new ExpositionError(`the count ${count} is not that of the last bucket, ${histogram.cumulative}`)
  }
  const hasSum = sum !== undefined || gaugeSum !== undefined
  if (hasSum && count === undefined) throw new ExpositionError('a histogram with a sum needs a count')
  if (!hasSum && count !== undefined) throw new ExpositionError('a histogram with a count needs a sum')
  if (histogram.negativeBuckets && sum !== undefined) {
    throw new ExpositionError('a histogram with negative buckets has no sum')
  }
  if (!histogram.negativeBuckets && (gaugeSum ?? 0) < 0) {
    throw new ExpositionError('the sum may not be negative where no bucket is')
  }
}
