/**
 * Room to put text together in as bytes, before it is appended to a column: numbers, base64, OTLP/JSON.
 * Grows to the longest text there was; the writers of values keep their texts under a limit.
 */
export class TextBytes {
  bytes = new Uint8Array(256)
  view = new DataView(this.bytes.buffer)
  size = 0

  /** Empties it and lets go of a buffer that one huge value left behind. */
  clear(): void {
    this.size = 0
    if (this.bytes.length > 262_144) {
      this.bytes = new Uint8Array(256)
      this.view = new DataView(this.bytes.buffer)
    }
  }

  reserve(more: number): void {
    if (this.size + more <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.size + more))
    grown.set(this.bytes.subarray(0, this.size))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }

  byte(value: number): void {
    if (this.size === this.bytes.length) this.reserve(1)
    this.bytes[this.size++] = value
  }

  ascii(text: string): void {
    this.reserve(text.length)
    for (let i = 0; i < text.length; i += 1) this.bytes[this.size++] = text.charCodeAt(i)
  }

  copy(from: Uint8Array, at: number, length: number): void {
    this.reserve(length)
    this.bytes.set(from.subarray(at, at + length), this.size)
    this.size += length
  }
}
