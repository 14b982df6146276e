import { copyBytes, hashBytes, sameBytes } from '../../base/native/copy-bytes.ts'

/** Kept of all series together; beyond it everything is forgotten and fills again. About 150,000 series of 200 bytes. */
const arenaMaxBytes = 32 * 1024 * 1024
const noState = -1
/** A series that meets as many others is decoded each time, so that made collisions cost no more than that. */
const probesMax = 32

/**
 * From the labels of a series as they were sent, bytes and all, to its id: a sender repeats them with every sample,
 * and the same bytes as before cost a hash and a compare instead of being read label by label. What followed a series
 * last time is tried first, without a hash: senders keep their series in order.
 *
 *   arena   labels | labels | ...           slots   hash -> entry + 1 (0 is free), at most half full
 */
export class SeriesCache {
  /** Of the series that was found last. */
  low = 0
  high = 0
  #arena = new Uint8Array(65_536)
  #view = new DataView(this.#arena.buffer)
  #size = 0
  #count = 0
  #slots = new Int32Array(1024)
  /** Four words an entry: where its labels are and how long, and the two halves of the id. */
  #entries = new Int32Array(2048)
  #hashes = new Int32Array(512)
  /** Two numbers an entry: the day, and the state of knowledge, for which its row is known to be there. */
  #known = new Float64Array(1024)
  /** The entry found or kept last, 0 for none. */
  #found = 0
  /** For each entry, and for none, the one that was found after it; 0 where none was. */
  #following = new Int32Array(513)

  /** The entry of the series that followed the last one, the time before; 0 where none did. */
  get expected(): number {
    return this.#following[this.#found] ?? 0
  }

  /** Of the labels of an entry. */
  lengthOf(entry: number): number {
    return this.#entries[entry * 4 - 3] ?? 0
  }

  /** Whether the labels of an entry stand here; there must be room for them. */
  standsAt(view: DataView, at: number, entry: number): boolean {
    return sameBytes(view, at, this.#view, this.#entries[entry * 4 - 4] ?? 0, this.lengthOf(entry))
  }

  /** Makes an entry the one that was found last. */
  take(entry: number): void {
    this.#found = entry
    this.low = this.#entries[entry * 4 - 2] ?? 0
    this.high = this.#entries[entry * 4 - 1] ?? 0
  }

  find(view: DataView, at: number, length: number): boolean {
    const before = this.#found
    const entry = this.#probe(view, at, { length, hash: hashBytes(view, at, length) })
    this.#found = 0
    if (entry <= 0) return false
    this.#following[before] = entry
    this.take(entry)
    return true
  }

  /** The entry found last, or kept last; 0 where it could not be kept. */
  get found(): number {
    return this.#found
  }

  /** Whether the row of an entry's series was there on that day, as far as was known then. */
  isKnown(entry: number, day: number, state: number): boolean {
    const at = entry * 2 - 2
    return at >= 0 && this.#known[at] === day && this.#known[at + 1] === state
  }

  know(day: number, state: number): void {
    const at = this.#found * 2 - 2
    if (at < 0) return
    this.#known[at] = day
    this.#known[at + 1] = state
  }

  keep(view: DataView, at: number, { length, low, high }: { length: number; low: number; high: number }): void {
    this.#found = 0
    const hash = hashBytes(view, at, length)
    const free = this.#probe(view, at, { length, hash })
    if (free > 0 || free < -this.#slots.length || length > arenaMaxBytes) return
    if (this.#size + length > arenaMaxBytes) {
      this.#forget()
      return
    }
    this.#reserve(length)
    copyBytes(view, at, length, this.#view, this.#size)
    const entry = this.#count
    this.#entries.set([this.#size, length, low, high], entry * 4)
    this.#hashes[entry] = hash
    this.#known[entry * 2 + 1] = noState
    this.#size += length
    this.#count += 1
    this.#found = this.#count
    this.#slots[-free] = this.#count
    if (this.#count * 2 > this.#slots.length) this.#growSlots()
  }

  /** The number of the entry, from 1; or, negative, the slot it could take; or less than any slot when there is none. */
  #probe(view: DataView, at: number, { length, hash }: { length: number; hash: number }): number {
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let probe = 0; probe < probesMax; probe += 1) {
      const entry = this.#slots[slot] ?? 0
      if (entry === 0) return -slot
      if (this.#hashes[entry - 1] === hash && this.lengthOf(entry) === length && this.standsAt(view, at, entry))
        return entry
      slot = (slot + 1) & mask
    }
    return -this.#slots.length - 1
  }

  #reserve(more: number): void {
    if (this.#size + more > this.#arena.length) {
      const grown = new Uint8Array(Math.max(this.#arena.length * 2, this.#size + more))
      grown.set(this.#arena)
      this.#arena = grown
      this.#view = new DataView(grown.buffer)
    }
    if (this.#count < this.#hashes.length) return
    const hashes = new Int32Array(this.#hashes.length * 2)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    const following = new Int32Array(this.#hashes.length + 1)
    following.set(this.#following)
    this.#following = following
    const entries = new Int32Array(this.#entries.length * 2)
    entries.set(this.#entries)
    this.#entries = entries
    const known = new Float64Array(this.#known.length * 2)
    known.set(this.#known)
    this.#known = known
  }

  #growSlots(): void {
    this.#slots = new Int32Array(this.#slots.length * 2)
    const mask = this.#slots.length - 1
    for (let entry = 1; entry <= this.#count; entry += 1) {
      let slot = (this.#hashes[entry - 1] ?? 0) & mask
      // One that finds no place is not found any more, and so decoded and kept again.
      for (let probe = 0; probe < probesMax && this.#slots[slot] !== 0; probe += 1) slot = (slot + 1) & mask
      if (this.#slots[slot] === 0) this.#slots[slot] = entry
    }
  }

  #forget(): void {
    this.#slots.fill(0)
    this.#following.fill(0)
    this.#found = 0
    this.#size = 0
    this.#count = 0
  }
}
