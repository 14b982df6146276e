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
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length)
      throw new Error(`Cannot read a block: it ends at byte ${bytes.length}, inside ${length} bytes from ${at}`)
    at += length
    return bytes.subarray(at - length, at)
  }
  const text = (): string => Buffer.from(take(varint())).toString('latin1')
  while (at < bytes.length) {
    const count = varint()
    const rows = varint()
    const columns = new Map<string, Uint8Array>()
    for (let i = 0; i < count; i++) {
      const name = text()
      const type = text()
      const width = widths[type]
      if (width === undefined) throw new Error(`Cannot read the column ${name}: ${type} is no plain number`)
      columns.set(name, take(rows * width))
    }
    blocks.push({ rows, column: (name) => columns.get(name) ?? nothing })
  }
  return blocks
}

const nothing = new Uint8Array(0)
