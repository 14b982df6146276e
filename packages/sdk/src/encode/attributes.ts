import { type Key, type Keys, redacted } from './keys.ts'
import { cutString, type Plain, plainValue, type ValueLimits } from './plain-value.ts'
import type { RecordWriter } from './record-writer.ts'

/**
 * OTLP KeyValue and AnyValue.
 *
 *     <tag> length [ 0a key  12 length [ AnyValue ] ]
 *     AnyValue: 1 string  2 bool  3 int64  4 double  5 ArrayValue  6 KeyValueList  7 bytes
 */
export interface AttributeEncoding {
  readonly keys: Keys
  readonly limits: ValueLimits
}

/** Writes one attribute under `tag` (the tag byte of a repeated KeyValue). `undefined` writes nothing. */
export function writeAttribute(
  writer: RecordWriter,
  tag: number,
  name: string,
  value: unknown,
  how: AttributeEncoding,
): boolean {
  if (value === undefined) return false
  writeKeyed(writer, tag, how.keys.of(name), value, how)
  return true
}

/** The same for a key that has been looked up and a value that is there. */
export function writeKeyed(writer: RecordWriter, tag: number, key: Key, value: unknown, how: AttributeEncoding): void {
  let known = value
  if (key.secret && value !== null && typeof value !== 'boolean') known = redacted
  else if (
    key.last !== undefined &&
    typeof value === 'string' &&
    value.length <= how.limits.stringMax &&
    key.last.holds(value)
  ) {
    writer.plainAttribute(tag, key.wire, key.last)
    return
  }
  if (writer.shortAttribute(tag, key.wire, known)) return
  const length = typeof known === 'string' ? known.length : 8
  const guess = key.wire.length + length + 4
  writer.reserve(guess + 16)
  writer.byte(tag)
  const start = writer.open(guess)
  writer.copy(key.wire)
  writeValue(writer, known, how)
  writer.close(start, guess)
}

/** Length and content of an AnyValue whose tag has been written. */
export function writeValue(writer: RecordWriter, value: unknown, how: AttributeEncoding): void {
  if (typeof value === 'string') {
    writeString(writer, cutString(value, how.limits.stringMax))
  } else if (typeof value === 'number') {
    writeNumber(writer, value)
  } else if (typeof value === 'boolean') {
    writer.reserve(3)
    writer.byte(2)
    writer.byte(0x10)
    writer.byte(value ? 1 : 0)
  } else if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) {
    const start = writer.open(11)
    writer.byte(0x18)
    writeInt64(writer, value)
    writer.close(start, 11)
  } else {
    writePlain(writer, plainValue(value, how.keys, how.limits))
  }
}

function writeString(writer: RecordWriter, value: string): void {
  const guess = value.length < 126 ? value.length + 2 : value.length + 3
  const start = writer.open(guess)
  writer.byte(0x0a)
  writer.string(value)
  writer.close(start, guess)
}

function writeNumber(writer: RecordWriter, value: number): void {
  writer.reserve(16)
  if (Number.isSafeInteger(value)) {
    const start = writer.open(11)
    writer.byte(0x18)
    if (value >= 0) writer.varint(value)
    else writeInt64(writer, BigInt(value))
    writer.close(start, 11)
  } else {
    writer.byte(9)
    writer.byte(0x21)
    writer.double(value)
  }
}

function writeInt64(writer: RecordWriter, value: bigint): void {
  writer.reserve(10)
  let rest = BigInt.asUintN(64, value)
  while (rest > 127n) {
    writer.byte(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  writer.byte(Number(rest))
}

function writePlain(writer: RecordWriter, value: Plain): void {
  if (typeof value === 'string') writeString(writer, value)
  else if (typeof value === 'number') writeNumber(writer, value)
  else writeWrapped(writer, value)
}

function writeWrapped(writer: RecordWriter, value: Exclude<Plain, string | number>): void {
  const start = writer.open(100)
  if (value === null) {
    // An AnyValue with nothing in it is OTLP's null.
  } else if (typeof value === 'boolean') {
    writer.byte(0x10)
    writer.byte(value ? 1 : 0)
  } else if (value instanceof Uint8Array) {
    writer.byte(0x3a)
    const inner = writer.open(value.length)
    writer.copy(value)
    writer.close(inner, value.length)
  } else {
    writePlainGroup(writer, value)
  }
  writer.close(start, 100)
}

function writePlainGroup(writer: RecordWriter, value: Plain[] | { [key: string]: Plain }): void {
  writer.byte(Array.isArray(value) ? 0x2a : 0x32)
  const list = writer.open(100)
  if (Array.isArray(value)) {
    for (const item of value) {
      writer.reserve(16)
      writer.byte(0x0a)
      writePlain(writer, item)
    }
  } else {
    for (const [name, item] of Object.entries(value)) {
      writer.reserve(16)
      writer.byte(0x0a)
      const entry = writer.open(100)
      writer.byte(0x0a)
      writer.string(name)
      writer.reserve(16)
      writer.byte(0x12)
      writePlain(writer, item)
      writer.close(entry, 100)
    }
  }
  writer.close(list, 100)
}

/** All attributes of an object under `tag`; returns how many were over the limit and left out. Never throws. */
export function writeAttributes(
  writer: RecordWriter,
  tag: number,
  attributes: object,
  how: AttributeEncoding,
  countMax: number,
): number {
  let count = 0
  const own: Record<string, unknown> = Object(attributes)
  try {
    for (const name in own) {
      let value: unknown
      try {
        value = own[name]
      } catch {
        value = '[cannot be read]'
      }
      if (value === undefined) continue
      if (++count > countMax) continue
      writeAttribute(writer, tag, name, value, how)
    }
  } catch {
    // A Proxy that does not tell its keys, or not all of them: what was written is whole.
    writeAttribute(writer, tag, 'attributes', '[cannot be read]', how)
  }
  return Math.max(0, count - countMax)
}
