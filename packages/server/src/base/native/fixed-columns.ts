import type { BlockBytes } from './block-bytes.ts'
import type { Column } from './column.ts'
import { copyBytes } from './copy-bytes.ts'
import type { Lent } from './lent.ts'
import { anywhere, grownBytes, grownWords, isLetGo, type Room, viewOf } from './room.ts'

/** Columns whose rows all have one width. They keep their values little endian, as every platform we run on does. */

const firstCapacity = 256

/** What columns of fixed width have in common. */
abstract class FixedColumn implements Lent {
  count = 0
  /** What holds the rows, and how many it has room for. */
  protected abstract held(): { buffer: ArrayBufferLike; byteOffset: number; capacity: number }
  /** Called when no row is left: what holds far more than there were goes. */
  protected abstract letGo(): void

  truncate(rows: number): void {
    if (rows > this.count) return
    if (rows === 0) this.letGo()
    this.count = rows
  }

  mark(): void {}

  writePrefix(): void {}

  isIn(memory: ArrayBufferLike): boolean {
    return this.held().buffer === memory
  }

  lend(to: Int32Array, at: number): number {
    const { byteOffset, capacity } = this.held()
    to[at] = byteOffset
    to[at + 1] = capacity
    to[at + 2] = this.count
    return at + 3
  }

  takeBack(from: Int32Array, at: number): number {
    this.count = from[at + 2] ?? 0
    return at + 3
  }
}

/** UInt8 and Bool. */
export class ByteColumn extends FixedColumn implements Column {
  readonly #room: Room
  #values: Uint8Array

  constructor(room = anywhere) {
    super()
    this.#room = room
    this.#values = room.bytes(firstCapacity)
  }

