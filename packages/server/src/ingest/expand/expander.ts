import { compiledModule } from '../../base/compiled-module.ts'
import { inTurns, type Steps } from '../in-turns.ts'
import { framedSnappy } from './framed-snappy.ts'
import { lz4 } from './lz4.ts'
import type { Block, ExpandBlock, Packing, Part, Unpacking } from './part.ts'
import { zstd } from './zstd.ts'

const packings = { zstd, lz4, 'x-snappy-framed': framedSnappy } satisfies Record<string, Packing>
export type PackingName = keyof typeof packings

/**
 * Expands what Node cannot (zstd only since 22.15), by a module of WebAssembly with this memory:
 *
 *   module's own   the body as it came   what it makes
 *
 * Block by block, so that others have their turn, and one body after the other, for they share the memory.
 */
export class Expander {
  #before: Promise<unknown> = Promise.resolve()
  #module: WebAssembly.Module | undefined
  #unpacking: Unpacking | undefined

  /**
   * Rejects with a `RangeError` where more than `maxBytes` would come of it, before there is room for them if the headers say so; with
   * an `Error` where it makes no sense.
   */
  expand(name: PackingName, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
    const expanded = this.#before.then(() => inTurns(this.steps(name, bytes, maxBytes)))
    this.#before = expanded.catch(() => {})
    return expanded
  }

  /** The same in steps, to be ended before others are begun. */
  *steps(name: PackingName, bytes: Uint8Array, maxBytes: number): Steps<Uint8Array> {
    const packing = packings[name]
    const roomBytes = yield* roomFor(packing.parts(bytes), maxBytes)
    this.#module ??= compiledModule(new URL('./unpack.wasm', import.meta.url))
    this.#unpacking ??= new WebAssembly.Instance<Unpacking>(this.#module).exports
    const unpacking = this.#unpacking
    const from = unpacking.roomAt()
    const to = from + bytes.length + slackBytes
    const missingBytes = to + roomBytes + slackBytes - unpacking.memory.buffer.byteLength
    if (missingBytes > 0) unpacking.memory.grow(Math.ceil(missingBytes / pageBytes))
    // Memory of a module never shrinks: that of a large body goes with the module.
    if (unpacking.memory.buffer.byteLength > keptMaxBytes) this.#unpacking = undefined
    const memory = new Uint8Array(unpacking.memory.buffer)
    memory.set(bytes, from)
    const expansion = new Expansion(packing, to, { unpacking, memory, from, outEnd: to + roomBytes })
    for (const part of packing.parts(bytes)) {
      expansion.take(part)
      yield
    }
    return Buffer.from(memory.subarray(to, expansion.end()))
  }
}

const pageBytes = 65_536
/** Eight bytes are read, and sixteen written, at a time. */
const slackBytes = 64
const keptMaxBytes = 8 * 1024 * 1024
/** Parts that are looked at before others may have their turn. */
const partsPerStep = 1024

/** How many bytes it may become at most: what frames say, or else what their blocks may make. */
function* roomFor(parts: Iterable<Part>, maxBytes: number): Steps<number> {
  let said = 0
  let possible = 0
  let isSaid = false
  let seen = 0
  for (const part of parts) {
    seen += 1
    if (seen % partsPerStep === 0) yield
    if (part.part === 'frame') {
      isSaid = part.length !== undefined
      said += part.length ?? 0
      possible += part.length ?? 0
    } else if (!isSaid && part.part !== 'sum') {
      if (part.part !== 'packed') said += part.size
      possible += part.part === 'packed' ? part.max : part.size
    }
    if (said > maxBytes) throw beyondLimit()
  }
  return Math.min(possible, maxBytes)
}

const beyondLimit = (): RangeError => new RangeError('it expands beyond the limit')

type Room = { unpacking: Unpacking; memory: Uint8Array; from: number; outEnd: number }

/** A body while it is expanded: where what is made goes on, and what its frame has said. */
class Expansion {
  out: number
  readonly #room: Room
  readonly #expand: ExpandBlock
  readonly #sum: (from: number, end: number) => number
  #frameAt: number
  #frameEnd: number | undefined

  constructor({ expand, sum }: Packing, to: number, room: Room) {
    this.out = to
    this.#room = room
    this.#frameAt = to
    this.#expand = expand(room.unpacking)
    this.#sum = sum(room.unpacking)
  }

  take(part: Part): void {
    if (part.part === 'frame') this.#begin(part.length)
    else if (part.part === 'sum') this.#check(this.#frameAt, part.sum)
    else this.#append(part)
  }

  /** Answers where what was made ends. */
  end(): number {
    if (this.#frameEnd !== undefined && this.out !== this.#frameEnd) throw new Error('it makes less than it says')
    return this.out
  }

  #begin(length: number | undefined): void {
    this.#frameAt = this.end()
    this.#frameEnd = length === undefined ? undefined : this.out + length
    this.#room.unpacking.beginFrame()
  }

  #append(part: Block): void {
    const { memory, from } = this.#room
    const { out } = this
    const at = from + part.at
    const made = part.part === 'packed' ? this.#unpack(part, at) : part.size
    if (out + made > this.#endMax()) this.#refuseMore()
    if (part.part === 'filled') memory.fill(memory[at] ?? 0, out, out + made)
    else if (part.part === 'stored') memory.copyWithin(out, at, at + made)
    this.out = out + made
    if (part.part !== 'filled' && part.sum !== undefined) this.#check(out, part.sum)
  }

  #unpack({ size, max, isAlone }: Part & { part: 'packed' }, at: number): number {
    const endMax = this.#endMax()
    const last = Math.min(endMax, this.out + max)
    const made = this.#expand(at, at + size, this.out, last, isAlone === true ? this.out : this.#frameAt)
    if (made === -2 && last === endMax) this.#refuseMore()
    if (made < 0) throw new Error('it is damaged')
    return made
  }

  #endMax(): number {
    return this.#frameEnd ?? this.#room.outEnd
  }

  /** A frame has room for what it says; all others have room for what is taken. */
  #refuseMore(): never {
    if (this.#frameEnd === undefined) throw beyondLimit()
    throw new Error('it makes more than it says')
  }

  #check(at: number, wanted: number): void {
    if (this.#sum(at, this.out) >>> 0 !== wanted) throw new Error('its checksum is that of something else')
  }
}
