import { otlp, type WireReader, wireType } from '@wakeline/protocol'
import type { TextBytes } from './text-bytes.ts'
import { letter, readAnyValue, readKeyValue, ValueRegister } from './value.ts'

/**
 * Values as text: what `attributes` and a log's `body` hold for all that is not a string already.
 *
 *   i  -42                    exact, all 64 bits
 *   d  0.1  1e+21  NaN  -0    the shortest text that reads back as the same number
 *   b  true    x  AQID (base64)    n  (nothing)
 *   a  {"values":[{"stringValue":"a"},{"intValue":"1"}]}               OTLP/JSON
 *   k  {"values":[{"key":"a","value":{"doubleValue":0.5}}]}
 *
 * A text longer than the limit is cut: bytes at a whole group of base64, an array or kvlist after the last element
 * that fits, so that what is left can still be read.
 */
export type TextLimits = { valueSizeMaxBytes: number; depthMax: number }

const elementKey = (otlp.arrayValue.values << 3) | wireType.bytes
const twoTo32 = 4_294_967_296

export class ValueText {
  readonly #reader: WireReader
  readonly #text: TextBytes
  readonly #limits: TextLimits
  readonly #element = new ValueRegister()
  #isCut = false

  constructor(reader: WireReader, text: TextBytes, limits: TextLimits) {
    this.#reader = reader
    this.#text = text
    this.#limits = limits
  }

  /** Leaves the text of a value that is not a string in the TextBytes. The cursor stays where it is, faults apart. */
  render(value: ValueRegister): void {
    this.#text.clear()
    this.#isCut = false
    switch (value.letter) {
      case letter.i:
        this.#int(value.low, value.high)
        break
      case letter.b:
        this.#text.ascii(value.low === 0 ? 'false' : 'true')
        break
      case letter.d:
        this.#text.ascii(doubleText(value.low, value.high))
        break
      case letter.x:
        this.#base64(value)
        break
      case letter.a:
      case letter.k:
        this.#list(value.at, value.length, value.letter === letter.k, 1)
        break
    }
  }

  #int(low: number, high: number): void {
    const text = this.#text
    if (high !== low >> 31) {
      const number = high * twoTo32 + (low >>> 0)
      const exact = Number.isSafeInteger(number)
      text.ascii(exact ? String(number) : ((BigInt(high) << 32n) | BigInt(low >>> 0)).toString())
      return
    }
    text.reserve(11)
    let rest = low
    if (rest < 0) {
      text.bytes[text.size++] = 0x2d
      rest = -rest
    }
    let digits = 1
    for (let power = 10; power <= rest; power *= 10) digits += 1
    for (let at = text.size + digits - 1; at >= text.size; at -= 1) {
      const tenth = Math.floor(rest / 10)
      text.bytes[at] = 0x30 + (rest - tenth * 10)
      rest = tenth
    }
    text.size += digits
  }

  #base64({ at, length }: ValueRegister): void {
    const kept = Math.min(length, Math.floor(this.#limits.valueSizeMaxBytes / 4) * 3)
    const { bytes } = this.#reader
    this.#text.ascii(Buffer.from(bytes.buffer, bytes.byteOffset + at, kept).toString('base64'))
  }

  /** `named`: a kvlist. The depth is bounded, and so is the recursion. */
  #list(at: number, length: number, named: boolean, depth: number): void {
    const reader = this.#reader
    const text = this.#text
    if (depth > this.#limits.depthMax) {
      reader.fail(`a value is nested more than ${this.#limits.depthMax} deep`, at)
      return
    }
    const before = reader.at
    const end = at + length
    reader.at = at
    text.ascii('{"values":[')
    let first = true
    while (reader.at < end && !this.#isCut) {
      const key = reader.varint32()
      if (key !== elementKey) {
        if (key >>> 3 === elementKey >>> 3) reader.refuseWireType(key)
        else reader.skip(key)
        continue
      }
      const start = text.size
      if (!first) text.byte(0x2c)
      first = false
      if (named) this.#named(depth)
      else this.#any(depth)
      if (text.size > this.#limits.valueSizeMaxBytes && !this.#isCut) {
        text.size = start
        this.#isCut = true
      }
    }
    text.ascii(']}')
    if (!this.#isCut) reader.close(end)
    if (reader.fault === undefined) reader.at = before
  }

  #named(depth: number): void {
    const element = this.#element
    readKeyValue(this.#reader, element)
    this.#text.ascii('{"key":')
    this.#string(element.keyAt, element.keyLength)
    this.#text.ascii(',"value":')
    this.#value(depth)
    this.#text.byte(0x7d)
  }

  #any(depth: number): void {
    readAnyValue(this.#reader, this.#element)
    this.#value(depth)
  }

  /** The value in `#element`, which is free to be used again once its kind and place are read. */
  #value(depth: number): void {
    const value = this.#element
    const text = this.#text
    switch (value.letter) {
      case letter.s:
        text.ascii('{"stringValue":')
        this.#string(value.at, value.length)
        break
      case letter.b:
        text.ascii(value.low === 0 ? '{"boolValue":false' : '{"boolValue":true')
        break
      case letter.i:
        text.ascii('{"intValue":"')
        this.#int(value.low, value.high)
        text.byte(0x22)
        break
      case letter.d: {
        const double = doubleText(value.low, value.high)
        const isNumber = (value.high & 0x7ff0_0000) !== 0x7ff0_0000
        text.ascii(isNumber ? `{"doubleValue":${double}` : `{"doubleValue":"${double}"`)
        break
      }
      case letter.x:
        text.ascii('{"bytesValue":"')
        this.#base64(value)
        text.byte(0x22)
        break
      case letter.a:
        text.ascii('{"arrayValue":')
        this.#list(value.at, value.length, false, depth + 1)
        break
      case letter.k:
        text.ascii('{"kvlistValue":')
        this.#list(value.at, value.length, true, depth + 1)
        break
      default:
        text.byte(0x7b)
    }
    text.byte(0x7d)
  }

  /** A JSON string of UTF-8 as it came: only what JSON forbids is escaped. */
  #string(at: number, wholeLength: number): void {
    const text = this.#text
    const { bytes } = this.#reader
    // One byte more than fits is enough to be found too long.
    const length = Math.min(wholeLength, this.#limits.valueSizeMaxBytes + 1)
    text.reserve(length * 6 + 2)
    let to = text.size
    text.bytes[to++] = 0x22
    for (let i = at; i < at + length; i += 1) {
      const byte = bytes[i]!
      if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c) {
        text.bytes[to++] = byte
        continue
      }
      text.bytes[to++] = 0x5c
      const short = byte >= 0x20 ? byte : shortEscapes[byte]
      if (short !== undefined && short !== 0) text.bytes[to++] = short
      else {
        text.bytes.set([0x75, 0x30, 0x30, 0x30 + (byte >>> 4), hexDigit(byte & 15)], to)
        to += 5
      }
    }
    text.bytes[to++] = 0x22
    text.size = to
  }
}

/** By control character: \b \t \n \f \r have one letter, the others are written as \u00... */
const shortEscapes = [0, 0, 0, 0, 0, 0, 0, 0, 0x62, 0x74, 0x6e, 0, 0x66, 0x72]

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value
}

const double = new DataView(new ArrayBuffer(8))

/** The names of what is not a number are those of OTLP/JSON. */
export function doubleText(low: number, high: number): string {
  double.setInt32(0, high)
  double.setInt32(4, low)
  const value = double.getFloat64(0)
  return Object.is(value, -0) ? '-0' : String(value)
}
