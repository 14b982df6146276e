import { type AttributeEncoding, writeAttributes } from '../encode/attributes.ts'
import { RecordWriter } from '../encode/record-writer.ts'
import { encodeScope, type Taken } from '../export/signal-buffer.ts'
import { wordOfHex } from '../hex.ts'
import type { Attributes } from '../public.ts'
import type { Exemplar } from './exemplars.ts'
import type { HistogramPoints, NumberPoints, Points, PointWriter, ScopePoints } from './points.ts'

/**
 * All series as ResourceMetrics.scope_metrics.
 *
 *     12 length [ 0a scope  12 length [ 0a name  12 description  1a unit  5|7|9|10|11 data ] ... ]
 */
export class MetricsEncoder implements PointWriter {
  writer: RecordWriter = new RecordWriter(0)
  nowUnixMs = 0
  private readonly source: () => Iterable<ScopePoints>
  private readonly how: AttributeEncoding
  /** Attributes never change once a series exists: each is encoded once. */
  private readonly encoded = new WeakMap<Attributes, Uint8Array>()
  /** An exemplar goes out once. */
  private encodedUnixMs = 0

  constructor(source: () => Iterable<ScopePoints>, how: AttributeEncoding) {
    this.source = source
    this.how = how
  }

  /** Every series that has had a value, or undefined when there is none. */
  encode(nowUnixMs: number): Taken | undefined {
    const writer = new RecordWriter(65_536)
    this.writer = writer
    this.nowUnixMs = nowUnixMs
    let points = 0
    for (const { scope, instruments } of this.source()) {
      const mark = writer.at
      writer.reserve(16)
      writer.byte(0x12)
      const start = writer.open(guessLarge)
      writer.copy(encodeScope(scope))
      let scopePoints = 0
      for (const instrument of instruments) scopePoints += this.metric(writer, instrument)
      if (scopePoints === 0) writer.at = mark
      else writer.close(start, guessLarge)
      points += scopePoints
    }
    this.encodedUnixMs = nowUnixMs
    return points === 0 ? undefined : { scopes: [writer.take()], records: points }
  }

  private metric(writer: RecordWriter, instrument: Points): number {
    const { name, description, unit, kind } = instrument.shape
    const mark = writer.at
    writer.reserve(16)
    writer.byte(0x12)
    const start = writer.open(guessMiddle)
    for (const [key, text] of [
      [0x0a, name],
      [0x12, description],
      [0x1a, unit],
    ] as const) {
      if (text === '') continue
      writer.reserve(1)
      writer.byte(key)
      writer.string(text)
    }
    const own = 'own' in instrument ? instrument.own : undefined
    writer.reserve(16)
    writer.byte(own?.dataKey ?? (kind === 'gauge' ? 0x2a : kind === 'histogram' ? 0x4a : 0x3a))
    const data = writer.open(guessMiddle)
    const points =
      'values' in instrument
        ? this.numbers(writer, instrument)
        : (own?.write(instrument, this) ?? ('rowLength' in instrument ? this.histogram(writer, instrument) : 0))
    if (kind !== 'gauge' && kind !== 'summary') {
      writer.reserve(4)
      writer.byte(0x10)
      writer.byte(instrument.isDelta ? temporalityDelta : temporalityCumulative)
    }
    if (kind === 'counter') {
      writer.byte(0x18)
      writer.byte(1)
    }
    writer.close(data, guessMiddle)
    writer.close(start, guessMiddle)
    if (points === 0) writer.at = mark
    return points
  }

  private numbers(writer: RecordWriter, instrument: NumberPoints): number {
    let points = 0
    for (let slot = 0; slot < instrument.startUnixMs.length; slot++) {
      if (instrument.used[slot] === 0) continue
      points++
      const start = openPoint(writer)
      if (instrument.shape.kind !== 'gauge') writeTime(writer, 0x11, instrument.startUnixMs[slot] ?? 0)
      writeTime(writer, 0x19, this.nowUnixMs)
      writer.byte(0x21)
      writer.double(instrument.values[slot] ?? 0)
      writer.copy(this.attributes(instrument, slot, 0x3a))
      this.exemplar(0x2a, instrument.exemplars.at(slot))
      closePoint(writer, start)
    }
    return points
  }

  private histogram(writer: RecordWriter, instrument: HistogramPoints): number {
    const width = instrument.rowLength
    let points = 0
    for (let slot = 0; slot < instrument.startUnixMs.length; slot++) {
      const row = instrument.counts.subarray(slot * width, (slot + 1) * width)
      const count = row.reduce((sum, bucket) => sum + bucket, 0)
      if (count === 0) continue
      points++
      const start = openPoint(writer)
      writeTime(writer, 0x11, instrument.startUnixMs[slot] ?? 0)
      writeTime(writer, 0x19, this.nowUnixMs)
      writer.reserve(64 + width * 16)
      writer.byte(0x21)
      writer.fixed64(count)
      writer.byte(0x29)
      writer.double(instrument.sums[slot] ?? 0)
      writer.byte(0x32)
      writer.varint(width * 8)
      for (const bucket of row) writer.fixed64(bucket)
      writer.byte(0x3a)
      writer.varint((width - 1) * 8)
      for (const bound of instrument.boundaries) writer.double(bound)
      for (let i = 0; i < width; i++) this.exemplar(0x42, instrument.exemplars.at(slot * width + i))
      writer.copy(this.attributes(instrument, slot, 0x4a))
      writer.reserve(24)
      writer.byte(0x59)
      writer.double(instrument.smallest[slot] ?? 0)
      writer.byte(0x61)
      writer.double(instrument.largest[slot] ?? 0)
      closePoint(writer, start)
    }
    return points
  }

  /** 11 time  19 value  22 span_id  2a trace_id */
  exemplar(key: number, exemplar: Exemplar | undefined): void {
    if (exemplar === undefined || exemplar.unixMs <= this.encodedUnixMs) return
    const { writer } = this
    writer.reserve(64)
    writer.byte(key)
    writer.byte(exemplarBytes)
    writeTime(writer, 0x11, exemplar.unixMs)
    writer.byte(0x19)
    writer.double(exemplar.value)
    for (const [idKey, id] of [
      [0x22, exemplar.span.spanId],
      [0x2a, exemplar.span.traceId],
    ] as const) {
      writer.byte(idKey)
      writer.byte(id.length / 2)
      for (let i = 0; i < id.length; i += 8) writer.word(wordOfHex(id, i))
    }
  }

  attributes(instrument: Points, slot: number, key: number): Uint8Array {
    const attributes = instrument.series.attributes[slot] ?? {}
    const known = this.encoded.get(attributes)
    if (known !== undefined) return known
    const writer = new RecordWriter(256)
    writeAttributes(writer, key, attributes, this.how, attributesMax)
    const bytes = writer.take()
    this.encoded.set(attributes, bytes)
    return bytes
  }
}

export function openPoint(writer: RecordWriter): number {
  writer.reserve(8)
  writer.byte(0x0a)
  return writer.open(guessMiddle)
}

export function closePoint(writer: RecordWriter, start: number): void {
  writer.close(start, guessMiddle)
}

export function writeTime(writer: RecordWriter, key: number, unixMs: number): void {
  writer.reserve(32)
  writer.byte(key)
  writer.unixNano(unixMs)
}

const attributesMax = 128
const exemplarBytes = 9 + 9 + 10 + 18
const temporalityDelta = 1
const temporalityCumulative = 2
/** Two length bytes hold up to 16 kB, three up to 2 MB: the usual size of a metric and of a scope. */
const guessMiddle = 1000
const guessLarge = 100_000
