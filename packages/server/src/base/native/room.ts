/** Where the buffers of columns are: anywhere, or in memory that is shared with a module of WebAssembly (`ingest/decode/fast`). */
export type Room = {
  /** Zeros. */
  bytes(capacity: number): Uint8Array<ArrayBuffer>
  words(capacity: number): Int32Array<ArrayBuffer>
  /** Takes back what is not used any more. */
  free(array: Uint8Array | Int32Array): void
  /** Whether this is where it ought to be. */
  holds(array: Uint8Array | Int32Array): boolean
}

export const anywhere: Room = {
  bytes: (capacity) => new Uint8Array(capacity),
  words: (capacity) => new Int32Array(capacity),
  free: () => {},
  holds: () => true,
}

const pieceMinBytes = 1024

/**
 * One stretch of memory, given out in pieces of powers of two that are used again. When there is no more of it, the rest
 * comes from anywhere.
 */
export class Arena implements Room {
  readonly #buffer: ArrayBuffer
  readonly #free = new Map<number, number[]>()
  readonly #end: number
  #next: number

  /** Of the memory from `at` to `end`. */
  constructor(buffer: ArrayBuffer, at: number, end: number) {
    this.#buffer = buffer
    this.#next = Math.ceil(at / pieceMinBytes) * pieceMinBytes
    this.#end = end
  }

  bytes(capacity: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(pieceOf(capacity))
    return at === undefined ? new Uint8Array(capacity) : new Uint8Array(this.#buffer, at, capacity).fill(0)
  }

  words(capacity: number): Int32Array<ArrayBuffer> {
    const at = this.#take(pieceOf(capacity * 4))
    return at === undefined ? new Int32Array(capacity) : new Int32Array(this.#buffer, at, capacity).fill(0)
  }

  free(array: Uint8Array | Int32Array): void {
    if (!this.holds(array)) return
    const piece = pieceOf(array.byteLength)
    const free = this.#free.get(piece)
    if (free === undefined) this.#free.set(piece, [array.byteOffset])
    else free.push(array.byteOffset)
  }

  holds(array: Uint8Array | Int32Array): boolean {
    return array.buffer === this.#buffer
  }

  #take(piece: number): number | undefined {
    const free = this.#free.get(piece)?.pop()
    if (free !== undefined) return free
    if (this.#next + piece > this.#end) return undefined
    const at = this.#next
    this.#next += piece
    return at
  }
}

const pieceOf = (bytes: number): number => Math.max(pieceMinBytes, 2 ** Math.ceil(Math.log2(bytes)))

export function grownBytes(bytes: Uint8Array, capacity: number, room: Room = anywhere): Uint8Array<ArrayBuffer> {
  const grown = room.bytes(capacity)
  grown.set(bytes)
  room.free(bytes)
  return grown
}

export function grownWords(words: Int32Array, capacity: number, room: Room = anywhere): Int32Array<ArrayBuffer> {
  const grown = room.words(capacity)
  grown.set(words)
  room.free(words)
  return grown
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/**
 * Whether an empty column lets go of a buffer of which it had used so much. Buffers grow to what one block needs and are kept;
 * one that was far too large for the last block goes, and so does one that found no place where it ought to be.
 */
export function isLetGo(room: Room, buffer: Uint8Array | Int32Array, used: number): boolean {
  return (buffer.length > 65_536 && used < buffer.length / 16) || !room.holds(buffer)
}
