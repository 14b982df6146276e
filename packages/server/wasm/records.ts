import { copy } from './bytes'
import {
  appendAny,
  appendInteger,
  appendKnown,
  appendText,
  Dictionary,
  Fixed,
  isKey,
  knownFollowing,
  knownShift,
  markOf,
  noKey,
  placeOf,
  put64,
  Texts,
} from './columns'
import { copyPlain, maySecret } from './secrets'
import { beyond, cursor, length, nowhere, varint } from './wire'

/** What spans and log records have in common: the rules they are kept by, most of their columns, and how a run goes through them. */

@unmanaged
class Rules {
  /** Arrival, in nanoseconds. */
  now: u64
  attributesMax: u32
  valueSizeMaxBytes: u32
  /** What is done on arrival: keys are judged, secrets looked for, bodies read, severities found in them. */
  judgesKeys: u32
  seeksSecrets: u32
  readsBodies: u32
  infersSeverity: u32
  /** Where the names stand that keys have now: for each mark from `firstStable` on an address and a length. */
  names: usize
  /** Answers of a run: records taken, and where it has ended. */
  taken: u32
  end: u32
}

const rulesWords: u32 = 11
const state = memory.data(512)
export const rules = changetype<Rules>(state)

/** Where TypeScript writes rules and columns. */
export function stateAt(): usize {
  return state
}

export const lentAt = state + <usize>rulesWords * 4

/** In the order of `lent` in `ingest/decode/fast/fast-rows.ts`. */
export const ts = changetype<Fixed>(lentAt)
export const traceIds = changetype<Fixed>(lentAt + 3 * 4)
export const spanIds = changetype<Fixed>(lentAt + 6 * 4)
export const flagsColumn = changetype<Fixed>(lentAt + 9 * 4)
/** Names of spans, texts of severities. */
export const names = changetype<Dictionary>(lentAt + 12 * 4)
const ends = changetype<Fixed>(lentAt + 24 * 4)
const keys = changetype<Dictionary>(lentAt + 27 * 4)
export const values = changetype<Texts>(lentAt + 39 * 4)
const types = changetype<Dictionary>(lentAt + 43 * 4)
/** Where those of spans, or of log records, alone begin. */
export const ownAt = lentAt + 55 * 4

/** Why a run has ended: all was read, the next record is to be read with care, or there is no room for it. */
export const over: u32 = 0
export const unusual: u32 = 1
export const full: u32 = 2

/** Of every record the key in its scope, which has one byte. */
const recordKey: u8 = (2 << 3) | 2

/** Times are kept to the end of 2199 (`ingest/decode/times.ts`). */
export const endOfTimes: u64 = 7_258_118_400_000_000_000

/** `attribute_types` of the record. */
const letters = memory.data(256)
let letterCount: u32 = 0
let isOther = false

function clearLetters(): void {
  letterCount = 0
  isOther = false
}

function appendLetters(): bool {
  return appendKnown(types, letters, isOther ? letterCount : 0)
}

/**
 * Takes records from the one whose length stands at `from`; the scope ends at `end`. All columns have room for `rowsMax` rows, `texts` is
 * what a record has of its own for texts. `read` answers false where it does not take a record, and then nothing of it is left.
 */
export function takeRecords(
  from: usize,
  end: usize,
  rowsMax: u32,
  texts: Texts,
  read: (at: usize, end: usize) => bool,
): u32 {
  rules.taken = 0
  let at = from
  while (true) {
    rules.end = <u32>at
    const size = length(at, end)
    if (cursor === nowhere) return unusual
    const recordEnd = cursor + size
    if (ts.count >= rowsMax || !hasRoom(size, texts)) return full
    if (!take(cursor, recordEnd, read)) return unusual
    rules.taken += 1
    if (recordEnd >= end || load<u8>(recordEnd) !== recordKey) {
      rules.end = <u32>recordEnd
      return over
    }
    at = recordEnd + 1
  }
}

function take(at: usize, end: usize, read: (at: usize, end: usize) => bool): bool {
  const valueSize = values.size
  const valueCount = values.count
  const row = names.count
  clearLetters()
  if (read(at, end)) return true
  values.size = valueSize
  values.count = valueCount
  keys.count = valueCount
  names.count = row
  types.count = row
  return false
}

/** Rows that there is room for in the columns that spans and log records have in common. */
export function commonRowsMax(): u32 {
  let most = min(min(ts.capacity, traceIds.capacity), min(spanIds.capacity, flagsColumn.capacity))
  most = min(most, min(names.capacity, types.capacity))
  return min(most, ends.capacity)
}

/**
 * Room for what a record of `size` bytes has many of, its attributes twice: none has less than 8 bytes, and no number more than
 * two digits a byte.
 */
