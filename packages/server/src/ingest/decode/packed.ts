import { type WireReader, wireType } from '@wakeline/protocol'
import type { Float64Column, Word64Column } from '../../base/native/fixed-columns.ts'

/** Repeated numbers come packed (one run of bytes) or, from old encoders, one entry each. Both are right. */

/** Numbers of 64 fixed bits: fixed64 and double alike. */
export function readFixed64s(reader: WireReader, key: number, into: Word64Column | Float64Column): void {
  if ((key & 7) !== wireType.bytes) {
    reader.fixed64()
    appendBits(reader, into)
    return
  }
  const end = reader.lengthEnd()
  while (reader.at < end) {
    reader.fixed64()
    appendBits(reader, into)
  }
  reader.close(end)
}

export function readVarint64s(reader: WireReader, key: number, into: Word64Column): void {
  if ((key & 7) !== wireType.bytes) {
    reader.varint64()
    into.append(reader.low, reader.high)
    return
  }
  const end = reader.lengthEnd()
  while (reader.at < end) {
    reader.varint64()
    into.append(reader.low, reader.high)
  }
  reader.close(end)
}

function appendBits(reader: WireReader, into: Word64Column | Float64Column): void {
  into.appendBits(reader.low, reader.high)
}

/** A sint32: the sign is in the lowest bit. */
export function readZigzag32(reader: WireReader): number {
  const value = reader.varint32()
  return (value >>> 1) ^ -(value & 1)
}
