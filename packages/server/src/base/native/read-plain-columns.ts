import { BlockInput } from './block-input.ts'

/**
 * Native blocks of numbers of fixed width, row by row in columns, without a copy: `UInt32`, `UInt64` and `Float64` only.
 * For millions of rows, which as objects or even as arrays for each series would cost more than reading them did.
 */
export type PlainBlock = {
  rows: number
  /** Little-endian numbers, at any place in memory. Empty where there is no column of that name. */
  column(name: string): Uint8Array
}

const widths: Readonly<Record<string, number>> = { UInt32: 4, UInt64: 8, Float64: 8 }

/** Throws when the bytes are not whole blocks of these types: they are our own, so that would be a bug. */
export function readPlainBlocks(bytes: Uint8Array): PlainBlock[] {
  const blocks: PlainBlock[] = []
  const input = new BlockInput(bytes)
  while (!input.isAtEnd) {
    const count = input.varint()
    const rows = input.varint()
    const columns = new Map<string, Uint8Array>()
    for (let i = 0; i < count; i++) {
      const name = input.text()
      const type = input.text()
      const width = widths[type]
      if (width === undefined) throw new Error(`Cannot read the column ${name}: ${type} is no plain number`)
      columns.set(name, input.take(rows * width))
    }
    blocks.push({ rows, column: (name) => columns.get(name) ?? nothing })
  }
  return blocks
}

const nothing = new Uint8Array(0)
