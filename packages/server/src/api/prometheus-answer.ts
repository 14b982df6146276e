import { bucketsOf, type Histogram, isCustom, zeroBucket } from '../query/promql/evaluate/histogram/histogram.ts'
import type { Labels } from '../query/promql/evaluate/labels.ts'
import type { PointSeries, QueryValue, Sample } from '../query/promql/evaluate/query.ts'

/** Values in Prometheus' JSON: times in seconds, numbers as text. */
export const timeOf = (ms: number): number => ms / 1000

export function printValue(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return Object.is(value, -0) ? '-0' : String(value)
}

export const labelsOf = (pairs: Labels['pairs'] | readonly (readonly [string, string])[]): object =>
  Object.fromEntries(pairs)

/** How a bucket holds its bounds: 0 the upper one, 1 the lower one, 3 both. */
type BucketText = [rule: 0 | 1 | 3, lower: string, upper: string, count: string]

function histogramOf(histogram: Histogram): object {
  const buckets: BucketText[] = []
  const add = (rule: BucketText[0], { lower, upper, count }: { lower: number; upper: number; count: number }): void => {
    if (count !== 0) buckets.push([rule, printValue(lower), printValue(upper), printValue(count)])
  }
  for (const bucket of bucketsOf(histogram, 'negative').reverse()) add(1, bucket)
  add(3, zeroBucket(histogram))
  for (const bucket of bucketsOf(histogram, 'positive'))
    add(isCustom(histogram) && bucket.lower === -Infinity ? 3 : 0, bucket)
  return {
    count: printValue(histogram.count),
    sum: printValue(histogram.sum),
    ...(buckets.length > 0 && { buckets }),
  }
}

export function resultOf(value: QueryValue, limit: number): { data: object; isCut: boolean } {
  const data = (resultType: string, result: unknown): object => ({ resultType, result })
  switch (value.kind) {
    case 'scalar':
      return { data: data('scalar', [timeOf(value.timeMs), printValue(value.value)]), isCut: false }
    case 'string':
      return { data: data('string', [timeOf(value.timeMs), value.value]), isCut: false }
    case 'vector': {
      const kept = value.samples.slice(0, limit)
      return {
        data: data(
          'vector',
          kept.map((sample) => sampleOf(sample, value.timeMs)),
        ),
        isCut: kept.length < value.samples.length,
      }
    }
    case 'matrix': {
      const kept = value.series.slice(0, limit)
      return { data: data('matrix', kept.map(seriesOf)), isCut: kept.length < value.series.length }
    }
  }
}

function sampleOf({ labels, value, histogram }: Sample, timeMs: number): object {
  const metric = labelsOf(labels.pairs)
  return histogram === undefined
    ? { metric, value: [timeOf(timeMs), printValue(value)] }
    : { metric, histogram: [timeOf(timeMs), histogramOf(histogram)] }
}

function seriesOf({ labels, timesMs, values, histograms }: PointSeries): object {
  const floats: [number, string][] = []
  const natives: [number, object][] = []
  timesMs.forEach((timeMs, i) => {
    const histogram = histograms?.[i]
    if (histogram === undefined) floats.push([timeOf(timeMs), printValue(values[i] ?? Number.NaN)])
    else natives.push([timeOf(timeMs), histogramOf(histogram)])
  })
  return {
    metric: labelsOf(labels.pairs),
    ...(floats.length > 0 && { values: floats }),
    ...(natives.length > 0 && { histograms: natives }),
  }
}