function hasRoom(size: u32, texts: Texts): bool {
  return (
    values.capacity - values.size >= 4 * size + 64 &&
    keys.capacity - keys.count > size >> 2 &&
    texts.capacity - texts.size >= size + 64
  )
}

/** The name whose length stands at `at`, if it has one, and the types of attributes. Last of what may fail, because a new name is not taken out again. */
export function appendName(at: usize): bool {
  const size: u32 = at === nowhere ? 0 : length(at, beyond)
  const from = cursor
  return size <= rules.valueSizeMaxBytes && appendLetters() && appendAny(names, from, size)
}

/** Ends the row. */
export function appendRest(row: u32, time: u64, flags: u32): void {
  if (flags !== 0) store<u32>(placeOf(flagsColumn, row, 4), flags)
  put64(ts, row, time)
  put64(ends, row, keys.count)
}

/** Whether a text is stored as it is. */
export function isPlain(at: usize, size: u32): bool {
  if (size > rules.valueSizeMaxBytes) return false
  return size < 12 || rules.seeksSecrets === 0 || !maySecret(at, size)
}

/**
 * Takes the attribute whose length stands at `from`, and those that follow it at once, each behind `recordsKey`; answers the address
 * behind the last, or `beyond`. Nearly all are taken in this loop, in which nothing waits for what was just written to memory: the
 * expected key with a text or a small number.
 */
export function takeAttributes(from: usize, recordEnd: usize, recordsKey: u8): usize {
  const countMax = min(rules.attributesMax, 256)
  let at = from
  let last = keys.last
  let count = keys.count
  let to = values.at + values.size
  let letterAt = letterCount
  while (true) {
    const end = shortEnd(at, recordEnd)
    const keySize: u32 = load<u8>(at, 2)
    const key = end !== nowhere && letterAt < countMax ? expectedKey(last, at + 3, keySize) : noKey
    const behindValue = key === noKey ? nowhere : writeValue(to, at + 5 + keySize, end)
    if (behindValue !== nowhere) {
      store<u32>(keys.indexes + ((<usize>count) << 2), key)
      store<u8>(letters + letterAt, writtenLetter)
      last = key
      to = behindValue
      count += 1
      letterAt += 1
      at = end
    } else {
      keepState(last, count, to, letterAt)
      at = takeAttribute(at, recordEnd)
      if (at === nowhere) return beyond
      last = keys.last
      count = keys.count
      to = values.at + values.size
      letterAt = letterCount
    }
    if (at >= recordEnd || load<u8>(at) !== recordsKey) break
    at += 1
  }
  keepState(last, count, to, letterAt)
  return at
}

function keepState(last: u32, count: u32, to: usize, letterAt: u32): void {
  keys.last = last
  keys.count = count
  values.size = <u32>(to - values.at)
  values.count = count
  letterCount = letterAt
}

/**
 * Where an attribute ends whose length stands at `at`, when it is as every encoder writes it and each of its lengths is a byte:
 *
 *   length   0A length key   12 length value
 */
function shortEnd(at: usize, recordEnd: usize): usize {
  const size: u32 = load<u8>(at)
  const end = at + 1 + size
  const valueKeyAt = at + 3 + load<u8>(at, 2)
  const isShort =
    size < 0x80 &&
    end <= recordEnd &&
    valueKeyAt + 2 <= end &&
    load<u8>(at, 1) === 0x0a &&
    load<u8>(valueKeyAt) === 0x12 &&
    valueKeyAt + 2 + load<u8>(valueKeyAt, 1) === end
  return isShort ? end : nowhere
}

/** The key that came behind `last` the time before, when it is this one and harmless. */
function expectedKey(last: u32, at: usize, size: u32): u32 {
  const key = load<u32>(keys.known + ((<usize>last) << knownShift), knownFollowing)
  if (key >= keys.keyCount || size > rules.valueSizeMaxBytes || !isKey(keys, key, at, size)) return noKey
  return rules.judgesKeys === 0 || markOf(keys, key) === plainMark ? key : noKey
}

/** Of the value written last. */
let writtenLetter: u8 = 0

/** Writes a text that may be stored, or a small number, behind its length, and answers the address behind it: `nowhere` where it is neither. */
function writeValue(to: usize, at: usize, end: usize): usize {
  const size = <u32>(end - at)
  if (size < 2 || size > 0x7f) return nowhere
  const first: u32 = load<u8>(at, 1)
  if (load<u8>(at) === 0x0a) {
    if (first !== size - 2 || first > rules.valueSizeMaxBytes) return nowhere
    store<u8>(to, <u8>first)
    if (first < 12 || rules.seeksSecrets === 0) copy(at + 2, to + 1, first)
    else if (!copyPlain(at + 2, to + 1, first)) return nowhere
    writtenLetter = 0x73
    return to + 1 + first
  }
  if (load<u8>(at) !== 0x18 || size > 3) return nowhere
  const second: u32 = size === 2 ? 0 : load<u8>(at, 2)
  if (first < 0x80 !== (size === 2) || second >= 0x80) return nowhere
  writtenLetter = 0x69
  isOther = true
  return writeNumber(to, (first & 0x7f) | (second << 7))
}

