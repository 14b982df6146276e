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

/** As text of JSON: with an object for each point, making and printing those would be most of a long answer. */
export function resultOf(value: QueryValue, limit: number): { json: string; isCut: boolean } {
  const data = (result: string): string => `{"resultType":"${value.kind}","result":${result}}`
  switch (value.kind) {
    case 'scalar':
      return { json: data(JSON.stringify([timeOf(value.timeMs), printValue(value.value)])), isCut: false }
    case 'string':
      return { json: data(JSON.stringify([timeOf(value.timeMs), value.value])), isCut: false }
    case 'vector': {
      const kept = value.samples.slice(0, limit)
      const samples = kept.map((sample) => sampleOf(sample, value.timeMs))
      return { json: data(`[${samples.join(',')}]`), isCut: kept.length < value.samples.length }
    }
    case 'matrix': {
      const kept = value.series.slice(0, limit)
      const print = seriesPrinter()
      return { json: data(`[${kept.map(print).join(',')}]`), isCut: kept.length < value.series.length }
    }
  }
}

const metricOf = (labels: Labels): string => `"metric":${JSON.stringify(labelsOf(labels.pairs))}`

function sampleOf({ labels, value, histogram }: Sample, timeMs: number): string {
  return histogram === undefined
    ? `{${metricOf(labels)},"value":[${timeOf(timeMs)},"${printValue(value)}"]}`
    : `{${metricOf(labels)},"histogram":[${timeOf(timeMs)},${JSON.stringify(histogramOf(histogram))}]}`
}

/**
 * Series without gaps share their times, which are printed once. Pieces are joined at the end: adding each to a text takes
 * three times as long.
 */
function seriesPrinter(): (series: PointSeries) => string {
  let known: { timesMs: Float64Array; texts: readonly string[] } | undefined
  return ({ labels, timesMs, values, histograms }) => {
    if (known?.timesMs !== timesMs) known = { timesMs, texts: Array.from(timesMs, (timeMs) => `[${timeOf(timeMs)},`) }
    const floats: string[] = []
    const natives: string[] = []
    for (let i = 0; i < timesMs.length; i++) {
      const histogram = histograms?.[i]
      const time = known.texts[i] ?? ''
      if (histogram !== undefined)
        natives.push(natives.length === 0 ? '' : ',', time, JSON.stringify(histogramOf(histogram)), ']')
      else floats.push(floats.length === 0 ? '' : '"],', time, '"', printValue(values[i] ?? Number.NaN))
    }
    const ofFloats = floats.length === 0 ? '' : `,"values":[${floats.join('')}"]]`
    return `{${metricOf(labels)}${ofFloats}${natives.length === 0 ? '' : `,"histograms":[${natives.join('')}]`}}`
  }
}
