import type { BlockBytes } from './block-bytes.ts'
import type { Column } from './column.ts'
import { copyBytes } from './copy-bytes.ts'
import type { Lent } from './lent.ts'
import { anywhere, grownBytes, isLetGo, type Room, viewOf } from './room.ts'

const firstCapacityBytes = 4096

/**
 * String: for each row a varint length and its bytes. The buffer is the body.
 *
 * Where a row begins is not kept. `truncate` finds it by walking the lengths from the last row it was asked about,
 * which it remembers, or from the mark: rejecting many records of one block walks over each row once.
 */
export class StringColumn implements Column, Lent {
  readonly #room: Room
  #bytes: Uint8Array
  #view: DataView
  #size = 0
  #knownRow = 0
  #knownOffset = 0
  #markedRow = 0
  #markedOffset = 0
  count = 0

  constructor(room = anywhere) {
    this.#room = room
    this.#bytes = room.bytes(firstCapacityBytes)
    this.#view = viewOf(this.#bytes)
  }

  append(from: DataView, at: number, length: number): void {
    if (this.#size + length + 5 > this.#bytes.length) this.#grow(length + 5)
    let end = this.#size
    let rest = length
    while (rest >= 0x80) {
      this.#bytes[end++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[end++] = rest
    copyBytes(from, at, length, this.#view, end)
    this.#size = end + length
    this.count += 1
  }

  appendEmpty(): void {
    if (this.#size === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#size++] = 0
    this.count += 1
  }

  fill(rows: number): void {
    const more = rows - this.count
    if (more <= 0) return
    if (this.#size + more > this.#bytes.length) this.#grow(more)
    this.#bytes.fill(0, this.#size, this.#size + more)
    this.#size += more
    this.count = rows
  }

  size(): number {
    return this.#size
  }

  mark(): void {
    this.#markedRow = this.count
    this.#markedOffset = this.#size
  }

  truncate(rows: number): void {
    if (rows >= this.count) return
    if (rows === 0 && isLetGo(this.#room, this.#bytes, this.#size)) {
      this.#room.free(this.#bytes)
      this.#bytes = this.#room.bytes(firstCapacityBytes)
      this.#view = viewOf(this.#bytes)
    }
    if (rows < this.#markedRow) this.#markedRow = this.#markedOffset = 0
    if (rows < this.#knownRow) {
      this.#knownRow = this.#markedRow
      this.#knownOffset = this.#markedOffset
    }
    while (this.#knownRow < rows) this.#skipRow()
    this.#size = this.#knownOffset
    this.count = rows
  }

  writePrefix(): void {}

  writeBody(out: BlockBytes): void {
    out.put(this.#bytes, this.#size)
  }

  /** Room for so many bytes more. */
  reserve(more: number): void {
    if (this.#size + more > this.#bytes.length) this.#grow(more)
  }

  isIn(memory: ArrayBufferLike): boolean {
    return this.#bytes.buffer === memory
  }

  lend(to: Int32Array, at: number): number {
    to[at] = this.#bytes.byteOffset
    to[at + 1] = this.#bytes.length
    to[at + 2] = this.#size
    to[at + 3] = this.count
    return at + 4
  }

  takeBack(from: Int32Array, at: number): number {
    this.#size = from[at + 2] ?? 0
    this.count = from[at + 3] ?? 0
    return at + 4
  }

  #skipRow(): void {
    let at = this.#knownOffset
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[at++]!
      length |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    this.#knownOffset = at + length
    this.#knownRow += 1
  }

  #grow(more: number): void {
    this.#bytes = grownBytes(this.#bytes, Math.max(this.#bytes.length * 2, this.#size + more), this.#room)
    this.#view = viewOf(this.#bytes)
  }
}
