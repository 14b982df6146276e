import { BlockInput } from './block-input.ts'

/**
 * Columns of numbers out of Native blocks, without an object for each number: `UInt64` and `Array(Float64)` only.
 * A row's numbers lie one after the other; their bits are kept, which tells a staleness marker from any other NaN.
 */
export type NumberRows = {
  /** Of a `UInt64` column; empty when there is none of this name. */
  ids(name: string): BigUint64Array
  /** The arrays of one column, by row. */
  arrays(name: string): readonly Float64Array[]
  rows: number
}

/** Throws when the bytes are not whole blocks of these types: they are our own, so that would be a bug. */
export function readNumberRows(bytes: Uint8Array): NumberRows {
  const input = new Input(bytes)
  const ids = new Map<string, BigUint64Array[]>()
  const arrays = new Map<string, Float64Array[]>()
  let rows = 0
  while (!input.isAtEnd) {
    const columns = input.varint()
    const count = input.varint()
    rows += count
    for (let column = 0; column < columns; column++) {
      const name = input.text()
      const type = input.text()
      if (type === 'UInt64') append(ids, name, [new BigUint64Array(input.words(count))])
      else if (type === 'Array(Float64)') append(arrays, name, readArrays(input, count))
      else throw new Error(`Cannot read the column ${name}: ${type} is no column of numbers`)
    }
  }
  return {
    rows,
    ids: (name) => joined(ids.get(name) ?? [], rows),
    arrays: (name) => arrays.get(name) ?? [],
  }
}

function readArrays(input: Input, rows: number): Float64Array[] {
  const ends = new BigUint64Array(input.words(rows))
  const values = new Float64Array(input.words(Number(ends[rows - 1] ?? 0n)))
  let start = 0
  return Array.from(ends, (end) => {
    const array = values.subarray(start, Number(end))
    start = Number(end)
    return array
  })
}

function append<Value>(map: Map<string, Value[]>, name: string, values: readonly Value[]): void {
  const known = map.get(name)
  if (known === undefined) map.set(name, [...values])
  else for (const value of values) known.push(value)
}

function joined(pieces: readonly BigUint64Array[], rows: number): BigUint64Array {
  const whole = new BigUint64Array(rows)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

class Input extends BlockInput {
  /** A copy of so many 8-byte numbers, so that they are aligned. */
  words(count: number): ArrayBuffer {
    const copy = new Uint8Array(count * 8)
    copy.set(this.take(count * 8))
    return copy.buffer
  }
}
