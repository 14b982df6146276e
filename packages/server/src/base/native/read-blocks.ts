import { BlockInput } from './block-input.ts'
import { insideOf, splitTopLevel } from './type-text.ts'

/**
 * Reads Native blocks back into values, for live tail and for tests. Covers the types of `store/tables.ts`.
 *
 * As values: 64-bit integers are bigints, and so are times in ticks (nanoseconds for DateTime64(9)); Date32 is a
 * number of days; strings are read as UTF-8, with U+FFFD for what is not; FixedString is lower-case hex; a Map is a
 * list of pairs, in order and with repeats; a Tuple is an object.
 */
export type NativeValue = number | bigint | string | boolean | null | NativeValue[] | { [element: string]: NativeValue }
export type NativeBlock = { rows: number; columns: Record<string, NativeValue[]> }

/** Throws when the bytes are not whole blocks: they are our own, so that would be a bug or a torn file. */
export function readBlocks(bytes: Uint8Array): NativeBlock[] {
  const input = new Input(bytes)
  const blocks: NativeBlock[] = []
  while (!input.isAtEnd) {
    const columnCount = input.varint()
    const rows = input.varint()
    const columns: Record<string, NativeValue[]> = {}
    for (let i = 0; i < columnCount; i += 1) {
      const name = input.text()
      const type = input.text()
      if (rows > 0) readPrefix(input, type)
      columns[name] = rows > 0 ? readBody(input, type, rows) : []
    }
    blocks.push({ rows, columns })
  }
  return blocks
}

/** The rows of all blocks, each as an object. */
export function readRows(bytes: Uint8Array): Record<string, NativeValue>[] {
  return readBlocks(bytes).flatMap(({ rows, columns }) =>
    Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[row] ?? null])),
    ),
  )
}

class Input extends BlockInput {
  many<Value>(count: number, read: () => Value): Value[] {
    return Array.from({ length: count }, read)
  }
}

/** Prefixes of a column stand before its bodies, depth first. Only LowCardinality has one here. */
function readPrefix(input: Input, type: string): void {
  if (type === 'LowCardinality(String)') input.take(8)
  else if (type.startsWith('Map(') || type.startsWith('Tuple(') || type.startsWith('Array('))
    for (const inner of splitTopLevel(insideOf(type)))
      readPrefix(input, type.startsWith('Tuple(') ? typeIn(inner) : inner)
}

function readBody(input: Input, type: string, rows: number): NativeValue[] {
  if (type.startsWith('DateTime64(')) return input.many(rows, () => input.take(8).readBigInt64LE())
  if (type.startsWith('FixedString(')) return input.many(rows, () => input.take(Number(insideOf(type))).toString('hex'))
  if (type.startsWith('Nullable(')) {
    const nulls = input.take(rows)
    return readBody(input, insideOf(type), rows).map((value, row) => (nulls[row] === 1 ? null : value))
  }
  if (type.startsWith('Array(')) return readArrays(input, rows, (count) => readBody(input, insideOf(type), count))
  if (type.startsWith('Map(')) return readArrays(input, rows, (count) => readPairs(input, insideOf(type), count))
  if (type.startsWith('Tuple(')) return readTuples(input, insideOf(type), rows)
  const read = simple[type]
  if (read === undefined) throw new Error(`Cannot read a block: the type ${type} is not known`)
  return read(input, rows)
}

const simple: Readonly<Record<string, (input: Input, rows: number) => NativeValue[]>> = {
  UInt8: (input, rows) => [...input.take(rows)],
  Bool: (input, rows) => [...input.take(rows)].map((byte) => byte === 1),
  UInt32: (input, rows) => input.many(rows, () => input.take(4).readUInt32LE()),
  Int32: (input, rows) => input.many(rows, () => input.take(4).readInt32LE()),
  Date32: (input, rows) => input.many(rows, () => input.take(4).readInt32LE()),
  UInt64: (input, rows) => input.many(rows, () => input.take(8).readBigUInt64LE()),
  Int64: (input, rows) => input.many(rows, () => input.take(8).readBigInt64LE()),
  Float64: (input, rows) => input.many(rows, () => input.take(8).readDoubleLE()),
  String: (input, rows) => input.many(rows, () => input.text()),
  'LowCardinality(String)': readLowCardinality,
}

function readLowCardinality(input: Input, rows: number): string[] {
  if (rows === 0) return []
  const width = 1 << (input.number64() & 0xff)
  const keys = input.many(input.number64(), () => input.text())
  const count = input.number64()
  return input.many(count, () => {
    const index = input.take(width).readUIntLE(0, width)
    const key = keys[index]
    if (key === undefined) throw new Error(`Cannot read a block: key ${index} of a dictionary of ${keys.length}`)
    return key
  })
}

function readArrays(input: Input, rows: number, readValues: (count: number) => NativeValue[]): NativeValue[] {
  const ends = input.many(rows, () => input.number64())
  const values = readValues(ends.at(-1) ?? 0)
  return ends.map((end, row) => values.slice(ends[row - 1] ?? 0, end))
}

function readPairs(input: Input, types: string, count: number): NativeValue[] {
  const [keyType = '', valueType = ''] = splitTopLevel(types)
  const keys = readBody(input, keyType, count)
  const values = readBody(input, valueType, count)
  return keys.map((key, i) => [key, values[i] ?? null])
}

function readTuples(input: Input, elements: string, count: number): NativeValue[] {
  const columns = splitTopLevel(elements).map(
    (element) => [element.slice(0, element.indexOf(' ')), readBody(input, typeIn(element), count)] as const,
  )
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[row] ?? null])),
  )
}

/** The type of a tuple's element: `name Type`. */
function typeIn(element: string): string {
  return element.slice(element.indexOf(' ') + 1)
}
