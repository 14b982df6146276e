import { expect, test } from 'vitest'
import { WireReader } from './wire-reader.ts'
import { WireWriter } from './wire-writer.ts'

const halves = (value: bigint): [number, number] => [
  Number(BigInt.asIntN(32, value)),
  Number(BigInt.asIntN(32, value >> 32n)),
]

test.each([
  0n,
  1n,
  127n,
  128n,
  2n ** 28n,
  2n ** 31n,
  2n ** 32n,
  2n ** 35n - 1n,
  2n ** 53n + 1n,
  2n ** 63n,
  2n ** 64n - 1n,
])('the varint %s is read as it was written', (value) => {
  const writer = new WireWriter(1)
  writer.varint64(...halves(value))
  const reader = new WireReader(writer.take())
  reader.varint64()
  expect([reader.low, reader.high]).toEqual(halves(value))
  expect([reader.at, reader.fault]).toEqual([reader.bytes.length, undefined])
})

test.each([0, 127, 128, 16_383, 16_384, 3_000_000])('a message of %i bytes has the shortest length', (length) => {
  const writer = new WireWriter(1)
  const mark = writer.begin(3)
  for (let i = 0; i < length; i += 1) writer.varint(1)
  writer.end(mark)
  const reader = new WireReader(writer.take())
  expect(reader.varint32()).toBe((3 << 3) | 2)
  const end = reader.lengthEnd()
  expect(end - reader.at).toBe(length)
  expect(end).toBe(reader.bytes.length)
})

test.each([
  ['', 'the bytes end inside a varint'],
  ['80', 'the bytes end inside a varint'],
  ['ffffffffffffffffffffff', 'a varint has more than 10 bytes'],
])('the varint in bytes "%s" is a fault', (hex, reason) => {
  for (const read of [(reader: WireReader) => reader.varint32(), (reader: WireReader) => reader.varint64()]) {
    const reader = new WireReader(Buffer.from(hex, 'hex'))
    read(reader)
    expect(reader.fault).toEqual({ reason, offset: 0 })
  }
})

test.each([
  ['0801', undefined],
  ['090102030405060708', undefined],
  ['0a0161', undefined],
  ['0d01020304', undefined],
  ['0b0801130c14', 'a group is closed by another number'],
  ['0b08011b1c0c', undefined],
  ['0b0801', 'a group is not closed'],
  ['0c', 'the wire type group end makes no sense here'],
  ['0e', 'the wire type 6 makes no sense here'],
  ['00', 'a field has the number 0'],
  ['0a05', 'a length of 5 bytes goes beyond the end'],
  ['0affffffffff01', 'a length has more than 32 bits'],
  ['0901', 'the bytes end inside a 64-bit value'],
  ['0d01', 'the bytes end inside a 32-bit value'],
  ['0b'.repeat(40) + '0c'.repeat(40), 'groups stand more than 32 deep'],
])('the unknown entry %s is skipped, or a fault', (hex, reason) => {
  const reader = new WireReader(Buffer.from(hex, 'hex'))
  reader.skip(reader.varint32())
  expect(reader.fault?.reason).toBe(reason)
  expect(reader.at).toBe(reader.bytes.length)
})
