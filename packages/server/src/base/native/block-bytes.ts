const utf8 = new TextEncoder()

/** The bytes of one block as it is put together: a buffer of the exact size, filled front to back. */
export class BlockBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly #view: DataView
  at = 0

  constructor(size: number) {
    // Not cleared: whoever puts a block together fills all of it, which `TableBlock.take` checks.
    this.bytes = Buffer.allocUnsafeSlow(size)
    this.#view = new DataView(this.bytes.buffer)
  }

  /** The first `length` bytes of the buffer behind an array of any width. */
  put(from: ArrayBufferView, length: number): void {
    this.bytes.set(new Uint8Array(from.buffer, from.byteOffset, length), this.at)
    this.at += length
  }

  /** A UInt64 that fits a number. */
  u64(value: number): void {
    this.#view.setUint32(this.at, value, true)
    this.#view.setUint32(this.at + 4, Math.floor(value / 4_294_967_296), true)
    this.at += 8
  }

  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.at++] = rest
  }
}

export function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5
}

/** Length and UTF-8 of a text, as names and types stand in a block. */
export function lengthAndText(text: string): Uint8Array {
  const encoded = utf8.encode(text)
  const out = new BlockBytes(varintSize(encoded.length) + encoded.length)
  out.varint(encoded.length)
  out.put(encoded, encoded.length)
  return out.bytes
}