  append(value: number): void {
    if (this.count === this.#values.length) this.#values = grownBytes(this.#values, this.count * 2, this.#room)
    this.#values[this.count++] = value
  }

  fill(rows: number): void {
    if (rows <= this.count) return
    this.reserve(rows)
    this.#values.fill(0, this.count, rows)
    this.count = rows
  }

  size(): number {
    return this.count
  }

  protected letGo(): void {
    if (!isLetGo(this.#room, this.#values, this.count)) return
    this.#room.free(this.#values)
    this.#values = this.#room.bytes(firstCapacity)
  }

  writeBody(out: BlockBytes): void {
    out.put(this.#values, this.count)
  }

  reserve(rows: number): void {
    if (rows > this.#values.length) this.#values = grownBytes(this.#values, grownFor(rows), this.#room)
  }

  protected held() {
    const { buffer, byteOffset } = this.#values
    return { buffer, byteOffset, capacity: this.#values.length }
  }
}

/** UInt32, Int32 and Date32. */
export class Word32Column extends FixedColumn implements Column {
  readonly #room: Room
  #values: Int32Array

  constructor(room = anywhere) {
    super()
    this.#room = room
    this.#values = room.words(firstCapacity)
  }

  append(value: number): void {
    if (this.count === this.#values.length) this.#values = grownWords(this.#values, this.count * 2, this.#room)
    this.#values[this.count++] = value
  }

  /** Appends what is in this row, unless it is 0. */
  appendSome(row: number, value: number): void {
    if (value === 0) return
    this.fill(row)
    this.append(value)
  }

  fill(rows: number): void {
    if (rows <= this.count) return
    this.reserve(rows)
    this.#values.fill(0, this.count, rows)
    this.count = rows
  }

  size(): number {
    return this.count * 4
  }

  protected letGo(): void {
    if (!isLetGo(this.#room, this.#values, this.count)) return
    this.#room.free(this.#values)
    this.#values = this.#room.words(firstCapacity)
  }

  writeBody(out: BlockBytes): void {
    out.put(this.#values, this.count * 4)
  }

  reserve(rows: number): void {
    if (rows > this.#values.length) this.#values = grownWords(this.#values, grownFor(rows), this.#room)
  }

  protected held() {
    const { buffer, byteOffset } = this.#values
    return { buffer, byteOffset, capacity: this.#values.length }
  }
}

/** UInt64, Int64 and DateTime64, as two halves: a number would lose bits and a bigint costs an allocation. */
export class Word64Column extends FixedColumn implements Column {
  readonly #room: Room
  #halves: Int32Array

  constructor(room = anywhere) {
    super()
    this.#room = room
    this.#halves = room.words(firstCapacity)
  }

  append(low: number, high: number): void {
    const at = this.count * 2
    if (at === this.#halves.length) this.#halves = grownWords(this.#halves, at * 2, this.#room)
    this.#halves[at] = low
    this.#halves[at + 1] = high
    this.count += 1
  }

  /** The same under the name that Float64Column has for it. */
  appendBits(low: number, high: number): void {
    this.append(low, high)
  }

  /** With the same value in each row, 0 if none is given. */
  fill(rows: number, low = 0, high = 0): void {
    this.reserve(rows)
    const halves = this.#halves
    for (let at = this.count * 2; at < rows * 2; at += 2) {
      halves[at] = low
      halves[at + 1] = high
    }
    if (rows > this.count) this.count = rows
  }

  low(row: number): number {
    return this.#halves[row * 2]!
  }

  high(row: number): number {
    return this.#halves[row * 2 + 1]!
  }

  size(): number {
    return this.count * 8
  }

  protected letGo(): void {
    if (!isLetGo(this.#room, this.#halves, this.count * 2)) return
    this.#room.free(this.#halves)
    this.#halves = this.#room.words(firstCapacity)
  }

  writeBody(out: BlockBytes): void {
    out.put(this.#halves, this.count * 8)
  }

  reserve(rows: number): void {
    if (rows * 2 > this.#halves.length) this.#halves = grownWords(this.#halves, grownFor(rows) * 2, this.#room)
  }

  protected held() {
    const { buffer, byteOffset } = this.#halves
    return { buffer, byteOffset, capacity: this.#halves.length >>> 1 }
  }
}

/** Float64, which also takes the bits of a NaN as they are (a stale marker is one NaN of many). */
export class Float64Column extends FixedColumn implements Column {
  readonly #room: Room
  #halves: Int32Array
  #values: Float64Array

  constructor(room = anywhere) {
    super()
    this.#room = room
    this.#halves = room.words(firstCapacity * 2)
    this.#values = doublesOf(this.#halves)
  }

  append(value: number): void {
    if (this.count === this.#values.length) this.#grow(this.count * 2)
    this.#values[this.count++] = value
  }

  appendBits(low: number, high: number): void {
    if (this.count === this.#values.length) this.#grow(this.count * 2)
    const at = this.count * 2
    this.#halves[at] = low
    this.#halves[at + 1] = high
    this.count += 1
  }

  fill(rows: number): void {
    while (this.count < rows) this.append(0)
  }

  size(): number {
    return this.count * 8
  }

  protected letGo(): void {
    if (!isLetGo(this.#room, this.#halves, this.count * 2)) return
    this.#room.free(this.#halves)
    this.#halves = this.#room.words(firstCapacity * 2)
    this.#values = doublesOf(this.#halves)
  }

  writeBody(out: BlockBytes): void {
    out.put(this.#values, this.count * 8)
  }

  reserve(rows: number): void {
    if (rows > this.#values.length) this.#grow(grownFor(rows))
  }

  #grow(capacity: number): void {
    // Copied as integers: the engine may change the bits of a NaN that it copies as a number.
    this.#halves = grownWords(this.#halves, capacity * 2, this.#room)
    this.#values = doublesOf(this.#halves)
  }

  protected held() {
    const { buffer, byteOffset } = this.#halves
    return { buffer, byteOffset, capacity: this.#values.length }
  }
}

const doublesOf = ({ buffer, byteOffset, length }: Int32Array): Float64Array =>
  new Float64Array(buffer, byteOffset, length / 2)

/** Nullable(Float64): a byte for each row, then a number for each row, 0 where there is none. */
export class NullableFloat64Column implements Column {
  readonly #nulls = new ByteColumn()
  readonly #values = new Float64Column()

  get count(): number {
    return this.#nulls.count
  }

  append(value: number): void {
    this.#nulls.append(0)
    this.#values.append(value)
  }

  appendBits(low: number, high: number): void {
    this.#nulls.append(0)
    this.#values.appendBits(low, high)
  }

  appendNull(): void {
    this.#nulls.append(1)
    this.#values.append(0)
  }

  fill(rows: number): void {
    while (this.count < rows) this.appendNull()
  }

  size(): number {
    return this.#nulls.count * 9
  }

  truncate(rows: number): void {
    this.#nulls.truncate(rows)
    this.#values.truncate(rows)
  }

  mark(): void {}

  writePrefix(): void {}

  writeBody(out: BlockBytes): void {
    this.#nulls.writeBody(out)
    this.#values.writeBody(out)
  }
}

/** FixedString(n): n bytes a row, as they came. */
export class FixedStringColumn extends FixedColumn implements Column {
  readonly width: number
  readonly #room: Room
  #bytes: Uint8Array
  #view: DataView

  constructor(width: number, room = anywhere) {
    super()
    this.width = width
    this.#room = room
    this.#bytes = room.bytes(firstCapacity * width)
    this.#view = viewOf(this.#bytes)
  }

  append(from: DataView, at: number): void {
    const end = this.count * this.width
    if (end === this.#bytes.length) this.#grow(end * 2)
    copyBytes(from, at, this.width, this.#view, end)
    this.count += 1
  }

  appendZeros(): void {
    const end = this.count * this.width
    if (end === this.#bytes.length) this.#grow(end * 2)
    this.#bytes.fill(0, end, end + this.width)
    this.count += 1
  }

  fill(rows: number): void {
    if (rows <= this.count) return
    this.reserve(rows)
    this.#bytes.fill(0, this.size(), rows * this.width)
    this.count = rows
  }

  size(): number {
    return this.count * this.width
  }

  protected letGo(): void {
    if (!isLetGo(this.#room, this.#bytes, this.size())) return
    this.#room.free(this.#bytes)
    this.#bytes = this.#room.bytes(firstCapacity * this.width)
    this.#view = viewOf(this.#bytes)
  }

  writeBody(out: BlockBytes): void {
    out.put(this.#bytes, this.size())
  }

  #grow(capacity: number): void {
    this.#bytes = grownBytes(this.#bytes, capacity, this.#room)
    this.#view = viewOf(this.#bytes)
  }

  reserve(rows: number): void {
    if (rows * this.width > this.#bytes.length) this.#grow(grownFor(rows) * this.width)
  }

  protected held() {
    const { buffer, byteOffset } = this.#bytes
    return { buffer, byteOffset, capacity: this.#bytes.length / this.width }
  }
}

/** A capacity of at least so many rows, of the sizes that doubling makes. */
function grownFor(rows: number): number {
  return Math.max(firstCapacity, 2 ** Math.ceil(Math.log2(rows)))
}
