import { otlp, type WireReader, wireType } from '@wakeline/protocol'

/** The letters of `attribute_types` (see `store/tables.ts`). */
export const letter = { s: 115, b: 98, i: 105, d: 100, x: 120, a: 97, k: 107, n: 110 } as const

const { anyValue, keyValue } = otlp
const stringKey = (anyValue.stringValue << 3) | wireType.bytes
const boolKey = (anyValue.boolValue << 3) | wireType.varint
const intKey = (anyValue.intValue << 3) | wireType.varint
const doubleKey = (anyValue.doubleValue << 3) | wireType.fixed64
const arrayKey = (anyValue.arrayValue << 3) | wireType.bytes
const kvlistKey = (anyValue.kvlistValue << 3) | wireType.bytes
const bytesKey = (anyValue.bytesValue << 3) | wireType.bytes
const keyKey = (keyValue.key << 3) | wireType.bytes
const valueKey = (keyValue.value << 3) | wireType.bytes

/**
 * One attribute, or one log body, as it stands in the request: where its key and its value are, not copies of them.
 * `at` and `length` are of a string, bytes, array or kvlist; `low` and `high` hold a bool, an int or a double's bits.
 */
export class ValueRegister {
  keyAt = 0
  keyLength = 0
  letter: number = letter.n
  at = 0
  length = 0
  low = 0
  high = 0

  clear(): void {
    this.keyLength = 0
    this.letter = letter.n
    this.length = 0
  }
}

/** Reads a KeyValue; the cursor stands at its length. */
export function readKeyValue(reader: WireReader, into: ValueRegister): void {
  if (readShortText(reader, into)) return
  const end = reader.lengthEnd()
  into.clear()
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === keyKey) {
      into.keyAt = reader.range()
      into.keyLength = reader.length
    } else if (key === valueKey) readAnyValue(reader, into)
    else if (key >>> 3 === keyValue.key || key >>> 3 === keyValue.value) reader.refuseWireType(key)
    else reader.skip(key)
  }
  reader.close(end)
}

/**
 * Reads the KeyValue that nearly all attributes are, a key and a string of less than 128 bytes together as every
 * encoder writes them, or answers false and leaves it to be read with care:
 *
 *   length  0a length key...  12 length  0a length string...
 */
function readShortText(reader: WireReader, into: ValueRegister): boolean {
  const { bytes } = reader
  const start = reader.at + 1
  if (start + 8 > bytes.length) return false
  const length = bytes[start - 1]!
  const end = start + length
  if (length > 127 || end > bytes.length || bytes[start] !== keyKey) return false
  const keyLength = bytes[start + 1]!
  const valueAt = start + 2 + keyLength
  if (valueAt + 4 > end || bytes[valueAt] !== valueKey || valueAt + 2 + bytes[valueAt + 1]! !== end) return false
  if (bytes[valueAt + 2] !== stringKey || valueAt + 4 + bytes[valueAt + 3]! !== end) return false
  into.keyAt = start + 2
  into.keyLength = keyLength
  into.letter = letter.s
  into.at = valueAt + 4
  into.length = end - into.at
  reader.at = end
  return true
}

/** Reads an AnyValue; the cursor stands at its length. Of several values the last counts, as protobuf says of a oneof. */
export function readAnyValue(reader: WireReader, into: ValueRegister): void {
  const end = reader.lengthEnd()
  into.letter = letter.n
  while (reader.at < end) {
    const key = reader.varint32()
    switch (key) {
      case stringKey:
        readRange(reader, into, letter.s)
        break
      case intKey:
        into.letter = letter.i
        reader.varint64()
        into.low = reader.low
        into.high = reader.high
        break
      case boolKey:
        into.letter = letter.b
        reader.varint64()
        into.low = (reader.low | reader.high) === 0 ? 0 : 1
        into.high = 0
        break
      case doubleKey:
        into.letter = letter.d
        reader.fixed64()
        into.low = reader.low
        into.high = reader.high
        break
      case arrayKey:
        readRange(reader, into, letter.a)
        break
      case kvlistKey:
        readRange(reader, into, letter.k)
        break
      case bytesKey:
        readRange(reader, into, letter.x)
        break
      default:
        if (key >>> 3 >= anyValue.stringValue && key >>> 3 <= anyValue.bytesValue) reader.refuseWireType(key)
        else reader.skip(key)
    }
  }
  reader.close(end)
}

function readRange(reader: WireReader, into: ValueRegister, kind: number): void {
  into.letter = kind
  into.at = reader.range()
  into.length = reader.length
}
