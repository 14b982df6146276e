import { groupedBy } from '@wakeline/analysis'
import { otlp, WireWriter, zigzag } from '@wakeline/protocol'
import { writeAttribute } from './otlp-request-writer.ts'

/**
 * StatsD lines, with DogStatsD's tags, added up until they are flushed as OTLP metrics:
 *
 *   orders.paid:1|c|@0.1|#env:prod,region:eu     name : value | type | @sample rate | #attributes
 *   latency:12.5:14:9|ms                         several values of one line, as DogStatsD packs them
 *   queue,shard=2:+3|g                           InfluxDB's tags; `queue;shard=2` are Graphite's, `queue#shard=2` Sysdig's
 *
 *   c         a cumulative sum since the series was first seen; a value counts 1/rate times
 *   g         a gauge; with a sign it is moved, without one it is set
 *   ms h d    a cumulative exponential histogram of scale 3 (buckets 9 % wide); ms has the unit ms
 *   s         a gauge of how many different values came since the last flush
 *
 * The tags `service`, `env` and `version` are the resource's service.name, deployment.environment.name and
 * service.version, all others attributes; one without a value is `true`. A series that says nothing for a while is
 * forgotten: it stops being sent, and begins again from nothing.
 */
export type StatsdOptions = {
  /** Series kept in memory; of others nothing is taken. */
  seriesMax: number
  /** Silence after which a series is forgotten. */
  forgetAfterMs: number
}

type Kind = 'c' | 'g' | 'h' | 's'

type Series = {
  kind: Kind
  name: string
  unit: string
  attributes: readonly (readonly [string, string])[]
  resource: string
  startMs: number
  seenMs: number
  /** Of a sum or a gauge. */
  value: number
  /** Of a sum that was ever counted down. */
  hasFallen: boolean
  /** Of a set. */
  members: Set<string>
  histogram: Histogram | undefined
}

type Histogram = {
  count: number
  sum: number
  zeros: number
  positive: Map<number, number>
  negative: Map<number, number>
}

const kinds: Readonly<Record<string, Kind>> = { c: 'c', g: 'g', ms: 'h', h: 'h', d: 'h', s: 's' }
const lineMax = 8192
const valuesMax = 1000
const attributesMax = 64
/** What one value counts for is a count of 64 bits: a rate of 1e-320 would make it infinite. */
const rateMin = 1e-9
/** Different values of a set between two flushes. */
const membersMax = 100_000
/** Buckets of one side of a histogram: enough for 9 decades at scale 3. */
const bucketsMax = 256
const scale = 3

export class StatsdSeries {
  readonly #options: StatsdOptions
  readonly #series = new Map<string, Series>()
  received = 0
  /** Lines that made no sense, or of series beyond the limit. */
  rejected = 0
  /** Why the first was; '' when none was. */
  reason = ''

  constructor(options: StatsdOptions) {
    this.#options = options
  }

  /** One line, without its end. */
  add(line: string, nowMs: number): void {
    if (line === '') return
    this.received += 1
    const fault = this.#add(line, nowMs)
    if (fault === '') return
    this.rejected += 1
    this.reason ||= `Cannot take the StatsD line ${JSON.stringify(line.slice(0, 100))}: ${fault}`
  }

  #add(line: string, nowMs: number): string {
    if (line.length > lineMax) return `it has ${line.length} characters and the limit is ${lineMax}`
    if (/^_(?:e\{|sc\|)/.test(line)) return 'events and service checks are not taken'
    const [head = '', type = '', ...sections] = line.split('|')
    const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
    if (kind === undefined) return `its type "${type.slice(0, 20)}" is not one of c, g, ms, h, d and s`
    const colon = head.indexOf(':')
    const name = readName(colon < 0 ? head : head.slice(0, colon))
    if (colon < 0 || name.name === '') return 'it is not name:value|type'
    const rate = Number(sections.find((section) => section.startsWith('@'))?.slice(1) ?? '1')
    if (!(rate >= rateMin && rate <= 1)) return `its sample rate is not between ${rateMin} and 1`
    const tags = [
      ...name.tags,
      ...(sections
        .find((section) => section.startsWith('#'))
        ?.slice(1)
        .split(',') ?? []),
    ]
    const values = head.slice(colon + 1).split(':')
    if (values.length > valuesMax) return `it has more than ${valuesMax} values`
    if (kind !== 's' && values.some((value) => !isNumber(value)))
      return `"${head.slice(colon + 1, colon + 40)}" is not a number`
    const series = this.#seriesOf({ kind, name: name.name, unit: type === 'ms' ? 'ms' : '', tags }, nowMs)
    if (series === undefined) return `there are ${this.#options.seriesMax} series, the limit`
    series.seenMs = nowMs
    for (const value of values) addValue(series, value, rate)
    return ''
  }

