/** Stops where what was written so far may be sent. */
export type JsonWriting = Generator<void, void>

/**
 * JSON written straight into bytes. A range of ten thousand series is millions of numbers, and as texts that are joined and then
 * encoded they take several times what computing them did. Most of them are whole or have few decimals, and those are written
 * digit by digit.
 */
export class JsonBytes {
  #bytes = new Uint8Array(16 * 1024)
  #at = 0

  /** What was written so far. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#at)
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

  /** Pieces of the same bytes again and again, copied one by one: for so few a call would take longer. */
  copy(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from)
    const [own, start] = [this.#bytes, this.#at - from]
    for (let i = from; i < to; i++) own[start + i] = bytes[i] ?? 0
    this.#at = start + to
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

  /** A finite number as `String` writes it, and any other by `other`. */
  number(value: number, other: (value: number) => string): void {
    const size = Math.abs(value)
    const isWhole = size < wholeBelow && Math.floor(size) === size
    // Up to 15 digits in all: no other number has these, so they are the shortest that mean it.
    const thousandths = Math.round(size * 1000)
    if (value === 0 || !(isWhole || (size < decimalsBelow && thousandths / 1000 === size))) {
      this.text(other(value))
      return
    }
    this.#reserve(numberBytes)
    if (value < 0) this.#bytes[this.#at++] = minus
    const whole = isWhole ? size : Math.floor(thousandths / 1000)
    const high = Math.floor(whole / billion)
    if (high > 0) this.#digits(high, 1)
    this.#digits(whole - high * billion, high > 0 ? 9 : 1)
    if (!isWhole) this.#decimals(thousandths - whole * 1000)
  }

  #decimals(thousandths: number): void {
    this.#bytes[this.#at++] = point
    this.#digits(thousandths, 3)
    while (this.#bytes[this.#at - 1] === zero) this.#at--
  }

  /** Below a billion, with zeros before it up to `least` digits. */
  #digits(value: number, least: number): void {
    let length = least
    while (length < 9 && value >= (powers[length] ?? 0)) length++
    const [bytes, start] = [this.#bytes, this.#at]
    let rest = value | 0
    for (let i = start + length - 1; i >= start; i--) {
      const next = (rest / 10) | 0
      bytes[i] = zero + rest - next * 10
      rest = next
    }
    this.#at = start + length
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
const decimalsBelow = 1e12
const wholeBelow = 2 ** 53
const billion = 1e9
const powers = [1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 1e8]
/** A sign, 16 digits, a point and decimals. */
const numberBytes = 24
const [quote, minus, point, zero] = [0x22, 0x2d, 0x2e, 0x30]
/** Characters of one byte, and those of them that JSON does not write otherwise. */
const inOneByte = new Uint8Array(128).fill(1)
const asItIs = inOneByte.map((_, code) => (code >= 0x20 && code < 0x7f && code !== quote && code !== 0x5c ? 1 : 0))
