import { RecordWriter } from '../../encode/record-writer.ts'
import type { Attributes } from '../../public.ts'
import type { Exemplar } from '../exemplars.ts'
import type { Instrument } from '../metering.ts'
import type { BucketRange, ExponentialBuckets } from '../native/exponential-buckets.ts'
import { zigzag } from '../native/native-rows.ts'
import type { HistogramPoints, NumberPoints, SummaryPoints } from '../points.ts'
import type { Family, FamilyType } from './families.ts'
import { labelPairs } from './names.ts'

/**
 * Prometheus' protobuf exposition (client_model, metrics.proto), each family with its length in front:
 *
 *     length [ 0a name  12 help  18 type  22 length [ 0a label ...  12|1a|22|2a|3a value ] ...  2a unit ]
 *
 * The length of a family is known when all its series are written: its bytes are kept until then, and `undefined` is given
 * in between, where the event loop may turn.
 */
export class ProtobufWriter {
  private readonly known = new WeakMap<Attributes, Buffer>()
  /** Empty whenever the generator waits: several scrapes share it. */
  private readonly writer = new RecordWriter(partBytes * 2);

  *write(families: Iterable<Family>): Generator<Buffer | undefined> {
    for (const family of families) {
      const parts: Buffer[] = []
      let bytes = 0
      let series = 0
      const { writer } = this
      writer.at = 0
      writeText(writer, 0x0a, family.type === 'counter' ? `${family.name}_total` : family.name)
      writeText(writer, 0x12, family.help)
      writer.reserve(2)
      writer.byte(0x18)
      writer.byte(types[family.type])
      for (const member of family.members) {
        for (const isWritten of this.metrics(member.instrument, member.scopeName, family.type)) {
          if (isWritten) series++
          if (writer.at < partBytes) continue
          bytes += writer.at
          parts.push(writer.take())
          yield undefined
        }
      }
      if (family.unit !== '' && family.name.endsWith(`_${family.unit}`)) writeText(writer, 0x2a, family.unit)
      bytes += writer.at
      parts.push(writer.take())
      if (series === 0) continue
      writer.reserve(10)
      writer.varint(bytes)
      yield writer.take()
      yield* parts
    }
  }

  /** Tells after each slot whether it had a series. */
  private *metrics(instrument: Instrument, scopeName: string, type: FamilyType): Generator<boolean> {
    for (let slot = 0; slot < instrument.startUnixMs.length; slot++) {
      const { writer } = this
      const mark = writer.at
      writer.reserve(16)
      writer.byte(0x22)
      const start = writer.open(guess)
      writer.copy(this.labels(instrument.series.attributes[slot] ?? {}, scopeName))
      const isWritten =
        'values' in instrument
          ? writeNumber(writer, instrument, slot, type)
          : 'rowLength' in instrument
            ? writeHistogram(writer, instrument, slot)
            : writeSummary(writer, instrument, slot)
      if (isWritten) writer.close(start, guess)
      else writer.at = mark
      yield isWritten
    }
  }

  private labels(attributes: Attributes, scopeName: string): Buffer {
    const known = this.known.get(attributes)
    if (known !== undefined) return known
    const writer = new RecordWriter(256)
    for (const [name, value] of labelPairs(attributes, scopeName)) writeLabel(writer, 0x0a, name, value)
    const bytes = writer.take()
    this.known.set(attributes, bytes)
    return bytes
  }
}

const partBytes = 16_384
const guess = 1000
const types: Readonly<Record<FamilyType, number>> = { counter: 0, gauge: 1, summary: 2, unknown: 3, histogram: 4 }
/** Prometheus' finest and coarsest schema; ours never gets coarser: 160 buckets of schema -4 hold every double. */
const schemaMax = 8
/** Only zero itself is in the zero bucket. What Prometheus takes for an OTLP histogram without a threshold. */
const zeroThreshold = 1e-128

function writeNumber(writer: RecordWriter, points: NumberPoints, slot: number, type: FamilyType): boolean {
  if (points.used[slot] === 0) return false
  writer.reserve(32)
  writer.byte(type === 'counter' ? 0x1a : type === 'gauge' ? 0x12 : 0x2a)
  const start = writer.open(guess)
  writer.byte(0x09)
  writer.double(points.values[slot] ?? 0)
  if (type === 'counter') {
    writeExemplar(writer, 0x12, points.exemplars.at(slot))
    writeTime(writer, 0x1a, points.startUnixMs[slot] ?? 0)
  }
  writer.close(start, guess)
  return true
}

/** 08 count  11 sum  1a bucket ...  7a created  and what writeNative adds */
function writeHistogram(writer: RecordWriter, points: HistogramPoints, slot: number): boolean {
  const { rowLength: width, counts, boundaries } = points
  const row = slot * width
  let total = 0
  for (let i = 0; i < width; i++) total += counts[row + i] ?? 0
  if (total === 0) return false
  writer.reserve(64)
  writer.byte(0x3a)
  const start = writer.open(guess)
  writer.byte(0x08)
  writer.varint(total)
  writer.byte(0x11)
  writer.double(points.sums[slot] ?? 0)
  let below = 0
  for (let i = 0; i < width; i++) {
    below += counts[row + i] ?? 0
    writer.reserve(32)
    writer.byte(0x1a)
    const bucket = writer.open(64)
    writer.byte(0x08)
    writer.varint(below)
    writer.byte(0x11)
    writer.double(boundaries[i] ?? Number.POSITIVE_INFINITY)
    writeExemplar(writer, 0x1a, points.exemplars.at(row + i))
    writer.close(bucket, 64)
  }
  const native = points.own?.rows?.[slot]
  if (native !== undefined) writeNative(writer, native)
  writeTime(writer, 0x7a, points.startUnixMs[slot] ?? 0)
  writer.close(start, guess)
  return true
}

