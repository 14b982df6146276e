import { copyBytes, hashBytes, sameBytes } from '../../base/native/copy-bytes.ts'
import type { Lent } from '../../base/native/lent.ts'
import { anywhere, grownBytes, grownWords, type Room, viewOf } from '../../base/native/room.ts'

/** Kept of all series together; beyond it everything is forgotten and fills again. About 150,000 series of 200 bytes. */
const labelsMaxBytes = 32 * 1024 * 1024
/** A series that meets as many others is decoded each time, so that made collisions cost no more than that. */
const probesMax = 32

/** Words of an entry: where its labels are and how long, the halves of the id, and what `Entry` in packages/server/wasm/samples.ts says. */
const word = { at: 0, length: 1, low: 2, high: 3, hash: 4, following: 5, day: 6, state: 7 } as const
const entryWords = 8

/**
 * From the labels of a series as they were sent, bytes and all, to its id: a sender repeats them with every sample,
 * and the same bytes as before cost a compare instead of being read label by label. What followed a series
 * last time is tried first, without a hash: senders keep their series in order.
 *
 *   labels   labels | labels | ...           slots   hash -> entry (0 is free), at most half full
 *
 * Entries are numbered from 1; in the place of the first stands what followed none. Lent to `takeSamples` in packages/server/wasm.
 */
export class SeriesCache implements Lent {
  readonly #room: Room
  #labels: Uint8Array
  #view: DataView
  #size = 0
  #entries: Int32Array
  #count = 0
  #slots: Int32Array
  /** The entry found or kept last, 0 for none. */
  #found = 0
  /** What is known of series now, for entries to say what was known when their row was seen to. */
  #state = 1
  #generation = 0
  #revision = 0

  constructor(room = anywhere) {
    this.#room = room
    this.#labels = room.bytes(65_536)
    this.#view = viewOf(this.#labels)
    this.#entries = room.words(512 * entryWords)
    this.#slots = room.words(1024)
  }

  /** The entry found last, or kept last; 0 where it could not be kept. */
  get found(): number {
    return this.#found
  }

  /** The id of the entry found last. */
  get low(): number {
    return this.#word(this.#found, word.low)
  }

  get high(): number {
    return this.#word(this.#found, word.high)
  }

  find(view: DataView, at: number, length: number): boolean {
    const entry = this.#probe(view, at, { length, hash: hashBytes(view, at, length) })
    const before = this.#found
    this.#found = Math.max(entry, 0)
    if (entry <= 0) return false
    this.#entries[before * entryWords + word.following] = entry
    return true
  }

  /**
   * What is known of ids and of families now. When ids that were known may not be any more, or more is known of a family, rows that
   * were there may have to be written again.
   */
  update(generation: number, revision: number): void {
    if (generation !== this.#generation || revision !== this.#revision) this.#state += 1
    this.#generation = generation
    this.#revision = revision
  }

  /** Whether the row of the series found last was there on that day, as far as is known now. */
  isKnown(day: number, generation: number, revision: number): boolean {
    this.update(generation, revision)
    const found = this.#found
    return found > 0 && this.#word(found, word.day) === day && this.#word(found, word.state) === this.#state
  }

  know(day: number, generation: number, revision: number): void {
    this.update(generation, revision)
    if (this.#found === 0) return
    const at = this.#found * entryWords
    this.#entries[at + word.day] = day
    this.#entries[at + word.state] = this.#state
  }

  keep(view: DataView, at: number, { length, low, high }: { length: number; low: number; high: number }): void {
    this.#found = 0
    const hash = hashBytes(view, at, length)
    const free = this.#probe(view, at, { length, hash })
    if (free > 0 || free < -this.#slots.length || length > labelsMaxBytes) return
    if (this.#size + length > labelsMaxBytes) {
      this.#forget()
      return
    }
    this.#reserve(length)
    copyBytes(view, at, length, this.#view, this.#size)
    this.#count += 1
    this.#entries.set([this.#size, length, low, high, hash, 0, 0, 0], this.#count * entryWords)
    this.#size += length
    this.#found = this.#count
    this.#slots[-free] = this.#count
    if (this.#count * 2 > this.#slots.length) this.#growSlots()
  }

  isIn(memory: ArrayBufferLike): boolean {
    return [this.#labels, this.#entries, this.#slots].every(({ buffer }) => buffer === memory)
  }

  lend(to: Int32Array, at: number): number {
    to[at] = this.#labels.byteOffset
    to[at + 1] = this.#entries.byteOffset
    to[at + 2] = this.#slots.byteOffset
    to[at + 3] = this.#slots.length
    to[at + 4] = this.#found
    to[at + 5] = this.#state
    return at + 6
  }

  takeBack(from: Int32Array, at: number): number {
    this.#found = from[at + 4] ?? 0
    return at + 6
  }

  #word(entry: number, number: number): number {
    return this.#entries[entry * entryWords + number] ?? 0
  }

  /** The number of the entry; or, negative, the slot it could take; or less than any slot when there is none. */
  #probe(view: DataView, at: number, { length, hash }: { length: number; hash: number }): number {
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let probe = 0; probe < probesMax; probe += 1) {
      const entry = this.#slots[slot] ?? 0
      if (entry === 0) return -slot
      const isSame =
        this.#word(entry, word.hash) === hash &&
        this.#word(entry, word.length) === length &&
        sameBytes(view, at, this.#view, this.#word(entry, word.at), length)
      if (isSame) return entry
      slot = (slot + 1) & mask
    }
    return -this.#slots.length - 1
  }

  #reserve(more: number): void {
    if (this.#size + more > this.#labels.length) {
      const capacity = 2 ** Math.ceil(Math.log2(this.#size + more))
      this.#labels = grownBytes(this.#labels, capacity, this.#room)
      this.#view = viewOf(this.#labels)
    }
    const { length } = this.#entries
    if ((this.#count + 2) * entryWords > length) this.#entries = grownWords(this.#entries, length * 2, this.#room)
  }

  #growSlots(): void {
    const { length } = this.#slots
    this.#room.free(this.#slots)
    this.#slots = this.#room.words(length * 2)
    const mask = this.#slots.length - 1
    for (let entry = 1; entry <= this.#count; entry += 1) {
      let slot = this.#word(entry, word.hash) & mask
      // One that finds no place is not found any more, and so decoded and kept again.
      for (let probe = 0; probe < probesMax && this.#slots[slot] !== 0; probe += 1) slot = (slot + 1) & mask
      if (this.#slots[slot] === 0) this.#slots[slot] = entry
    }
  }

  #forget(): void {
    this.#slots.fill(0)
    this.#entries[word.following] = 0
    this.#found = 0
    this.#size = 0
    this.#count = 0
  }
}