/** Of up to five digits. */
function writeNumber(to: usize, value: u32): usize {
  const size: u32 = value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : value < 10_000 ? 4 : 5
  store<u8>(to, <u8>size)
  let at = to + size
  let rest = value
  for (; at > to; at -= 1) {
    const tenth = rest / 10
    store<u8>(at, <u8>(0x30 + (rest - tenth * 10)))
    rest = tenth
  }
  return to + 1 + size
}

/** Takes the attribute whose length stands at `at`; answers the address behind it, or `nowhere`. */
function takeAttribute(at: usize, recordEnd: usize): usize {
  if (letterCount >= rules.attributesMax || letterCount >= 256) return nowhere
  const size = length(at, recordEnd)
  if (cursor === nowhere) return nowhere
  const end = cursor + size
  return takeEntry(cursor, end) ? end : nowhere
}

/** A key and a value in this order. */
function takeEntry(at: usize, end: usize): bool {
  if (at >= end || load<u8>(at) !== 0x0a) return false
  const keySize = length(at + 1, end)
  if (cursor === nowhere || keySize > rules.valueSizeMaxBytes) return false
  const keyAt = cursor
  const valueKeyAt = keyAt + keySize
  if (valueKeyAt >= end || load<u8>(valueKeyAt) !== 0x12) return false
  const size = length(valueKeyAt + 1, end)
  if (cursor === nowhere || cursor + size !== end) return false
  const valueAt = cursor
  if (!appendKnown(keys, keyAt, keySize)) return false
  const mark = rules.judgesKeys === 0 ? plainMark : markOf(keys, keys.last)
  if (mark !== plainMark && mark < firstStable) return false
  if (!takeValue(valueAt, end, 0)) return false
  return mark < firstStable || letterCount >= rules.attributesMax || takeStable(mark, valueAt, end)
}

/** `keyMark` in `ingest/arrival/arrival.ts`. */
const plainMark: u32 = 1
const firstStable: u32 = 3
/** From the letter of what was sent to that of what was added beside it. */
const beside: u8 = 0x20

/** The value once more, under the name that its key has now. */
function takeStable(mark: u32, valueAt: usize, end: usize): bool {
  if (letterCount >= 256) return false
  const name = rules.names + ((<usize>(mark - firstStable)) << 3)
  if (!appendKnown(keys, load<u32>(name), load<u32>(name, 4)) || markOf(keys, keys.last) !== plainMark) return false
  return takeValue(valueAt, end, beside)
}

const trueText = memory.data<u8>([0x74, 0x72, 0x75, 0x65])
const falseText = memory.data<u8>([0x66, 0x61, 0x6c, 0x73, 0x65])
const doubleText = memory.data(64)

/** Writes a double as `value-text.ts` does, and answers how many bytes that took. */
declare function writeDouble(to: usize, low: u32, high: u32): u32

function takeValue(at: usize, end: usize, letterLess: u8): bool {
  if (at === end) {
    appendText(values, at, 0)
    addLetter(0x6e - letterLess)
    return true
  }
  switch (load<u8>(at)) {
    case 0x0a: {
      const size = length(at + 1, end)
      if (cursor === nowhere || cursor + size !== end || !isPlain(cursor, size)) return false
      appendText(values, cursor, size)
      addLetter(0x73 - letterLess)
      return true
    }
    case 0x18: {
      const value = varint(at + 1, end)
      if (cursor !== end) return false
      appendInteger(values, <i64>value)
      addLetter(0x69 - letterLess)
      return true
    }
    case 0x10: {
      const value = varint(at + 1, end)
      if (cursor !== end) return false
      if (value === 0) appendText(values, falseText, 5)
      else appendText(values, trueText, 4)
      addLetter(0x62 - letterLess)
      return true
    }
    case 0x21: {
      if (end - at !== 9) return false
      appendText(values, doubleText, writeDouble(doubleText, load<u32>(at, 1), load<u32>(at, 5)))
      addLetter(0x64 - letterLess)
      return true
    }
    default:
      return false
  }
}

function addLetter(letter: u8): void {
  store<u8>(letters + letterCount, letter)
  letterCount += 1
  if (letter !== 0x73) isOther = true
}

/** Where the id stands whose length stands at `at`: 0 for an empty one. */
export function idAt(at: usize): usize {
  return load<u8>(at) === 0 ? nowhere : at + 1
}

/** Behind an id of `size` bytes, or an empty one; `beyond` behind anything else. */
export function behindId(at: usize, size: u32): usize {
  const given: u32 = load<u8>(at)
  return given === size || given === 0 ? at + 1 + given : beyond
}