/** 28 schema  31 zero_threshold  38 zero_count  4a negative_span  50 negative_delta  62 positive_span  68 positive_delta */
function writeNative(writer: RecordWriter, row: ExponentialBuckets): void {
  const shift = Math.max(0, row.scale - schemaMax)
  writer.reserve(48)
  writer.byte(0x28)
  writer.varint(zigzag(row.scale - shift))
  writer.byte(0x31)
  writer.double(zeroThreshold)
  writer.byte(0x38)
  writer.varint(row.zeroCount)
  writeSpans(writer, row.negative, shift, [0x4a, 0x50])
  writeSpans(writer, row.positive, shift, [0x62, 0x68])
}

/**
 * Runs of buckets, each with the distance from the one before, and their counts as differences. A bucket of Prometheus has
 * the number of OpenTelemetry's plus one.
 */
function writeSpans(writer: RecordWriter, range: BucketRange, shift: number, keys: readonly [number, number]): void {
  const runs: { offset: number; counts: number[] }[] = []
  let next = Number.NaN
  for (let i = 0; i < range.length; i++) {
    const count = range.counts[i] ?? 0
    if (count === 0) continue
    const index = ((range.offset + i) >> shift) + 1
    const run = runs.at(-1)
    if (run !== undefined && index === next - 1) {
      run.counts[run.counts.length - 1] = (run.counts.at(-1) ?? 0) + count
    } else if (run !== undefined && index === next) {
      run.counts.push(count)
    } else {
      runs.push({ offset: run === undefined ? index : index - next, counts: [count] })
    }
    next = index + 1
  }
  for (const { offset, counts } of runs) {
    writer.reserve(32)
    writer.byte(keys[0])
    const start = writer.open(16)
    writer.byte(0x08)
    writer.varint(zigzag(offset))
    writer.byte(0x10)
    writer.varint(counts.length)
    writer.close(start, 16)
  }
  let before = 0
  for (const count of runs.flatMap((run) => run.counts)) {
    writer.reserve(16)
    writer.byte(keys[1])
    writer.varint(zigzag(count - before))
    before = count
  }
}

/** 08 count  11 sum  1a [ 09 quantile  11 value ] ...  22 created */
function writeSummary(writer: RecordWriter, summary: SummaryPoints, slot: number): boolean {
  const count = summary.counts[slot] ?? 0
  if (count === 0) return false
  writer.reserve(64)
  writer.byte(0x22)
  const start = writer.open(guess)
  writer.byte(0x08)
  writer.varint(count)
  writer.byte(0x11)
  writer.double(summary.sums[slot] ?? 0)
  const values = summary.quantiles(slot)
  summary.window.quantiles.forEach((quantile, i) => {
    writer.reserve(24)
    writer.byte(0x1a)
    writer.byte(18)
    writer.byte(0x09)
    writer.double(quantile)
    writer.byte(0x11)
    writer.double(values[i] ?? Number.NaN)
  })
  writeTime(writer, 0x22, summary.startUnixMs[slot] ?? 0)
  writer.close(start, guess)
  return true
}

/** 0a label ...  11 value  1a time */
function writeExemplar(writer: RecordWriter, key: number, exemplar: Exemplar | undefined): void {
  if (exemplar === undefined) return
  writer.reserve(16)
  writer.byte(key)
  const start = writer.open(200)
  writeLabel(writer, 0x0a, 'trace_id', exemplar.span.traceId)
  writeLabel(writer, 0x0a, 'span_id', exemplar.span.spanId)
  writer.reserve(16)
  writer.byte(0x11)
  writer.double(exemplar.value)
  writeTime(writer, 0x1a, exemplar.unixMs)
  writer.close(start, 200)
}

/** 08 seconds  10 nanoseconds */
function writeTime(writer: RecordWriter, key: number, unixMs: number): void {
  const seconds = Math.floor(unixMs / 1000)
  writer.reserve(32)
  writer.byte(key)
  const start = writer.open(16)
  writer.byte(0x08)
  writer.varint(seconds)
  writer.byte(0x10)
  writer.varint(Math.round((unixMs - seconds * 1000) * 1e6))
  writer.close(start, 16)
}

function writeLabel(writer: RecordWriter, key: number, name: string, value: string): void {
  writer.reserve(16)
  writer.byte(key)
  const length = name.length + value.length + 8
  const start = writer.open(length)
  writeText(writer, 0x0a, name)
  writeText(writer, 0x12, value)
  writer.close(start, length)
}

function writeText(writer: RecordWriter, key: number, text: string): void {
  writer.reserve(1)
  writer.byte(key)
  writer.string(text)
}
