import { crc32 } from 'node:zlib'
import { compiledModule } from '../base/compiled-module.ts'

type Bytes = Uint8Array<ArrayBuffer>

/**
 * JSON compressed by a module of WebAssembly (`packages/server/wasm/deflate.ts`), which knows where JSON repeats itself and takes
 * half of zlib's time for it. Each piece is compressed by itself, so one module serves all answers.
 */
export class DeflatedJson {
  readonly #exports: Exports
  readonly #input: Uint8Array<ArrayBuffer>
  readonly #output: Uint8Array<ArrayBuffer>

  constructor() {
    const module = compiledModule(new URL('./deflate.wasm', import.meta.url))
    this.#exports = new WebAssembly.Instance<Exports>(module).exports
    const { memory, inputAt, outputAt } = this.#exports
    this.#input = new Uint8Array(memory.buffer, inputAt(), inputMax)
    this.#output = new Uint8Array(memory.buffer, outputAt())
  }

  /** Blocks of deflate that end at a byte; others may follow. */
  blocksOf(piece: Bytes): Bytes[] {
    const blocks: Bytes[] = []
    for (let from = 0; from < piece.length; from += inputMax) {
      const part = piece.subarray(from, from + inputMax)
      this.#input.set(part)
      blocks.push(this.#output.slice(0, this.#exports.compress(part.length)))
    }
    return blocks
  }
}

/** `inputMax` of the module. */
const inputMax = 256 * 1024

type Exports = {
  readonly memory: { readonly buffer: ArrayBuffer }
  inputAt: () => number
  outputAt: () => number
  /** So many bytes of the input; answers how many of the output that is. */
  compress: (size: number) => number
}

/** One answer as gzip (RFC 1952), to be given its pieces one after the other. */
export function gzipped(deflated: DeflatedJson): (piece: Bytes, isLast: boolean) => Bytes {
  let checksum = 0
  let size = 0
  return (piece, isLast) => {
    const parts = deflated.blocksOf(piece)
    if (size === 0) parts.unshift(gzipHead)
    checksum = crc32(piece, checksum)
    size += piece.length
    if (isLast) parts.push(lastBlock, Uint8Array.from(new Uint8Array(Uint32Array.of(checksum, size).buffer)))
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : new Uint8Array(Buffer.concat(parts))
  }
}

/** Compressed by deflate; no name, no time, no system. */
const gzipHead = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)
/** An empty one. */
const lastBlock = Uint8Array.of(3, 0)
