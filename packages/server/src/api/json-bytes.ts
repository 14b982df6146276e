/** Stops where what was written so far may be sent. */
export type JsonWriting = Generator<void, void>

/**
 * JSON written straight into bytes. A range of ten thousand series is millions of numbers, and as texts that are joined and then
 * encoded they take several times what computing them did (`written-numbers.ts`).
 */
export class JsonBytes {
  #bytes = new Uint8Array(16 * 1024)
  #at = 0

  /** What was written so far. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#at)
  }

  get length(): number {
    return this.#at
  }

  /** The same, which is not touched any more: the next is written elsewhere. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes
    this.#bytes = new Uint8Array(this.#bytes.length)
    this.#at = 0
    return taken
  }

  /** As it is. */
  text(text: string): void {
    if (text.length <= loopedMax && this.#copied(text, inOneByte)) return
    this.#reserve(text.length * 3)
    this.#at += encoder.encodeInto(text, this.#bytes.subarray(this.#at)).written
  }

  copy(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** A text of JSON. */
  quoted(text: string): void {
    const start = this.#at
    this.#byte(quote)
    if (text.length <= loopedMax && this.#copied(text, asItIs)) this.#byte(quote)
    else {
      this.#at = start
      this.text(JSON.stringify(text))
    }
  }

  /** False, and nothing written, where a character is none of `allowed`. */
  #copied(text: string, allowed: Uint8Array): boolean {
    this.#reserve(text.length)
    const [bytes, start] = [this.#bytes, this.#at]
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (allowed[code] !== 1) return false
      bytes[start + i] = code
    }
    this.#at = start + text.length
    return true
  }

  #byte(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = byte
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more))
    larger.set(this.bytes)
    this.#bytes = larger
  }
}

const encoder = new TextEncoder()
/** Longer texts are quicker encoded by the call. */
const loopedMax = 64
const quote = 0x22
/** Characters of one byte, and those of them that JSON does not write otherwise. */
const inOneByte = new Uint8Array(128).fill(1)
const asItIs = inOneByte.map((_, code) => (code >= 0x20 && code < 0x7f && code !== quote && code !== 0x5c ? 1 : 0))
