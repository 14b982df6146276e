/**
 * What a body in a packing with frames is made of, as its headers say, in order. The headers are read before anything is expanded, so
 * that one that would become too large is refused before there is room for it.
 */
export type Part =
  /** What follows refers to nothing before it, and makes `length` bytes where that is said. */
  | { part: 'frame'; length?: number | undefined }
  /** Bytes that stand as they are. */
  | { part: 'stored'; at: number; size: number; sum?: number | undefined }
  /** One byte, `size` times. */
  | { part: 'filled'; at: number; size: number }
  /** Makes `max` bytes at most. `isAlone`: it refers to nothing before it. */
  | { part: 'packed'; at: number; size: number; max: number; isAlone?: boolean; sum?: number | undefined }
  /** A checksum of all that the frame has made. */
  | { part: 'sum'; sum: number }

/** One that makes bytes. */
export type Block = Exclude<Part, { part: 'frame' | 'sum' }>

/** The functions of packages/server/wasm/unpack.ts, of addresses. */
export type Unpacking = {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  roomAt: () => number
  beginFrame: () => void
  zstdBlock: ExpandBlock
  lz4Block: ExpandBlock
  snappyBlock: (from: number, end: number, to: number, size: number) => number
  xxh64: (from: number, end: number) => number
  xxh32: (from: number, end: number) => number
  crc32c: (from: number, end: number) => number
}

/** Answers how many bytes it has made, or -1 where it makes no sense, or -2 where it makes more than there is room for. */
export type ExpandBlock = (from: number, end: number, to: number, outEnd: number, begin: number) => number

/** One of the ways in which bodies are packed. */
export type Packing = {
  /** Throws an `Error` where the headers make no sense. */
  parts(bytes: Uint8Array): Generator<Part>
  expand(unpacking: Unpacking): ExpandBlock
  sum(unpacking: Unpacking): (from: number, end: number) => number
}

/** Where reading goes on. What would be read behind the end is an error. */
export class PackedBytes {
  at = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.at === this.#bytes.length
  }

  /** A number of `size` bytes, the lowest first. */
  number(size: 1 | 2 | 3 | 4): number {
    const at = this.skip(size)
    if (size === 4) return this.#view.getUint32(at, true)
    let value = 0
    for (let i = 0; i < size; i += 1) value += (this.#bytes[at + i] ?? 0) * 256 ** i
    return value
  }

  long(): number {
    return Number(this.#view.getBigUint64(this.skip(8), true))
  }

  /** Steps over so many bytes; answers where they begin. */
  skip(size: number): number {
    const { at } = this
    if (size > this.#bytes.length - at) throw new Error('it is cut off')
    this.at = at + size
    return at
  }

  /** Steps over one of the frames that zstd and LZ4 both pass over, if it is one. */
  passesFrame(magic: number): boolean {
    if (magic >>> 4 !== 0x184d2a5) return false
    this.skip(this.number(4))
    return true
  }
}