  #seriesOf(
    { kind, name, unit, tags }: { kind: Kind; name: string; unit: string; tags: readonly string[] },
    nowMs: number,
  ): Series | undefined {
    const key = `${kind} ${unit} ${name} ${tags.join(',')}`
    const known = this.#series.get(key)
    if (known !== undefined) return known
    if (this.#series.size >= this.#options.seriesMax) return undefined
    const { resource, attributes } = readTags(tags)
    const histogram: Histogram = { count: 0, sum: 0, zeros: 0, positive: new Map(), negative: new Map() }
    const series: Series = {
      ...{
        kind,
        name,
        unit,
        attributes,
        resource,
        startMs: nowMs,
        seenMs: nowMs,
        value: 0,
        hasFallen: false,
        members: new Set(),
      },
      histogram: kind === 'h' ? histogram : undefined,
    }
    this.#series.set(key, series)
    return series
  }

  get count(): number {
    return this.#series.size
  }

  /** All series as one OTLP request; undefined when there is none. Sets begin anew. */
  flush(nowMs: number): Uint8Array | undefined {
    for (const [key, { seenMs }] of this.#series)
      if (nowMs - seenMs > this.#options.forgetAfterMs) this.#series.delete(key)
    if (this.#series.size === 0) return undefined
    const byResource = groupedBy(this.#series.values(), ({ resource }) => resource)
    const out = new WireWriter(65_536)
    for (const [resource, all] of byResource) writeResource(out, resource, all, nowMs)
    for (const { members } of this.#series.values()) members.clear()
    return out.take()
  }
}

function isNumber(text: string): boolean {
  return text !== '' && text.length < 64 && Number.isFinite(Number(text))
}

/** The name, and the tags of InfluxDB and Graphite behind it. */
function readName(text: string): { name: string; tags: string[] } {
  const [name = '', ...tags] = text.split(/[#;,]/)
  return { name: name.trim(), tags: tags.map((each) => each.replace('=', ':')) }
}

const resourceNames: Readonly<Record<string, string>> = {
  service: 'service.name',
  env: 'deployment.environment.name',
  version: 'service.version',
}

function readTags(tags: readonly string[]): { resource: string; attributes: [string, string][] } {
  const resource: Record<string, string> = {}
  const attributes = new Map<string, string>()
  for (const text of tags.slice(0, attributesMax)) {
    if (text === '') continue
    const colon = text.indexOf(':')
    const isNamed = colon > 0
    const key = isNamed ? text.slice(0, colon) : text
    const value = isNamed ? text.slice(colon + 1) : 'true'
    if (Object.hasOwn(resourceNames, key)) resource[resourceNames[key] ?? ''] = value
    else attributes.set(key, value)
  }
  return { resource: JSON.stringify(resource), attributes: [...attributes].sort(([a], [b]) => (a < b ? -1 : 1)) }
}

function addValue(series: Series, text: string, rate: number): void {
  const { histogram, members } = series
  if (series.kind === 's') {
    if (members.size < membersMax) members.add(text)
    return
  }
  const value = Number(text)
  if (series.kind === 'c') {
    series.value += value / rate
    if (value < 0) series.hasFallen = true
  } else if (series.kind === 'g') series.value = /^[+-]/.test(text) ? series.value + value : value
  else if (histogram !== undefined) addToHistogram(histogram, value, Math.max(1, Math.round(1 / rate)))
}

function addToHistogram(histogram: Histogram, value: number, times: number): void {
  histogram.count += times
  histogram.sum += value * times
  if (value === 0) {
    histogram.zeros += times
    return
  }
  const side = value > 0 ? histogram.positive : histogram.negative
  // Bucket i holds what is above base^i and at most base^(i+1), with base = 2^(2^-scale).
  let bucket = Math.ceil(Math.log2(Math.abs(value)) * 2 ** scale) - 1
  if (!side.has(bucket) && side.size > 0) {
    // What lies beyond the reach of the buckets there are is counted in the one at that end.
    const highest = Math.max(...side.keys())
    const lowest = Math.min(...side.keys())
    bucket = Math.min(Math.max(bucket, highest - bucketsMax + 1), lowest + bucketsMax - 1)
  }
  side.set(bucket, (side.get(bucket) ?? 0) + times)
}

const {
  exportRequest,
  resourceMetrics,
  scopeMetrics,
  metric,
  numberDataPoint,
  exponentialHistogramDataPoint: point,
} = otlp

function writeResource(out: WireWriter, resource: string, all: readonly Series[], nowMs: number): void {
  const entry = out.begin(exportRequest.resourceMetrics)
  const of = out.begin(resourceMetrics.resource)
  const attributes: Record<string, string> = JSON.parse(resource)
  for (const [name, value] of Object.entries(attributes)) writeAttribute(out, otlp.resource.attributes, name, value)
  out.end(of)
  const below = out.begin(resourceMetrics.scopeMetrics)
  const scope = out.begin(scopeMetrics.scope)
  out.textEntry(otlp.instrumentationScope.name, 'statsd')
  out.end(scope)
  for (const series of all) writeMetric(out, series, nowMs)
  out.end(below)
  out.end(entry)
}

const cumulative = 2

function writeMetric(out: WireWriter, series: Series, nowMs: number): void {
  const mark = out.begin(scopeMetrics.metrics)
  out.textEntry(metric.name, series.name)
  if (series.unit !== '') out.textEntry(metric.unit, series.unit)
  const kind = series.kind === 'c' ? metric.sum : series.kind === 'h' ? metric.exponentialHistogram : metric.gauge
  const data = out.begin(kind)
  const body = out.begin(otlp.sum.dataPoints)
  if (series.histogram === undefined) writeNumber(out, series, nowMs)
  else writeHistogram(out, series, series.histogram, nowMs)
  out.end(body)
  if (series.kind === 'c' || series.kind === 'h') out.varintEntry(otlp.sum.aggregationTemporality, cumulative)
  if (series.kind === 'c' && !series.hasFallen) out.varintEntry(otlp.sum.isMonotonic, 1)
  out.end(data)
  out.end(mark)
}

function writeTimeMs(out: WireWriter, number: number, ms: number): void {
  out.fixed64Entry(number, BigInt(Math.floor(ms)) * 1_000_000n)
}

function writeNumber(out: WireWriter, series: Series, nowMs: number): void {
  for (const [key, value] of series.attributes) writeAttribute(out, numberDataPoint.attributes, key, value)
  if (series.kind === 'c') writeTimeMs(out, numberDataPoint.startTimeUnixNano, series.startMs)
  writeTimeMs(out, numberDataPoint.timeUnixNano, nowMs)
  out.doubleEntry(numberDataPoint.asDouble, series.kind === 's' ? series.members.size : series.value)
}

function writeHistogram(out: WireWriter, series: Series, histogram: Histogram, nowMs: number): void {
  for (const [key, value] of series.attributes) writeAttribute(out, point.attributes, key, value)
  writeTimeMs(out, point.startTimeUnixNano, series.startMs)
  writeTimeMs(out, point.timeUnixNano, nowMs)
  out.fixed64Entry(point.count, BigInt(histogram.count))
  out.doubleEntry(point.sum, histogram.sum)
  out.varintEntry(point.scale, zigzag(scale))
  out.fixed64Entry(point.zeroCount, BigInt(histogram.zeros))
  writeBuckets(out, point.positive, histogram.positive)
  writeBuckets(out, point.negative, histogram.negative)
}

function writeBuckets(out: WireWriter, number: number, buckets: ReadonlyMap<number, number>): void {
  if (buckets.size === 0) return
  const first = Math.min(...buckets.keys())
  const last = Math.max(...buckets.keys())
  const mark = out.begin(number)
  out.varintEntry(otlp.exponentialHistogramBuckets.offset, zigzag(first))
  const counts = out.begin(otlp.exponentialHistogramBuckets.bucketCounts)
  for (let bucket = first; bucket <= last; bucket += 1) out.varint(buckets.get(bucket) ?? 0)
  out.end(counts)
  out.end(mark)
}
