import type { BlockBytes } from './block-bytes.ts'
import { varintSize } from './block-bytes.ts'
import { type Column, isOversized } from './column.ts'
import { copyBytes, hashBytes, sameBytes } from './copy-bytes.ts'
import { grownBytes, grownWords } from './fixed-columns.ts'

const firstKeys = 64
const firstSlots = 256
/**
 * Slots looked at for one value. The format allows a key twice, so a value that meets this many others (made to
 * collide, most likely) is simply added again instead of slowing every later one down.
 */
const probesMax = 32
const noSlot = -1
/** Own keys, new dictionary: what the engine itself writes. The low byte is the width of the indexes. */
const dictionaryFlags = 0x600

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
export class LowCardinalityColumn implements Column {
  #keys = new Uint8Array(1024)
  #keysView = new DataView(this.#keys.buffer)
  #keysSize = 0
  #keyCount = 0
  #keyAt = new Int32Array(firstKeys)
  #keyLength = new Int32Array(firstKeys)
  #keyHash = new Int32Array(firstKeys)
  /** The slot of a key (none for a repeated one), and the row that brought it, for taking keys out again. */
  #keySlot = new Int32Array(firstKeys)
  #keyRow = new Int32Array(firstKeys)
  /** What is known of a key by who appends it; 0 for a new one. */
  #keyMark = new Int32Array(firstKeys)
  #following = new Int32Array(firstKeys)
  #last = 0
  #slots = new Int32Array(firstSlots)
  #indexes = new Int32Array(firstSlots)
  count = 0

  append(from: DataView, at: number, length: number): void {
    let key = this.#following[this.#last]!
    if (
      key >= this.#keyCount ||
      this.#keyLength[key] !== length ||
      !sameBytes(from, at, this.#keysView, this.#keyAt[key]!, length)
    ) {
      key = this.#find(from, at, length)
      this.#following[this.#last] = key
    }
    this.#last = key
    if (this.count === this.#indexes.length) this.#indexes = grownWords(this.#indexes, this.count * 2)
    this.#indexes[this.count++] = key
  }

  /** The mark of the value appended last: kept as long as the dictionary holds it, so that it is judged once a block. */
  get lastMark(): number {
    return this.#keyMark[this.#last] ?? 0
  }

  set lastMark(mark: number) {
    this.#keyMark[this.#last] = mark
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
    while (this.#keyCount > 0 && this.#keyRow[this.#keyCount - 1]! >= rows) {
      this.#keyCount -= 1
      this.#keysSize = this.#keyAt[this.#keyCount]! - varintSize(this.#keyLength[this.#keyCount]!)
      const slot = this.#keySlot[this.#keyCount]!
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
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let probe = 0; probe < probesMax; probe += 1) {
      const key = this.#slots[slot]! - 1
      if (key < 0) return this.#add(from, at, length, hash, slot)
      if (
        this.#keyHash[key] === hash &&
        this.#keyLength[key] === length &&
        sameBytes(from, at, this.#keysView, this.#keyAt[key]!, length)
      )
        return key
      slot = (slot + 1) & mask
    }
    return this.#add(from, at, length, hash, noSlot)
  }

  #add(from: DataView, at: number, length: number, hash: number, slot: number): number {
    const key = this.#keyCount
    if (key === this.#keyAt.length) this.#growKeys()
    this.#reserve(length + 5)
    let end = this.#keysSize
    let rest = length
    while (rest >= 0x80) {
      this.#keys[end++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#keys[end++] = rest
    copyBytes(from, at, length, this.#keysView, end)
    this.#keyAt[key] = end
    this.#keyLength[key] = length
    this.#keyHash[key] = hash
    this.#keySlot[key] = slot
    this.#keyRow[key] = this.count
    this.#keyMark[key] = 0
    this.#following[key] = 0
    this.#keysSize = end + length
    this.#keyCount = key + 1
    if (slot !== noSlot) this.#slots[slot] = key + 1
    if (this.#keyCount * 2 > this.#slots.length) this.#growSlots()
    return key
  }

  #reserve(more: number): void {
    if (this.#keysSize + more <= this.#keys.length) return
    this.#keys = grownBytes(this.#keys, Math.max(this.#keys.length * 2, this.#keysSize + more))
    this.#keysView = new DataView(this.#keys.buffer)
  }

  #growKeys(): void {
    const capacity = this.#keyAt.length * 2
    this.#keyAt = grownWords(this.#keyAt, capacity)
    this.#keyLength = grownWords(this.#keyLength, capacity)
    this.#keyHash = grownWords(this.#keyHash, capacity)
    this.#keySlot = grownWords(this.#keySlot, capacity)
    this.#keyRow = grownWords(this.#keyRow, capacity)
    this.#keyMark = grownWords(this.#keyMark, capacity)
    this.#following = grownWords(this.#following, capacity)
  }

  /** Keys are put in again in their order, so that the last one in is still the first one that can be taken out. */
  #growSlots(): void {
    this.#slots = new Int32Array(this.#slots.length * 2)
    const mask = this.#slots.length - 1
    for (let key = 0; key < this.#keyCount; key += 1) {
      let slot = this.#keyHash[key]! & mask
      let probe = 0
      while (probe < probesMax && this.#slots[slot] !== 0) {
        slot = (slot + 1) & mask
        probe += 1
      }
      this.#keySlot[key] = probe < probesMax ? slot : noSlot
      if (probe < probesMax) this.#slots[slot] = key + 1
    }
  }

  #clear(): void {
    if (isOversized(this.#keysSize, this.#keys.length)) {
      this.#keys = new Uint8Array(1024)
      this.#keysView = new DataView(this.#keys.buffer)
    }
    if (isOversized(this.count, this.#indexes.length)) this.#indexes = new Int32Array(firstSlots)
    if (isOversized(this.#keyCount, this.#slots.length)) {
      this.#slots = new Int32Array(firstSlots)
      this.#keyAt = new Int32Array(firstKeys)
      this.#keyLength = new Int32Array(firstKeys)
      this.#keyHash = new Int32Array(firstKeys)
      this.#keySlot = new Int32Array(firstKeys)
      this.#keyRow = new Int32Array(firstKeys)
      this.#following = new Int32Array(firstKeys)
    } else this.#slots.fill(0)
    this.#keyCount = 0
    this.#keysSize = 0
  }
}
