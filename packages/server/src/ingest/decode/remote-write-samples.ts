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
