import { bucketsOf, type Histogram, isCustom, zeroBucket } from '../query/promql/evaluate/histogram/histogram.ts'
import type { Labels } from '../query/promql/evaluate/labels.ts'
import type { PointSeries, QueryValue, Sample } from '../query/promql/evaluate/query.ts'
import { JsonBytes, type JsonWriting } from './json-bytes.ts'

/** Values in Prometheus' JSON: times in seconds, numbers as text. */
export const timeOf = (ms: number): number => ms / 1000

export function printValue(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Prometheus writes a scalar without an exponent, and the points of series with one. */
export function printScalar(value: number): string {
  const text = printValue(value)
  const [, sign = '', whole = '', decimals = '', exponent] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? []
  if (exponent === undefined) return text
  const shift = Number(exponent)
  const digits = whole + decimals
  return shift < 0 ? `${sign}0.${'0'.repeat(-shift - 1)}${digits}` : sign + digits.padEnd(shift + 1, '0')
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

/** Whether there are more series than `limit`. */
export function isCutBy(value: QueryValue, limit: number): boolean {
  if (value.kind === 'vector') return value.samples.length > limit
  return value.kind === 'matrix' && value.series.length > limit
}

/** `limit` series of it, and a stop behind each; `more` comes behind the result, in the same object. */
export function* writeResult(value: QueryValue, limit: number, more: string, into: JsonBytes): JsonWriting {
  into.text(`{"resultType":"${value.kind}","result":`)
  yield* writeValue(value, limit, into)
  into.text(`${more}}`)
}

function* writeValue(value: QueryValue, limit: number, into: JsonBytes): JsonWriting {
  switch (value.kind) {
    case 'scalar':
      into.text(JSON.stringify([timeOf(value.timeMs), printScalar(value.value)]))
      break
    case 'string':
      into.text(JSON.stringify([timeOf(value.timeMs), value.value]))
      break
    case 'vector': {
      const time = `${timeOf(value.timeMs)}`
      yield* writeList(value.samples.slice(0, limit), into, (sample) => writeSample(sample, time, into))
      break
    }
    case 'matrix':
      yield* writeList(value.series.slice(0, limit), into, seriesWriter(into))
  }
}

function* writeList<Item>(items: readonly Item[], into: JsonBytes, write: (item: Item) => void): JsonWriting {
  let before = '['
  for (const item of items) {
    into.text(before)
    write(item)
    before = ','
    yield
  }
  into.text(items.length === 0 ? '[]' : ']')
}

function writeMetric(labels: Labels, into: JsonBytes): void {
  into.text('{"metric":{')
  labels.pairs.forEach(([name, value], i) => {
    if (i > 0) into.text(',')
    into.quoted(name)
    into.text(':')
    into.quoted(value)
  })
  into.text('}')
}

function writeSample({ labels, value, histogram }: Sample, time: string, into: JsonBytes): void {
  writeMetric(labels, into)
  if (histogram === undefined) {
    into.text(`,"value":[${time},"`)
    into.number(value, printValue)
    into.text('"]}')
  } else into.text(`,"histogram":[${time},${JSON.stringify(histogramOf(histogram))}]}`)
}

/** Series without gaps share their times, which are made text once. */
function seriesWriter(into: JsonBytes): (series: PointSeries) => void {
  let known: TimeTexts | undefined
  return ({ labels, timesMs, values, histograms }) => {
    if (known?.timesMs !== timesMs) known = timeTexts(timesMs)
    const { texts, ends } = known
    writeMetric(labels, into)
    let floats = 0
    for (let i = 0; i < timesMs.length; i++) {
      if (histograms?.[i] !== undefined) continue
      if (floats === 0) into.text(',"values":[')
      into.copy(texts, (ends[i] ?? 0) + (floats === 0 ? betweenPoints.length : 0), ends[i + 1] ?? 0)
      into.number(values[i] ?? Number.NaN, printValue)
      floats++
    }
    if (floats > 0) into.text('"]]')
    if (floats < timesMs.length) writeHistograms(timesMs, histograms ?? [], into)
    into.text('}')
  }
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

const betweenPoints = '"],'
/** `"],[1767607201,"` of each time, one after the other. */
type TimeTexts = { timesMs: Float64Array; texts: Uint8Array; ends: Uint32Array }

function timeTexts(timesMs: Float64Array): TimeTexts {
  const ends = new Uint32Array(timesMs.length + 1)
  const texts = new JsonBytes()
  timesMs.forEach((timeMs, i) => {
    texts.text(`${betweenPoints}[${timeOf(timeMs)},"`)
    ends[i + 1] = texts.bytes.length
  })
  return { timesMs, texts: texts.bytes, ends }
}
