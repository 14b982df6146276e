import { wireType } from '@wakeline/protocol'
import type { Decoding } from './decoding.ts'
import { appendMs, numberOf, staleHigh, staleLow } from './point-register.ts'
import { checkMs } from './remote-write-times.ts'

const { varint, fixed64 } = wireType

/** One sample: a value and two times in milliseconds, of which the start is there in 2.0 alone. */
export class SampleRegister {
  timeMs = 0
  startMs = 0
  valueLow = 0
  valueHigh = 0
}

/**
 * Reads a Sample as all write it whose value is not 0: the value, then a time from 2004 to 2109, which has six bytes.
 * The cursor stands at its length. False, and nothing is read, where it is another.
 *
 *   10   09 v v v v v v v v   10 t t t t t t
 */
export function readUsualSample({ reader, view }: Decoding, into: SampleRegister): boolean {
  const { at, bytes } = reader
  if (at + 17 > bytes.length || bytes[at] !== 16) return false
  if (bytes[at + 1] !== ((1 << 3) | fixed64) || bytes[at + 10] !== ((2 << 3) | varint)) return false
  const timeMs = usualMs(view.getInt32(at + 11, true), view.getUint16(at + 15, true))
  if (timeMs < 0) return false
  into.timeMs = timeMs
  into.startMs = 0
  into.valueLow = view.getInt32(at + 2, true)
  into.valueHigh = view.getInt32(at + 6, true)
  reader.at = at + 17
  return true
}

/** Set in each byte of a varint but the last. */
const moreBits = 0x8080_8080 | 0

/** A time from 2004 to 2109, from the first four and the last two of the six bytes it has; -1 where it has others. */
function usualMs(first: number, last: number): number {
  if ((first & moreBits) !== moreBits || (last & 0x8080) !== 0x80) return -1
  const low = (first & 0x7f) | ((first >>> 1) & 0x3f80) | ((first >>> 2) & 0x1f_c000) | ((first >>> 3) & 0xfe0_0000)
  return low + ((last & 0x7f) | ((last >>> 1) & 0x3f80)) * 2 ** 28
}

/** Reads a Sample that ends at `end`. What is not there is 0, as protobuf says. */
export function readSample({ reader }: Decoding, into: SampleRegister, end: number): void {
  into.timeMs = into.startMs = into.valueLow = into.valueHigh = 0
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((1 << 3) | fixed64)) {
      reader.fixed64()
      into.valueLow = reader.low
      into.valueHigh = reader.high
    } else if (key === ((2 << 3) | varint)) {
      reader.varint64()
      into.timeMs = numberOf(reader.low, reader.high)
    } else if (key === ((3 << 3) | varint)) {
      reader.varint64()
      into.startMs = numberOf(reader.low, reader.high)
    } else if (key >>> 3 <= 3) reader.refuseWireType(key)
    else reader.skip(key)
  }
  reader.close(end)
  checkMs(reader, into.timeMs)
  checkMs(reader, into.startMs)
}

/** The marker "this series has ended" is kept by its bits, and flagged as OTLP flags it. */
export function appendSample({ blocks }: Decoding, id: { low: number; high: number }, sample: SampleRegister): void {
  const { columns } = blocks.samples
  columns.series_id.append(id.low, id.high)
  appendMs(columns.ts, sample.timeMs)
  appendMs(columns.start_ts, sample.startMs)
  columns.value.appendBits(sample.valueLow, sample.valueHigh)
  columns.flags.append(sample.valueLow === staleLow && sample.valueHigh === staleHigh ? 1 : 0)
}
