import type { BlockBytes } from './block-bytes.ts'
import { varintSize } from './block-bytes.ts'
import type { Column } from './column.ts'
import { copyBytes, hashBytes, sameBytes } from './copy-bytes.ts'
import type { Lent } from './lent.ts'
import { anywhere, grownBytes, grownWords, isLetGo, type Room, viewOf } from './room.ts'

const firstKeysBytes = 1024
const firstKeys = 64
const firstSlots = 256
/**
 * Slots looked at for one value. The format allows a key twice, so a value that meets this many others (made to
 * collide, most likely) is simply added again instead of slowing every later one down.
 */
const probesMax = 32
const noSlot = -1

/** The words of what is known of a key. */
const known = {
  /** Where its bytes begin, and how many there are. */
  at: 0,
  length: 1,
  hash: 2,
  /** Its slot (none for a repeated one), and the row that brought it, for taking keys out again. */
  slot: 3,
  row: 4,
  /** By who appends it; 0 for a new one. */
  mark: 5,
  /** The key that came behind it last time. */
  following: 6,
  size: 8,
} as const
/** Own keys, new dictionary: what the engine itself writes. The low byte is the width of the indexes. */
const dictionaryFlags = 0x600
const nothing = new DataView(new ArrayBuffer(0))

/**
 * LowCardinality(String): a dictionary of the values of this block, and an index into it for each row.
 *
 *   #keys      varint length, bytes | varint length, bytes | ...     as in the block
 *   #slots     hash -> key number + 1 (0 is free), open addressing, at most half full
 *   #indexes   row -> key number
 *
 * A value is found by its bytes and never becomes a JavaScript string. What followed a key last time is tried
 * first: records of one call site have the same keys in the same order, and most rows repeat the one before.
 */
export class LowCardinalityColumn implements Column, Lent {
  readonly #room: Room
  #keys: Uint8Array
  #keysView: DataView
  #keysSize = 0
  #keyCount = 0
  /** What is known of each key, `known.size` words a key: one array, because appending reads four of them. */
  #known: Int32Array
  #last = 0
  #slots: Int32Array
  #indexes: Int32Array
  count = 0

  constructor(room = anywhere) {
    this.#room = room
    this.#keys = room.bytes(firstKeysBytes)
    this.#keysView = viewOf(this.#keys)
    this.#known = room.words(firstKeys * known.size)
    this.#slots = room.words(firstSlots)
    this.#indexes = room.words(firstSlots)
  }

