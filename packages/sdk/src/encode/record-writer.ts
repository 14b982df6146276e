import type { PlainText } from './last-text.ts'

/**
 * Appends protobuf, or lines of JSON, to one growing buffer. A nested message reserves as many bytes for its length as the caller guesses
 * it needs, writes its content, and moves it only when the guess was wrong: no pass over the strings to size them first.
 */
export class RecordWriter {
  bytes: Buffer
  private view: DataView
  at = 0
  private second = -1
  private secondLow = 0
  private secondHigh = 0

  constructor(sizeBytes: number) {
    this.bytes = Buffer.allocUnsafeSlow(sizeBytes)
    this.view = viewOf(this.bytes)
  }

  /** Makes room for `size` more bytes. Every method that takes data of unknown length calls it. */
  reserve(size: number): void {
    if (this.at + size <= this.bytes.length) return
    // In large steps at first, in small ones later: what was handed over should be full.
    const step = this.bytes.length < smallStepsBytes ? this.bytes.length : this.bytes.length >>> 2
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length + step, this.at + size))
    this.bytes.copy(larger, 0, 0, this.at)
    this.bytes = larger
    this.view = viewOf(larger)
  }

  /** A copy of what was written; the writer is empty afterwards. */
  take(): Buffer {
    const taken = Buffer.allocUnsafeSlow(this.at)
    this.bytes.copy(taken, 0, 0, this.at)
    this.at = 0
    return taken
  }

  /** A copy of what was written since `mark`. */
  since(mark: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.bytes, mark, this.at)
  }

  /**
   * What was written; the writer is empty afterwards. A buffer that is nearly full is handed over as it is and the writer
   * goes on in one of `spares`, or a new one; of one that is not, a copy.
   */
  handOver(spares: Buffer[]): Buffer {
    if (this.at < handOverBytes || this.at < this.bytes.length * 0.75) return this.take()
    const taken = this.bytes.subarray(0, this.at)
    this.bytes = spares.pop() ?? Buffer.allocUnsafeSlow(this.bytes.length)
    this.view = viewOf(this.bytes)
    this.at = 0
    return taken
  }

  /** One byte; the caller has reserved it. */
  byte(value: number): void {
    this.bytes[this.at++] = value
  }

  /** An unsigned number below 2^53; the caller has reserved 8 bytes. */
  varint(value: number): void {
    let rest = value
    while (rest > 0x7fffffff) {
      this.bytes[this.at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    while (rest > 127) {
      this.bytes[this.at++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.bytes[this.at++] = rest
  }

  /** Opens a length-delimited value whose tag has been written: returns where its content starts. */
  open(guessedBytes: number): number {
    const width = guessedBytes < 128 ? 1 : guessedBytes < 16384 ? 2 : 3
    this.reserve(width + 16)
    this.at += width
    return this.at
  }

  /** Writes the length of what was opened with the same guess. */
  close(start: number, guessedBytes: number): void {
    const reserved = guessedBytes < 128 ? 1 : guessedBytes < 16384 ? 2 : 3
    const length = this.at - start
    const needed = length < 128 ? 1 : length < 16384 ? 2 : length < 2097152 ? 3 : 4
    if (needed !== reserved) this.shift(start, needed - reserved)
    const end = this.at
    this.at = start - reserved
    this.varint(length)
    this.at = end
  }

  private shift(start: number, by: number): void {
    this.reserve(16)
    this.bytes.copyWithin(start + by, start, this.at)
    this.at += by
  }

  /** Bytes that are already encoded. */
  copy(source: Uint8Array): void {
    const length = source.length
    this.reserve(length)
    if (length > 32) {
      this.bytes.set(source, this.at)
    } else {
      const bytes = this.bytes
      const at = this.at
      for (let i = 0; i < length; i++) bytes[at + i] = source[i] ?? 0
    }
    this.at += length
  }

  /** The characters of a string as UTF-8, without a length. A lone surrogate becomes U+FFFD. */
  utf8(text: string): void {
    const length = text.length
    this.reserve(length * 3)
    // A call into C++ costs more than a short loop; most strings in telemetry are short and ASCII.
    if (length < shortString) {
      const bytes = this.bytes
      const at = this.at
      let i = 0
      for (; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code > 127) break
        bytes[at + i] = code
      }
      if (i === length) {
        this.at = at + length
        return
      }
    }
    this.at += this.bytes.write(text, this.at, 'utf8')
  }

  /** A string of JSON. Most need no escape. */
  json(text: string): void {
    const length = text.length
    if (length < shortString) {
      this.reserve(length + 2)
      const bytes = this.bytes
      const at = this.at + 1
      let i = 0
      for (; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code < 32 || code > 126 || code === 34 || code === 92) break
        bytes[at + i] = code
      }
      if (i === length) {
        bytes[at - 1] = 34
        bytes[at + length] = 34
        this.at = at + length + 1
        return
      }
    }
    this.utf8(JSON.stringify(text))
  }

  /** A KeyValue of a text whose bytes are known. */
  plainAttribute(tag: number, wire: Uint8Array, text: PlainText): void {
    const { length } = text
    this.reserve(wire.length + length + 10)
    const value = length < 128 ? length + 2 : length + 3
    this.byte(tag)
    this.varint(wire.length + value + (value < 128 ? 1 : 2))
    this.copy(wire)
    this.varint(value)
    this.byte(0x0a)
    this.varint(length)
    this.plain(text)
  }

  /** Its bytes alone; the caller has reserved them. */
  plain({ view: source, start, length }: PlainText): void {
    const { view, at } = this
    let i = 0
    for (; i + 4 <= length; i += 4) view.setUint32(at + i, source.getUint32(start + i))
    for (; i < length; i++) view.setUint8(at + i, source.getUint8(start + i))
    this.at = at + length
  }

  /** 8 lower-case hex digits of an unsigned 32-bit number; the caller has reserved them. */
  hex(word: number): void {
    this.view.setUint32(this.at, hexDigits(word >>> 16))
    this.view.setUint32(this.at + 4, hexDigits(word & 65535))
    this.at += 8
  }

  /** Length and UTF-8 of a string whose tag has been written. */
  string(text: string): void {
    const start = this.open(text.length)
    this.utf8(text)
    this.close(start, text.length)
  }

  /**
   * A whole KeyValue in one go, when it is one of the usual: a short ASCII string, a boolean or a number, and less than
   * 128 bytes together, so that every length is one byte. False, and nothing written, when it is not.
   *
   *     tag length [ wire  length [ 0a length text | 10 boolean | 18 integer | 21 double ] ]
   */
  shortAttribute(tag: number, wire: Uint8Array, value: unknown): boolean {
    const wireLength = wire.length
    const valueLength = typeof value === 'string' ? value.length : 10
    if (valueLength > shortString || wireLength + valueLength > shortEntry) return false
    this.reserve(wireLength + valueLength + 16)
    const bytes = this.bytes
    const start = this.at
    let at = start + 2
    for (let i = 0; i < wireLength; i++) bytes[at + i] = wire[i] ?? 0
    at += wireLength
    if (typeof value === 'string') {
      bytes[at] = valueLength + 2
      bytes[at + 1] = 0x0a
      bytes[at + 2] = valueLength
      at += 3
      for (let i = 0; i < valueLength; i++) {
        const code = value.charCodeAt(i)
        if (code > 127) return false
        bytes[at + i] = code
      }
      at += valueLength
    } else if (typeof value === 'number') {
      if (value >>> 0 === value) {
        const valueStart = at + 2
        bytes[at + 1] = 0x18
        at = valueStart
        let rest = value
        while (rest > 127) {
          bytes[at++] = (rest & 127) | 128
          rest >>>= 7
        }
        bytes[at++] = rest
        bytes[valueStart - 2] = at - valueStart + 1
      } else {
        if (Number.isSafeInteger(value)) return false
        bytes[at] = 9
        bytes[at + 1] = 0x21
        at += 2
        this.view.setFloat64(at, value, true)
        at += 8
      }
    } else if (typeof value === 'boolean') {
      bytes[at] = 2
      bytes[at + 1] = 0x10
      bytes[at + 2] = value ? 1 : 0
      at += 3
    } else {
      return false
    }
    bytes[start] = tag
    bytes[start + 1] = at - start - 2
    this.at = at
    return true
  }

  /** A double of 8 bytes, little endian. */
  double(value: number): void {
    this.reserve(8)
    this.view.setFloat64(this.at, value, true)
    this.at += 8
  }

  /** Four bytes, most significant first: the way ids are written. */
  word(value: number): void {
    this.view.setUint32(this.at, value)
    this.at += 4
  }

  /** Four bytes, least significant first. */
  fixed32(value: number): void {
    this.view.setUint32(this.at, value, true)
    this.at += 4
  }

  /** An unsigned number below 2^53 in 8 bytes, least significant first. */
  fixed64(value: number): void {
    this.fixed32(value >>> 0)
    this.fixed32(Math.floor(value / 4294967296))
  }

  /**
   * Milliseconds since 1970 as nanoseconds in 8 bytes. Nanoseconds do not fit a double, so seconds times 10^9 is put
   * together from two halves that do.
   */
  unixNano(unixMs: number): void {
    const seconds = Math.floor(unixMs / 1000)
    const nanos = Math.round((unixMs - seconds * 1000) * 1e6)
    // Many records have their times in the same second: its two halves are kept.
    if (seconds !== this.second) this.newSecond(seconds)
    const low = this.secondLow + nanos
    this.fixed32(low >>> 0)
    this.fixed32(low >= 4294967296 ? this.secondHigh + 1 : this.secondHigh)
  }

  private newSecond(seconds: number): void {
    const upper = Math.floor(seconds / 65536) * 1e9
    const lower = (upper % 65536) * 65536 + (seconds % 65536) * 1e9
    this.second = seconds
    this.secondLow = lower % 4294967296
    this.secondHigh = Math.floor(upper / 65536) + Math.floor(lower / 4294967296)
  }
}

/** Longest string that is written by a loop. */
const shortString = 64
/** Key and value together: with the bytes between them less than 128. */
const shortEntry = 112
/** Less than this is copied: it costs little, and small batches would hold large buffers. */
const handOverBytes = 65_536
const smallStepsBytes = 262_144

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length)
}

/** Of 16 bits, as the number whose four bytes they are: one digit a byte, of which those above 9 are letters, 39 further on. */
function hexDigits(half: number): number {
  const pairs = (half | (half << 8)) & 0x00ff00ff
  const digits = (pairs | (pairs << 4)) & 0x0f0f0f0f
  const letters = ((digits + 0x06060606) >>> 4) & 0x01010101
  return digits + 0x30303030 + letters * 39
}
