import { wireType } from './wire-type.ts'

const utf8 = new TextEncoder()

/**
 * Protobuf bytes, written front to back into one growing buffer.
 *
 * `begin`/`end` stand around a nested message: one byte is kept for its length, and a message of more than 127
 * bytes is moved up to make room, so that lengths are always as short as they can be.
 */
export class WireWriter {
  bytes: Uint8Array
  view: DataView
  size = 0

  constructor(capacityBytes = 1024) {
    this.bytes = new Uint8Array(capacityBytes)
    this.view = new DataView(this.bytes.buffer)
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.size)
    this.size = 0
    return taken
  }

  /** Makes room for `more` bytes. */
  reserve(more: number): void {
    if (this.size + more <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.size + more))
    grown.set(this.bytes.subarray(0, this.size))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }

  /** An entry's number and wire type. */
  key(number: number, type: number): void {
    this.varint(number * 8 + type)
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.reserve(10)
    let rest = value
    while (rest >= 0x80) {
      this.bytes[this.size++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.bytes[this.size++] = rest
  }

  /** A 64-bit value in two halves (signed or not: only the bits count). */
  varint64(low: number, high: number): void {
    this.reserve(10)
    let lowBits = low >>> 0
    let highBits = high >>> 0
    while (highBits !== 0 || lowBits >= 0x80) {
      this.bytes[this.size++] = (lowBits & 0x7f) | 0x80
      lowBits = ((lowBits >>> 7) | (highBits << 25)) >>> 0
      highBits >>>= 7
    }
    this.bytes[this.size++] = lowBits
  }

  fixed32(value: number): void {
    this.reserve(4)
    this.view.setUint32(this.size, value, true)
    this.size += 4
  }

  fixed64(low: number, high: number): void {
    this.reserve(8)
    this.view.setUint32(this.size, low, true)
    this.view.setUint32(this.size + 4, high, true)
    this.size += 8
  }

  double(value: number): void {
    this.reserve(8)
    this.view.setFloat64(this.size, value, true)
    this.size += 8
  }

  /** An entry of a whole number: a number up to 2^53, a bigint of 64 bits; negative ones in two's complement. */
  varintEntry(number: number, value: number | bigint): void {
    this.key(number, wireType.varint)
    if (typeof value === 'number' && value >= 0) this.varint(value)
    else this.varint64(lowOf(BigInt(value)), highOf(BigInt(value)))
  }

  /** An entry of 64 bits, signed or not. */
  fixed64Entry(number: number, value: bigint): void {
    this.key(number, wireType.fixed64)
    this.fixed64(lowOf(value), highOf(value))
  }

  doubleEntry(number: number, value: number): void {
    this.key(number, wireType.fixed64)
    this.double(value)
  }

  /** An entry of bytes. */
  bytesEntry(number: number, value: Uint8Array): void {
    this.key(number, wireType.bytes)
    this.varint(value.length)
    this.reserve(value.length)
    this.bytes.set(value, this.size)
    this.size += value.length
  }

  /** An entry of text, as UTF-8; a lone surrogate becomes U+FFFD. */
  textEntry(number: number, value: string): void {
    const mark = this.begin(number)
    this.reserve(value.length * 3)
    this.size += utf8.encodeInto(value, this.bytes.subarray(this.size)).written
    this.end(mark)
  }

  /** Opens a nested message and answers the mark that `end` needs. */
  begin(number: number): number {
    this.key(number, wireType.bytes)
    this.reserve(1)
    this.size += 1
    return this.size
  }

  end(mark: number): void {
    const length = this.size - mark
    if (length < 0x80) {
      this.bytes[mark - 1] = length
      return
    }
    let extra = 0
    for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) extra += 1
    this.reserve(extra)
    this.bytes.copyWithin(mark + extra, mark, this.size)
    this.size = mark - 1
    this.varint(length)
    this.size += length
  }
}

/** Whole numbers of 32 bits as sint32 and sint64 have them: small ones short, also the negative. */
export const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)

const lowOf = (value: bigint): number => Number(BigInt.asIntN(32, value))
const highOf = (value: bigint): number => Number(BigInt.asIntN(32, value >> 32n))