  append(from: DataView, at: number, length: number): void {
    const words = this.#known
    const followingAt = this.#last * known.size + known.following
    let key = words[followingAt]!
    if (
      key >= this.#keyCount ||
      words[key * known.size + known.length] !== length ||
      !sameBytes(from, at, this.#keysView, words[key * known.size + known.at]!, length)
    ) {
      key = this.#find(from, at, length)
      this.#known[followingAt] = key
    }
    this.#last = key
    if (this.count === this.#indexes.length) this.#indexes = grownWords(this.#indexes, this.count * 2, this.#room)
    this.#indexes[this.count++] = key
  }

  fill(rows: number): void {
    if (rows > this.count) this.append(nothing, 0, 0)
    this.repeat(rows)
  }

  /** Appends the value appended last until there are `rows`. */
  repeat(rows: number): void {
    if (rows <= this.count) return
    this.reserve(rows)
    this.#indexes.fill(this.#last, this.count, rows)
    this.count = rows
  }

  reserve(rows: number): void {
    if (rows <= this.#indexes.length) return
    this.#indexes = grownWords(this.#indexes, 2 ** Math.ceil(Math.log2(rows)), this.#room)
  }

  isIn(memory: ArrayBufferLike): boolean {
    return [this.#keys, this.#known, this.#slots, this.#indexes].every(({ buffer }) => buffer === memory)
  }

  lend(to: Int32Array, at: number): number {
    to[at] = this.#keys.byteOffset
    to[at + 1] = this.#keys.length
    to[at + 2] = this.#keysSize
    to[at + 3] = this.#keyCount
    to[at + 4] = this.#known.byteOffset
    to[at + 5] = this.#known.length
    to[at + 6] = this.#slots.byteOffset
    to[at + 7] = this.#slots.length
    to[at + 8] = this.#indexes.byteOffset
    to[at + 9] = this.#indexes.length
    to[at + 10] = this.count
    to[at + 11] = this.#last
    return at + 12
  }

  takeBack(from: Int32Array, at: number): number {
    this.#keysSize = from[at + 2] ?? 0
    this.#keyCount = from[at + 3] ?? 0
    this.count = from[at + 10] ?? 0
    this.#last = from[at + 11] ?? 0
    return at + 12
  }

  /** The mark of the value appended last: kept as long as the dictionary holds it, so that it is judged once a block. */
  get lastMark(): number {
    return this.#known[this.#last * known.size + known.mark] ?? 0
  }

  set lastMark(mark: number) {
    this.#known[this.#last * known.size + known.mark] = mark
  }

  size(): number {
    if (this.count === 0) return 8
    return 32 + this.#keysSize + this.count * this.#indexWidth()
  }

  mark(): void {}

  truncate(rows: number): void {
    if (rows >= this.count) return
    if (rows === 0) this.#clear()
    // The last key in took its slot last, so emptying it leaves every other key where a search finds it.
    const words = this.#known
    for (; this.#keyCount > 0; this.#keyCount -= 1) {
      const last = (this.#keyCount - 1) * known.size
      if (words[last + known.row]! < rows) break
      this.#keysSize = words[last + known.at]! - varintSize(words[last + known.length]!)
      const slot = words[last + known.slot]!
      if (slot !== noSlot) this.#slots[slot] = 0
    }
    this.#last = 0
    this.count = rows
  }

  writePrefix(out: BlockBytes): void {
    out.u64(1)
  }

  writeBody(out: BlockBytes): void {
    // Without any value there is no dictionary either: writing an empty one would shift all that follows.
    if (this.count === 0) return
    const width = this.#indexWidth()
    out.u64(dictionaryFlags | (width >> 1))
    out.u64(this.#keyCount)
    out.put(this.#keys, this.#keysSize)
    out.u64(this.count)
    const indexes = this.#indexes.subarray(0, this.count)
    if (width === 4) out.put(indexes, this.count * 4)
    else if (width === 2) out.put(new Uint16Array(indexes), this.count * 2)
    else out.put(new Uint8Array(indexes), this.count)
  }

  #indexWidth(): 1 | 2 | 4 {
    return this.#keyCount <= 0x100 ? 1 : this.#keyCount <= 0x1_0000 ? 2 : 4
  }

  #find(from: DataView, at: number, length: number): number {
    const hash = hashBytes(from, at, length)
    const words = this.#known
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let probe = 0; probe < probesMax; probe += 1) {
      const key = this.#slots[slot]! - 1
      if (key < 0) return this.#add(from, at, length, hash, slot)
      const word = key * known.size
      if (
        words[word + known.hash] === hash &&
        words[word + known.length] === length &&
        sameBytes(from, at, this.#keysView, words[word + known.at]!, length)
      )
        return key
      slot = (slot + 1) & mask
    }
    return this.#add(from, at, length, hash, noSlot)
  }

  #add(from: DataView, at: number, length: number, hash: number, slot: number): number {
    const key = this.#keyCount
    if ((key + 1) * known.size > this.#known.length)
      this.#known = grownWords(this.#known, this.#known.length * 2, this.#room)
    this.#reserve(length + 5)
    let end = this.#keysSize
    let rest = length
    while (rest >= 0x80) {
      this.#keys[end++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#keys[end++] = rest
    copyBytes(from, at, length, this.#keysView, end)
    const word = key * known.size
    this.#known[word + known.at] = end
    this.#known[word + known.length] = length
    this.#known[word + known.hash] = hash
    this.#known[word + known.slot] = slot
    this.#known[word + known.row] = this.count
    this.#known[word + known.mark] = 0
    this.#known[word + known.following] = 0
    this.#keysSize = end + length
    this.#keyCount = key + 1
    if (slot !== noSlot) this.#slots[slot] = key + 1
    if (this.#keyCount * 2 > this.#slots.length) this.#growSlots()
    return key
  }

  #reserve(more: number): void {
    if (this.#keysSize + more <= this.#keys.length) return
    this.#keys = grownBytes(this.#keys, Math.max(this.#keys.length * 2, this.#keysSize + more), this.#room)
    this.#keysView = viewOf(this.#keys)
  }

  /** Keys are put in again in their order, so that the last one in is still the first one that can be taken out. */
  #growSlots(): void {
    const { length } = this.#slots
    this.#room.free(this.#slots)
    this.#slots = this.#room.words(length * 2)
    const mask = this.#slots.length - 1
    for (let key = 0; key < this.#keyCount; key += 1) {
      const word = key * known.size
      let slot = this.#known[word + known.hash]! & mask
      let probe = 0
      while (probe < probesMax && this.#slots[slot] !== 0) {
        slot = (slot + 1) & mask
        probe += 1
      }
      this.#known[word + known.slot] = probe < probesMax ? slot : noSlot
      if (probe < probesMax) this.#slots[slot] = key + 1
    }
  }

  #clear(): void {
    const room = this.#room
    if (isLetGo(room, this.#keys, this.#keysSize)) {
      room.free(this.#keys)
      this.#keys = room.bytes(firstKeysBytes)
      this.#keysView = viewOf(this.#keys)
    }
    if (isLetGo(room, this.#indexes, this.count)) {
      room.free(this.#indexes)
      this.#indexes = room.words(firstSlots)
    }
    if (isLetGo(room, this.#slots, this.#keyCount) || !room.holds(this.#known)) {
      room.free(this.#slots)
      room.free(this.#known)
      this.#slots = room.words(firstSlots)
      this.#known = room.words(firstKeys * known.size)
    } else this.#slots.fill(0)
    this.#keyCount = 0
    this.#keysSize = 0
  }
}
