/**
 * Buffers that bodies are put together in, used again. One for each body would be most of what the process allocates,
 * and the garbage collector would run for them several times a second.
 */
export class BodyBuffers {
  readonly #free: Buffer[] = []

  /** The chunks as one; `give` the buffer behind it back when nobody reads it any more. */
  join(chunks: readonly Buffer[], length: number): { bytes: Uint8Array; buffer: Buffer } {
    // The one given back last: its bytes are the likeliest to be in the processor's caches.
    const index = this.#free.findLastIndex((buffer) => buffer.length >= length)
    const buffer = this.#free.splice(index, index < 0 ? 0 : 1)[0] ?? Buffer.allocUnsafeSlow(roomFor(length))
    let at = 0
    for (const chunk of chunks) at += chunk.copy(buffer, at)
    return { bytes: buffer.subarray(0, length), buffer }
  }

  give(buffer: Buffer): void {
    if (this.#free.length < keptMax && buffer.length <= keptBytesMax) this.#free.push(buffer)
  }
}

const keptMax = 16
const keptBytesMax = 1024 * 1024

/** Sizes of a few kinds, so that a buffer fits the next body as well. */
const roomFor = (length: number): number => Math.max(64 * 1024, 2 ** Math.ceil(Math.log2(length)))
