import { wireType, wireTypeNames } from './wire-type.ts'

/** How deep groups may stand inside one another before a message is refused. Nothing sends groups today. */
const groupDepthMax = 32

/** What was wrong with the bytes, and where. */
export type WireFault = { reason: string; offset: number }

/**
 * A cursor over protobuf bytes that never throws: the first thing wrong is kept in `fault`, and from then on the
 * cursor stands at the end of the bytes, so that every `while (reader.at < end)` around it stops by itself.
 *
 * Reads are checked against the end of all bytes, not of the message they are in: a caller that has read a nested
 * message asks `close(end)`, which finds any overrun. 64-bit values come as two signed 32-bit halves in `low` and
 * `high` (a number would lose bits, a bigint costs an allocation).
 */
export class WireReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  at = 0
  low = 0
  high = 0
  length = 0
  fault: WireFault | undefined

  constructor(bytes: Uint8Array) {
    // A Buffer has another hidden class than a Uint8Array; with one kind the engine keeps one fast path.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** Keeps the first fault and moves to the end, where nothing more is read. */
  fail(reason: string, offset: number): void {
    this.fault ??= { reason, offset }
    this.at = this.bytes.length
  }

  /** Forgets a fault and goes on at `at`, the end of the record it was in. */
  recover(at: number): void {
    this.fault = undefined
    this.at = at
  }

  /** The low 32 bits of a varint, unsigned: right for keys, lengths, uint32, enums and bools. */
  varint32(): number {
    const bytes = this.bytes
    let at = this.at
    if (at >= bytes.length) return this.#endsInVarint(at)
    let byte = bytes[at++]!
    if (byte < 0x80) {
      this.at = at
      return byte
    }
    let value = byte & 0x7f
    for (let shift = 7; shift < 70; shift += 7) {
      if (at >= bytes.length) return this.#endsInVarint(this.at)
      byte = bytes[at++]!
      if (shift < 32) value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.at = at
        return value >>> 0
      }
    }
    this.fail('a varint has more than 10 bytes', this.at)
    return 0
  }

  /** A 64-bit varint into `low` and `high`. */
  varint64(): void {
    const bytes = this.bytes
    let at = this.at
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= bytes.length) {
        this.#endsInVarint(this.at)
        break
      }
      const byte = bytes[at++]!
      if (shift < 28) low |= (byte & 0x7f) << shift
      else if (shift === 28) {
        low |= (byte & 0x7f) << 28
        high = (byte & 0x7f) >>> 4
      } else high |= (byte & 0x7f) << (shift - 32)
      if (byte < 0x80) {
        this.at = at
        this.low = low
        this.high = high
        return
      }
    }
    if (this.fault === undefined) this.fail('a varint has more than 10 bytes', this.at)
    this.low = 0
    this.high = 0
  }

  fixed32(): number {
    const at = this.at
    if (at + 4 > this.bytes.length) {
      this.fail('the bytes end inside a 32-bit value', at)
      return 0
    }
    this.at = at + 4
    return this.view.getUint32(at, true)
  }

  /** A 64-bit value into `low` and `high`. */
  fixed64(): void {
    const at = this.at
    if (at + 8 > this.bytes.length) {
      this.fail('the bytes end inside a 64-bit value', at)
      this.low = 0
      this.high = 0
      return
    }
    this.at = at + 8
    this.low = this.view.getInt32(at, true)
    this.high = this.view.getInt32(at + 4, true)
  }

  /** Reads a length and answers where what it measures ends; the cursor stands at its first byte. */
  lengthEnd(): number {
    const start = this.at
    const length = this.varint32()
    const end = this.at + length
    if (this.at - start > 5) this.fail('a length has more than 32 bits', start)
    if (end > this.bytes.length) {
      this.fail(`a length of ${length} bytes goes beyond the end`, start)
      return this.bytes.length
    }
    return end
  }

  /** Skips bytes with their length: answers where they begin and leaves how many there are in `length`. */
  range(): number {
    const end = this.lengthEnd()
    const at = this.at
    this.length = end - at
    this.at = end
    return at
  }

  /** To be asked when a message that ends at `end` has been read: finds a value that went over the end. */
  close(end: number): void {
    if (this.at !== end) this.fail('a value goes beyond the end of its message', end)
  }

  /** Skips the value of an entry whose number is not known. */
  skip(key: number): void {
    const start = this.at
    if (key >>> 3 === 0) this.fail('a field has the number 0', start)
    else this.#skipValue(key)
    if ((key & 7) !== wireType.groupStart) return
    const open = [key >>> 3]
    while (open.length > 0 && this.fault === undefined) {
      if (this.at >= this.bytes.length) {
        this.fail('a group is not closed', start)
        break
      }
      const inner = this.varint32()
      if ((inner & 7) === wireType.groupStart) {
        if (open.length === groupDepthMax) this.fail(`groups stand more than ${groupDepthMax} deep`, start)
        open.push(inner >>> 3)
      } else if ((inner & 7) === wireType.groupEnd) {
        if (open.pop() !== inner >>> 3) this.fail('a group is closed by another number', this.at)
      } else this.#skipValue(inner)
    }
  }

  /** A known number came with a wire type its message does not give it. */
  refuseWireType(key: number): void {
    this.fail(`field ${key >>> 3} has the wrong wire type (${wireTypeNames[key & 7]})`, this.at)
  }

  #skipValue(key: number): void {
    const start = this.at
    switch (key & 7) {
      case wireType.varint:
        this.varint32()
        return
      case wireType.fixed64:
        if (start + 8 > this.bytes.length) this.fail('the bytes end inside a 64-bit value', start)
        else this.at = start + 8
        return
      case wireType.bytes:
        this.at = this.lengthEnd()
        return
      case wireType.groupStart:
        return
      case wireType.fixed32:
        if (start + 4 > this.bytes.length) this.fail('the bytes end inside a 32-bit value', start)
        else this.at = start + 4
        return
      default:
        this.fail(`the wire type ${wireTypeNames[key & 7]} makes no sense here`, start)
    }
  }

  #endsInVarint(at: number): number {
    this.fail('the bytes end inside a varint', at)
    return 0
  }
}
