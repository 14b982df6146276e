import { wireType } from '@wakeline/protocol'
import type { FixedStringColumn } from '../../base/native/fixed-columns.ts'
import type { Decoding } from './decoding.ts'
import { appendMs, numberOf } from './point-register.ts'
import { isText, LabelRegister, readLabel, readRefs, resolveRefs, type Symbols } from './remote-write-labels.ts'
import type { SeriesId } from './remote-write-series.ts'
import { checkMs } from './remote-write-times.ts'

/** Exemplars: their labels trace_id and span_id become what they are in OTLP when they have the right form. */

const { bytes, varint, fixed64 } = wireType
const labelsKey = (1 << 3) | bytes
const bytesOf = (text: string): DataView => new DataView(new TextEncoder().encode(text).buffer)
const traceKey = bytesOf('trace_id')
const spanKey = bytesOf('span_id')
const nothing = bytesOf('')

export class ExemplarRegister {
  readonly labels = new LabelRegister()
  readonly idBytes = new DataView(new ArrayBuffer(16))
  timeMs = 0
  valueLow = 0
  valueHigh = 0
}

/** Reads an Exemplar that ends at `end`; `symbols` in 2.0. */
export function readExemplar(
  decoding: Decoding,
  into: ExemplarRegister,
  { symbols, end }: { symbols: Symbols | undefined; end: number },
): void {
  const { reader } = decoding
  into.labels.clear()
  into.timeMs = into.valueLow = into.valueHigh = 0
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === labelsKey && symbols === undefined) readLabel(decoding, into.labels)
    else if (key >>> 3 === 1 && symbols !== undefined) readRefs(decoding, key, into.labels)
    else if (key === ((2 << 3) | fixed64)) {
      reader.fixed64()
      into.valueLow = reader.low
      into.valueHigh = reader.high
    } else if (key === ((3 << 3) | varint)) {
      reader.varint64()
      into.timeMs = numberOf(reader.low, reader.high)
    } else if (key >>> 3 <= 3) reader.refuseWireType(key)
    else reader.skip(key)
  }
  reader.close(end)
  if (symbols !== undefined && reader.fault === undefined) resolveRefs(decoding, symbols, into.labels)
  checkMs(reader, into.timeMs)
}

export function appendExemplar(decoding: Decoding, id: SeriesId, exemplar: ExemplarRegister): void {
  const { columns } = decoding.blocks.exemplars
  columns.series_id.append(id.low, id.high)
  appendMs(columns.ts, exemplar.timeMs)
  columns.value.appendBits(exemplar.valueLow, exemplar.valueHigh)
  const trace = appendId(decoding, exemplar, traceKey, columns.trace_id)
  const span = appendId(decoding, exemplar, spanKey, columns.span_id)
  const { labels } = exemplar
  for (let i = 0; i < labels.count; i += 1) {
    if (i === trace || i === span) continue
    decoding.appendText(columns.attributes.keys, labels.keyAt[i] ?? 0, labels.keyLength[i] ?? 0)
    decoding.appendText(columns.attributes.values, labels.valueAt[i] ?? 0, labels.valueLength[i] ?? 0)
  }
  columns.attributes.endRow()
  columns.attribute_types.append(nothing, 0, 0)
}

/** Answers which label the id was taken from, -1 for none. */
function appendId(
  { view }: Decoding,
  { labels, idBytes }: ExemplarRegister,
  key: DataView,
  column: FixedStringColumn,
): number {
  for (let i = 0; i < labels.count; i += 1) {
    if (!isText(view, labels.keyAt[i] ?? 0, labels.keyLength[i] ?? 0, key)) continue
    if (labels.valueLength[i] !== column.width * 2 || !readHex(view, labels.valueAt[i] ?? 0, column.width, idBytes))
      continue
    column.append(idBytes, 0)
    return i
  }
  column.appendZeros()
  return -1
}

function readHex(view: DataView, at: number, width: number, into: DataView): boolean {
  for (let i = 0; i < width; i += 1) {
    const high = digitOf(view.getUint8(at + i * 2))
    const low = digitOf(view.getUint8(at + i * 2 + 1))
    if (high < 0 || low < 0) return false
    into.setUint8(i, high * 16 + low)
  }
  return true
}

function digitOf(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
