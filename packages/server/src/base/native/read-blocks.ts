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
  return readBlocks(bytes).flatMap(({ rows, columns }) => {
    const named = Object.entries(columns)
    return counted(rows, (row) => {
      const values: Record<string, NativeValue> = {}
      for (const [name, column] of named) values[name] = column[row] ?? null
      return values
    })
  })
}

/** `Array.from({ length }, ...)` goes the way of what is iterated, at several times the price. */
function counted<Value>(count: number, valueAt: (index: number) => Value): Value[] {
  const values: Value[] = []
  for (let index = 0; index < count; index += 1) values.push(valueAt(index))
  return values
}

class Input extends BlockInput {
  /** Values of `width` bytes each, behind one another. */
  wide<Value>(count: number, width: number, readAt: (from: number) => Value): Value[] {
    const from = this.skip(count * width)
    return counted(count, (index) => readAt(from + index * width))
  }

  texts(count: number): string[] {
    return counted(count, () => this.text())
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
  if (type.startsWith('DateTime64(')) return readInt64s(input, rows)
  if (type.startsWith('FixedString(')) return readHex(input, rows, Number(insideOf(type)))
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

const readInt64s = (input: Input, rows: number): bigint[] =>
  input.wide(rows, 8, (from) => input.view.getBigInt64(from, true))
const readInt32s = (input: Input, rows: number): number[] =>
  input.wide(rows, 4, (from) => input.view.getInt32(from, true))

const simple: Readonly<Record<string, (input: Input, rows: number) => NativeValue[]>> = {
  UInt8: (input, rows) => [...input.take(rows)],
  Bool: (input, rows) => [...input.take(rows)].map((byte) => byte === 1),
  UInt32: (input, rows) => input.wide(rows, 4, (from) => input.view.getUint32(from, true)),
  Int32: readInt32s,
  Date32: readInt32s,
  UInt64: (input, rows) => input.wide(rows, 8, (from) => input.view.getBigUint64(from, true)),
  Int64: readInt64s,
  Float64: (input, rows) => input.wide(rows, 8, (from) => input.view.getFloat64(from, true)),
  String: (input, rows) => input.texts(rows),
  'LowCardinality(String)': readLowCardinality,
}

/** All of them are turned into digits at once. */
function readHex(input: Input, rows: number, length: number): string[] {
  const digits = input.take(rows * length).toString('hex')
  return counted(rows, (row) => digits.slice(row * length * 2, (row + 1) * length * 2))
}

function readLowCardinality(input: Input, rows: number): string[] {
  if (rows === 0) return []
  const width = 1 << (input.number64() & 0xff)
  const keys = input.texts(input.number64())
  const count = input.number64()
  return input.wide(count, width, (from) => {
    const index = width === 1 ? (input.bytes[from] ?? 0) : input.bytes.readUIntLE(from, width)
    const key = keys[index]
    if (key === undefined) throw new Error(`Cannot read a block: key ${index} of a dictionary of ${keys.length}`)
    return key
  })
}

function readArrays(input: Input, rows: number, readValues: (count: number) => NativeValue[]): NativeValue[] {
  const ends = counted(rows, () => input.number64())
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
  return counted(count, (row) => Object.fromEntries(columns.map(([name, values]) => [name, values[row] ?? null])))
}

/** The type of a tuple's element: `name Type`. */
function typeIn(element: string): string {
  return element.slice(element.indexOf(' ') + 1)
}
