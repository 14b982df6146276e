import { copy, hash, isSame } from './bytes'

/**
 * Columns as TypeScript lends them (`lend` in `base/native`), with the words in the order they are written there. Their
 * memory is TypeScript's: here it is filled and counted, by who has seen that there is room.
 */

/** Rows of one width. */
@unmanaged
export class Fixed {
  at: usize
  capacity: u32
  count: u32
}

/** Texts, each behind its length. */
@unmanaged
export class Texts {
  at: usize
  capacity: u32
  size: u32
  count: u32
}

/** A dictionary, and for each row an index into it. */
@unmanaged
export class Dictionary {
  keys: usize
  keysCapacity: u32
  keysSize: u32
  keyCount: u32
  known: usize
  knownCapacity: u32
  slots: usize
  slotCount: u32
  indexes: usize
  capacity: u32
  count: u32
  last: u32
}

/** What goes to a row that the column has come to: who knows which that is need not wait for the count. */
export function put8(column: Fixed, row: u32, value: u32): void {
  store<u8>(column.at + row, <u8>value)
  column.count = row + 1
}

export function put64(column: Fixed, row: u32, value: u64): void {
  store<u64>(column.at + (row << 3), value)
  column.count = row + 1
}

export function put128(column: Fixed, row: u32, from: usize): void {
  v128.store(column.at + (row << 4), v128.load(from))
  column.count = row + 1
}

/** To the next row. */
export function append64(column: Fixed, value: u64): void {
  put64(column, column.count, value)
}

/** The column gets to `row`, with zeros in the rows that were left out before it, and answers where its value goes. */
export function placeOf(column: Fixed, row: u32, width: u32): usize {
  const count = column.count
  if (count < row) memory.fill(column.at + count * width, 0, (row - count) * width)
  column.count = row + 1
  return column.at + row * width
}

export function appendText(column: Texts, from: usize, length: u32): void {
  const to = writeLength(column.at + column.size, length)
  copy(from, to, length)
  column.size = <u32>(to - column.at) + length
  column.count += 1
}

/** As a varint; answers the address behind it. */
function writeLength(at: usize, length: u32): usize {
  let to = at
  let rest = length
  while (rest >= 0x80) {
    store<u8>(to++, <u8>(rest | 0x80))
    rest >>= 7
  }
  store<u8>(to, <u8>rest)
  return to + 1
}

const digits = memory.data(32)

/** As decimal digits. */
export function appendInteger(column: Texts, value: i64): void {
  const end = digits + 20
  let at = end
  let rest = value < 0 ? 0 - <u64>value : <u64>value
  while (rest > 0xffff_ffff) {
    const tenth = rest / 10
    store<u8>(--at, <u8>(0x30 + (rest - tenth * 10)))
    rest = tenth
  }
  // Of 32 bits a division is a multiplication.
  let small = <u32>rest
  do {
    const tenth = small / 10
    store<u8>(--at, <u8>(0x30 + (small - tenth * 10)))
    small = tenth
  } while (small !== 0)
  if (value < 0) store<u8>(--at, 0x2d)
  appendText(column, at, <u32>(end - at))
}

/** What is known of a key, in bytes: see `known` in `base/native/low-cardinality-column.ts`. */
export const knownShift: u32 = 5
const knownWords: u32 = 8
const knownLength: usize = 4
const knownHash: usize = 8
const knownSlot: usize = 12
const knownRow: usize = 16
const knownMark: usize = 20
export const knownFollowing: usize = 24
export const probesMax = 32

/** Answers false, and has appended nothing, where the text is not in the dictionary yet. */
export function appendKnown(column: Dictionary, at: usize, length: u32): bool {
  const key = keyOf(column, at, length)
  if (key === noKey) return false
  appendKey(column, key)
  return true
}

/** Answers false, and has appended nothing, where the text is new and TypeScript is to make room for it. */
export function appendAny(column: Dictionary, at: usize, length: u32): bool {
  let key = keyOf(column, at, length)
  if (key === noKey) key = add(column, at, length)
  if (key === noKey) return false
  appendKey(column, key)
  return true
}

function appendKey(column: Dictionary, key: u32): void {
  column.last = key
  store<u32>(column.indexes + ((<usize>column.count) << 2), key)
  column.count += 1
}

export const noKey: u32 = 0xffff_ffff

/** What came behind the last key before is tried first. */
function keyOf(column: Dictionary, at: usize, length: u32): u32 {
  const following = column.known + ((<usize>column.last) << knownShift)
  let key = load<u32>(following, knownFollowing)
  if (key < column.keyCount && isKey(column, key, at, length)) return key
  key = find(column, at, length)
  if (key !== noKey) store<u32>(following, key, knownFollowing)
  return key
}

/** By who appended the key: 0 of a new one. */
export function markOf(column: Dictionary, key: u32): u32 {
  return load<u32>(column.known + ((<usize>key) << knownShift), knownMark)
}

export function isKey(column: Dictionary, key: u32, at: usize, length: u32): bool {
  const word = column.known + ((<usize>key) << knownShift)
  return load<u32>(word, knownLength) === length && isSame(at, column.keys + load<u32>(word), length)
}

/** Of what was looked for last. */
let lastHash: u32 = 0
let freeSlot: u32 = 0
const noSlot: u32 = 0xffff_ffff

function find(column: Dictionary, at: usize, length: u32): u32 {
  const sum = hash(at, length)
  const mask = column.slotCount - 1
  let slot = sum & mask
  lastHash = sum
  freeSlot = noSlot
  for (let probe = 0; probe < probesMax; probe += 1) {
    const key = load<u32>(column.slots + ((<usize>slot) << 2))
    if (key === 0) {
      freeSlot = slot
      return noKey
    }
    const word = column.known + ((<usize>(key - 1)) << knownShift)
    if (load<u32>(word, knownHash) === sum && isKey(column, key - 1, at, length)) return key - 1
    slot = (slot + 1) & mask
  }
  return noKey
}

/** Adds what was just looked for in vain, as `#add` in `low-cardinality-column.ts`, unless something has to grow for it. */
function add(column: Dictionary, at: usize, length: u32): u32 {
  const key = column.keyCount
  const isRoom =
    freeSlot !== noSlot &&
    (key + 1) * 2 <= column.slotCount &&
    (key + 1) * knownWords <= column.knownCapacity &&
    column.keysCapacity - column.keysSize >= length + 24
  if (!isRoom) return noKey
  const to = writeLength(column.keys + column.keysSize, length)
  copy(at, to, length)
  const word = column.known + ((<usize>key) << knownShift)
  store<u32>(word, <u32>(to - column.keys))
  store<u32>(word, length, knownLength)
  store<u32>(word, lastHash, knownHash)
  store<u32>(word, freeSlot, knownSlot)
  store<u32>(word, column.count, knownRow)
  store<u32>(word, 0, knownMark)
  store<u32>(word, 0, knownFollowing)
  store<u32>(column.slots + ((<usize>freeSlot) << 2), key + 1)
  store<u32>(column.known + ((<usize>column.last) << knownShift), key, knownFollowing)
  column.keysSize = <u32>(to - column.keys) + length
  column.keyCount = key + 1
  return key
}
