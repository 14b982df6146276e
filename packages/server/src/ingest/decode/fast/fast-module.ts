import { compiledModule } from '../../../base/compiled-module.ts'
import { Arena } from '../../../base/native/room.ts'
import { snappyLength } from '../../snappy.ts'
import { doubleText } from '../value-text.ts'

/**
 * The module of WebAssembly that reads what is usual (`packages/server/wasm`), in half of the time, and its memory:
 *
 *   module's own   stable names   body, and a body still in snappy   buffers of columns and of known series
 *
 * It leaves whatever it does not know, or finds wrong, to TypeScript, which alone says what is right: a block is the same to the
 * byte whoever read its records.
 */
export class FastModule {
  readonly exports: Exports
  readonly memory: ArrayBuffer
  /** Where words are passed: the rules first, what is lent behind them. */
  readonly words: Int32Array
  readonly room: Arena
  /** Every record is tried, whatever became of those before it. */
  readonly isEager: boolean
  readonly #body: Uint8Array

  constructor(isEager: boolean) {
    this.isEager = isEager
    const memory = new WebAssembly.Memory({ initial: memoryPages, maximum: memoryPages })
    this.memory = memory.buffer
    this.exports = new WebAssembly.Instance<Exports>(compiled(), {
      env: { memory },
      records: { writeDouble: (to, low, high) => this.#writeDouble(to, doubleText(low, high)) },
    }).exports
    this.words = new Int32Array(this.memory, this.exports.stateAt(), stateWords)
    this.room = new Arena(this.memory, bodyAt + bodySizeMaxBytes, memoryPages * pageBytes - pageBytes)
    this.#body = new Uint8Array(this.memory, bodyAt, bodySizeMaxBytes)
  }

  /** Puts a body where the module reads it, unless it is there already; false where it is too large. */
  open(bytes: Uint8Array): boolean {
    if (bytes.buffer === this.memory) return true
    if (bytes.length > bodySizeMaxBytes) return false
    this.#body.set(bytes)
    return true
  }

  /** A body in snappy, expanded where the module reads it until the next one is put there; undefined where that is not possible. */
  expand(bytes: Uint8Array): Uint8Array | undefined {
    const said = snappyLength(bytes)
    if (said === undefined || said.length > expandedMaxBytes || bytes.length > expandedMaxBytes) return undefined
    this.#body.set(bytes, packedAt)
    const from = bodyAt + packedAt
    const isWhole = this.exports.expand(from + said.at, from + bytes.length, bodyAt, said.length)
    return isWhole ? this.#body.subarray(0, said.length) : undefined
  }

  /** For each its address and its length, and behind all of them their bytes. */
  writeNames(names: readonly DataView[]): void {
    const table = new Uint32Array(this.memory, namesAt, names.length * 2)
    let at = namesAt + table.byteLength
    names.forEach(({ buffer, byteOffset, byteLength }, index) => {
      if (at + byteLength > bodyAt)
        throw new Error(`${names.length} stable names have no room beside the module's own data`)
      new Uint8Array(this.memory, at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength))
      table.set([at, byteLength], index * 2)
      at += byteLength
    })
  }

  #writeDouble(to: number, text: string): number {
    const bytes = new Uint8Array(this.memory, to, text.length)
    for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i)
    return text.length
  }
}

const pageBytes = 65_536
/** 192 MB of addresses; of memory only what is used. The last page stays free: bytes are read sixteen at a time. */
const memoryPages = 3072
/** Behind what the module keeps for itself. */
export const bodyAt = pageBytes
/** Behind the module's own data, which has a few kilobytes. */
export const namesAt = bodyAt / 2
/** A larger body is read in TypeScript. */
const bodySizeMaxBytes = 4 * 1024 * 1024
/** In the body's place, for one that is in snappy: behind what it is expanded to, of which a few bytes more are written. */
const packedAt = bodySizeMaxBytes / 2
const expandedMaxBytes = packedAt - 16

type Exports = {
  /** Addresses of the first record and of the end of its scope. Answers how the run has ended. */
  takeSpans: (from: number, end: number) => number
  takeLogs: (from: number, end: number) => number
  /** Addresses of the first series and of the end of the request. */
  takeSamples: (from: number, end: number) => number
  passSeries: (from: number, end: number) => number
  expand: (from: number, end: number, to: number, size: number) => number
  stateAt: () => number
}

/** Words of `Rules` in packages/server/wasm/records.ts. */
export const rule = {
  now: 0,
  attributesMax: 2,
  valueSizeMaxBytes: 3,
  judgesKeys: 4,
  seeksSecrets: 5,
  readsBodies: 6,
  infersSeverity: 7,
  names: 8,
  taken: 9,
  end: 10,
} as const
export const ruleWords = 11
const stateWords = 128
/** How a run ends, besides that all is read: `unusual` and `full` of packages/server/wasm/records.ts. */
export const unusual = 1
export const full = 2

/** A run costs what TypeScript takes for some records, so it must read as many to be worth it. */
const worthRecords = 6
const leftMax = 64

/**
 * What has ended at something unusual after a few records only will soon do so again: of a sender whose every span has a
 * list, more and more are left to TypeScript at once, until a run is worth it.
 */
export class Worth {
  #left = 0
  #lastLeft = 0

  /** Whether a run may be worth it now. */
  ask(): boolean {
    if (this.#left === 0) return true
    this.#left -= 1
    return false
  }

  /** To be told how many records a run has read, and whether something unusual has ended it. */
  note(records: number, isCutShort: boolean): void {
    if (records >= worthRecords) this.#lastLeft = 0
    else if (isCutShort) this.#lastLeft = Math.min(this.#lastLeft * 2 + 1, leftMax)
    else return
    this.#left = this.#lastLeft
  }
}

let known: WebAssembly.Module | undefined

function compiled(): WebAssembly.Module {
  known ??= compiledModule(new URL('./rows.wasm', import.meta.url))
  return known
}
