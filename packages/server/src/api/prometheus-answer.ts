import { bucketsOf, type Histogram, isCustom, zeroBucket } from '../query/promql/evaluate/histogram/histogram.ts'
import type { Labels } from '../query/promql/evaluate/labels.ts'
import type { PointSeries, QueryValue, Sample } from '../query/promql/evaluate/query.ts'
import type { JsonBytes, JsonWriting } from './json-bytes.ts'
import { betweenPoints, pointsAtOnce, type WrittenNumbers } from './written-numbers.ts'

/** Values in Prometheus' JSON: times in seconds, numbers as text. */
export const timeOf = (ms: number): number => ms / 1000

/** As Go writes them, whose exponents have two digits at least. */
export function printValue(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return Object.is(value, -0) ? '-0' : String(value).replace(/e-(\d)$/, 'e-0$1')
}

/** Prometheus writes a scalar without an exponent, and the points of series with one. */
function printScalar(value: number): string {
  const text = printValue(value)
  const [, sign = '', whole = '', decimals = '', exponent] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? []
  if (exponent === undefined) return text
  const shift = Number(exponent)
  const digits = whole + decimals
  return shift < 0 ? `${sign}0.${'0'.repeat(-shift - 1)}${digits}` : sign + digits.padEnd(shift + 1, '0')
}

type LabelPairs = readonly (readonly [name: string, value: string])[]
export const labelsOf = (pairs: LabelPairs): object => Object.fromEntries(pairs)

/** How a bucket holds its bounds: 0 the upper one, 1 the lower one, 3 both. */
type BucketText = [rule: 0 | 1 | 3, lower: string, upper: string, count: string]

function histogramOf(histogram: Histogram): object {
  const buckets: BucketText[] = []
  const add = (rule: BucketText[0], { lower, upper, count }: { lower: number; upper: number; count: number }): void => {
    if (count !== 0) buckets.push([rule, printValue(lower), printValue(upper), printValue(count)])
  }
  for (const bucket of bucketsOf(histogram, 'negative').reverse()) add(1, bucket)
  // Prometheus' iterator over buckets leaves a zero bucket out that is below zero, as a difference has it.
  if (histogram.zeroCount > 0) add(3, zeroBucket(histogram))
  for (const bucket of bucketsOf(histogram, 'positive'))
    add(isCustom(histogram) && bucket.lower === -Infinity ? 3 : 0, bucket)
  return {
    count: printValue(histogram.count),
    sum: printValue(histogram.sum),
    ...(buckets.length > 0 && { buckets }),
  }
}

/** Whether there are more series than `limit`. */
export function isCutBy(value: QueryValue, limit: number): boolean {
  if (value.kind === 'vector') return value.samples.length > limit
  return value.kind === 'matrix' && value.series.length > limit
}

/** What is said: `limit` series, and `more` behind the result, in the same object. */
export type Said = { value: QueryValue; limit: number; more: string }
type Into = { json: JsonBytes; numbers: WrittenNumbers }

/** Stops behind each series. */
export function* writeResult({ value, limit, more }: Said, into: Into): JsonWriting {
  const { json } = into
  json.text(`{"resultType":"${value.kind}","result":`)
  yield* writeValue(value, limit, into)
  json.text(`${more}}`)
}

function* writeValue(value: QueryValue, limit: number, into: Into): JsonWriting {
  const { json } = into
  switch (value.kind) {
    case 'scalar':
      json.text(JSON.stringify([timeOf(value.timeMs), printScalar(value.value)]))
      break
    case 'string':
      json.text(JSON.stringify([timeOf(value.timeMs), value.value]))
      break
    case 'vector': {
      const time = `${timeOf(value.timeMs)}`
      yield* writeList(value.samples.slice(0, limit), json, (sample) => writeSample(sample, time, into))
      break
    }
    case 'matrix':
      yield* writeList(value.series.slice(0, limit), json, (series) => writeSeries(series, into))
  }
}

/** Stops behind each. */
export function* writeList<Item>(items: readonly Item[], into: JsonBytes, write: (item: Item) => void): JsonWriting {
  let before = '['
  for (const item of items) {
    into.text(before)
    write(item)
    before = ','
    yield
  }
  into.text(items.length === 0 ? '[]' : ']')
}

export function writeLabels(pairs: LabelPairs, into: JsonBytes): void {
  into.text('{')
  pairs.forEach(([name, value], i) => {
    if (i > 0) into.text(',')
    into.quoted(name)
    into.text(':')
    into.quoted(value)
  })
  into.text('}')
}

function writeMetric({ pairs }: Labels, into: JsonBytes): void {
  into.text('{"metric":')
  writeLabels(pairs, into)
}

function writeSample({ labels, value, histogram }: Sample, time: string, { json, numbers }: Into): void {
  writeMetric(labels, json)
  if (histogram === undefined) {
    json.text(`,"value":[${time},"`)
    json.copy(numbers.one(value))
    json.text('"]}')
  } else json.text(`,"histogram":[${time},${JSON.stringify(histogramOf(histogram))}]}`)
}

function writeSeries({ labels, timesMs, values, histograms }: PointSeries, into: Into): void {
  const { json } = into
  writeMetric(labels, json)
  if (histograms === undefined) writeFloats(timesMs, values, into)
  else {
    const isFloat = (_: number, i: number): boolean => histograms[i] === undefined
    writeFloats(timesMs.filter(isFloat), values.filter(isFloat), into)
    if (histograms.some((each) => each !== undefined)) writeHistograms(timesMs, histograms, json)
  }
  json.text('}')
}

function writeFloats(timesMs: Float64Array, values: Float64Array, { json, numbers }: Into): void {
  if (timesMs.length === 0) return
  json.text(',"values":[')
  for (let from = 0; from < timesMs.length; from += pointsAtOnce) {
    const points = numbers.points(timesMs, values, from)
    json.copy(from === 0 ? points.subarray(betweenPoints.length) : points)
  }
  json.text('"]]')
}

function writeHistograms(timesMs: Float64Array, histograms: readonly (Histogram | undefined)[], into: JsonBytes): void {
  let before = ',"histograms":['
  timesMs.forEach((timeMs, i) => {
    const histogram = histograms[i]
    if (histogram === undefined) return
    into.text(`${before}[${timeOf(timeMs)},${JSON.stringify(histogramOf(histogram))}]`)
    before = ','
  })
  into.text(']')
}
