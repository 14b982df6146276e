/** Where the reading of Native blocks stands. Throws where they end too early: they are our own, so that would be a bug. */
export class BlockInput {
  readonly bytes: Buffer
  /** Of the same bytes: for numbers, which a Buffer reads several times more slowly. */
  readonly view: DataView
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length
  }

  /** Answers where it was. */
  skip(length: number): number {
    const from = this.at
    if (from + length > this.bytes.length)
      throw new Error(`Cannot read a block: it ends at byte ${this.bytes.length}, inside ${length} bytes from ${from}`)
    this.at += length
    return from
  }

  take(length: number): Buffer {
    const from = this.skip(length)
    return this.bytes.subarray(from, from + length)
  }

  varint(): number {
    const only = this.bytes[this.at]
    if (only !== undefined && only < 0x80) {
      this.at += 1
      return only
    }
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.skip(1)] ?? 0
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }

  number64(): number {
    const from = this.skip(8)
    return this.view.getUint32(from, true) + this.view.getUint32(from + 4, true) * 2 ** 32
  }

  text(): string {
    const length = this.varint()
    const from = this.skip(length)
    return this.bytes.toString('utf8', from, from + length)
  }
}
