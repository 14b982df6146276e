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
  keyCount: u32
  known: usize
  slots: usize
  slotCount: u32
  indexes: usize
  capacity: u32
  count: u32
  last: u32
}

/** Words in a row of each. */
export const fixedWords: u32 = 3
export const textsWords: u32 = 4
export const dictionaryWords: u32 = 9

export function append8(column: Fixed, value: u32): void {
  store<u8>(column.at + column.count, <u8>value)
  column.count += 1
}

export function append64(column: Fixed, value: u64): void {
  store<u64>(column.at + (column.count << 3), value)
  column.count += 1
}

export function append128(column: Fixed, from: usize): void {
  v128.store(column.at + (column.count << 4), v128.load(from))
  column.count += 1
}

/** The column gets to `row`, with zeros in the rows that were left out before it, and answers where its value goes. */
export function placeOf(column: Fixed, row: u32, width: u32): usize {
  const count = column.count
  if (count < row) memory.fill(column.at + count * width, 0, (row - count) * width)
  column.count = row + 1
  return column.at + row * width
}

/** Bytes needed besides those of a text: for its length, and for copying sixteen at a time. */
export const textSlack: u32 = 32

export function appendText(column: Texts, from: usize, length: u32): void {
  let to = column.at + column.size
  let rest = length
  while (rest >= 0x80) {
    store<u8>(to++, <u8>(rest | 0x80))
    rest >>= 7
  }
  store<u8>(to++, <u8>rest)
  copy(from, to, length)
  column.size = <u32>(to - column.at) + length
  column.count += 1
}

const digits = memory.data(32)

/** As decimal digits. */
export function appendInteger(column: Texts, value: i64): void {
  const end = digits + 20
  let at = end
  let rest = value < 0 ? 0 - <u64>value : <u64>value
  do {
    const tenth = rest / 10
    store<u8>(--at, <u8>(0x30 + (rest - tenth * 10)))
    rest = tenth
  } while (rest !== 0)
  if (value < 0) store<u8>(--at, 0x2d)
  appendText(column, at, <u32>(end - at))
}

/** What is known of a key, in bytes: see `known` in `base/native/low-cardinality-column.ts`. */
const knownShift: u32 = 5
const knownLength: usize = 4
const knownHash: usize = 8
const knownMark: usize = 20
const knownFollowing: usize = 24
const probesMax = 32

/** Answers false, and has appended nothing, where the text is not in the dictionary yet. */
export function appendKnown(column: Dictionary, at: usize, length: u32): bool {
  const known = column.known
  const following = known + ((<usize>column.last) << knownShift)
  let key = load<u32>(following, knownFollowing)
  if (key >= column.keyCount || !isKey(column, key, at, length)) {
    key = find(column, at, length)
    if (key === 0) return false
    key -= 1
    store<u32>(following, key, knownFollowing)
  }
  column.last = key
  store<u32>(column.indexes + ((<usize>column.count) << 2), key)
  column.count += 1
  return true
}

/** By who appended the key of the last row: 0 of a new one. */
export function lastMark(column: Dictionary): u32 {
  return load<u32>(column.known + ((<usize>column.last) << knownShift), knownMark)
}

function isKey(column: Dictionary, key: u32, at: usize, length: u32): bool {
  const word = column.known + ((<usize>key) << knownShift)
  return load<u32>(word, knownLength) === length && isSame(at, column.keys + load<u32>(word), length)
}

/** The number of the key and 1, or 0. */
function find(column: Dictionary, at: usize, length: u32): u32 {
  const sum = hash(at, length)
  const mask = column.slotCount - 1
  let slot = sum & mask
  for (let probe = 0; probe < probesMax; probe += 1) {
    const key = load<u32>(column.slots + ((<usize>slot) << 2))
    if (key === 0) return 0
    const word = column.known + ((<usize>(key - 1)) << knownShift)
    if (load<u32>(word, knownHash) === sum && isKey(column, key - 1, at, length)) return key
    slot = (slot + 1) & mask
  }
  return 0
}
