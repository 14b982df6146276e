import { copy } from './bytes'
import {
  append64,
  appendAny,
  appendInteger,
  appendKnown,
  appendText,
  Dictionary,
  Fixed,
  lastMark,
  placeOf,
  Texts,
} from './columns'
import { copyPlain, maySecret } from './secrets'
import { cursor, length, nowhere, small, standAt, varint } from './wire'

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
const endOfTimes: u64 = 7_258_118_400_000_000_000

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

/** The name and the types of attributes. Last of what may fail, because a new name is not taken out again. */
export function appendName(at: usize, size: u32): bool {
  return size <= rules.valueSizeMaxBytes && appendLetters() && appendAny(names, at, size)
}

/** Ends the row. */
export function appendRest(time: u64, flags: u32): void {
  if (flags !== 0) store<u32>(placeOf(flagsColumn, ts.count, 4), flags)
  append64(ts, time)
  append64(ends, keys.count)
}

/** Whether a text is stored as it is. */
export function isPlain(at: usize, size: u32): bool {
  if (size > rules.valueSizeMaxBytes) return false
  return size < 12 || rules.seeksSecrets === 0 || !maySecret(at, size)
}

/**
 * Takes the attribute whose length stands at `at`; answers the address behind it, or `nowhere`. A key and a value in this order, as
 * every encoder writes them, and nearly always all of it in less than 128 bytes: then each length is a byte.
 */
export function takeAttribute(at: usize, recordEnd: usize): usize {
  if (letterCount >= rules.attributesMax || letterCount >= 256) return nowhere
  const size: u32 = load<u8>(at)
  const end = at + 1 + size
  const keySize: u32 = load<u8>(at, 2)
  const valueKeyAt = at + 3 + keySize
  const isShort =
    size < 0x80 &&
    end <= recordEnd &&
    valueKeyAt + 2 <= end &&
    load<u8>(at, 1) === 0x0a &&
    load<u8>(valueKeyAt) === 0x12 &&
    valueKeyAt + 2 + load<u8>(valueKeyAt, 1) === end
  if (!isShort) return takeLong(at, recordEnd)
  return takeEntry(at + 3, keySize, valueKeyAt + 2, end) ? end : nowhere
}

function takeLong(at: usize, recordEnd: usize): usize {
  const size = length(at, recordEnd)
  if (cursor === nowhere) return nowhere
  const end = cursor + size
  if (cursor >= end || load<u8>(cursor) !== 0x0a) return nowhere
  const keySize = length(cursor + 1, end)
  if (cursor === nowhere) return nowhere
  const keyAt = cursor
  const valueKeyAt = keyAt + keySize
  if (valueKeyAt >= end || load<u8>(valueKeyAt) !== 0x12) return nowhere
  const valueSize = length(valueKeyAt + 1, end)
  if (cursor === nowhere || cursor + valueSize !== end) return nowhere
  return takeEntry(keyAt, keySize, cursor, end) ? end : nowhere
}

function takeEntry(keyAt: usize, keySize: u32, valueAt: usize, end: usize): bool {
  if (keySize > rules.valueSizeMaxBytes || !appendKnown(keys, keyAt, keySize)) return false
  const mark = rules.judgesKeys === 0 ? plainMark : lastMark(keys)
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
  if (!appendKnown(keys, load<u32>(name), load<u32>(name, 4)) || lastMark(keys) !== plainMark) return false
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
      let size: u32 = load<u8>(at, 1)
      let from = at + 2
      if (size >= 0x80) {
        size = length(at + 1, end)
        from = cursor
      }
      if (from === nowhere || from + size !== end || !appendPlain(from, size)) return false
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

/** Answers false, and has appended nothing, where the text is not stored as it is. */
function appendPlain(at: usize, size: u32): bool {
  if (size >= 0x80) {
    if (!isPlain(at, size)) return false
    appendText(values, at, size)
    return true
  }
  if (size > rules.valueSizeMaxBytes) return false
  const to = values.at + values.size
  store<u8>(to, <u8>size)
  if (size < 12 || rules.seeksSecrets === 0) copy(at, to + 1, size)
  else if (!copyPlain(at, to + 1, size)) return false
  values.size += size + 1
  values.count += 1
  return true
}

function addLetter(letter: u8): void {
  store<u8>(letters + letterCount, letter)
  letterCount += 1
  if (letter !== 0x73) isOther = true
}

/** Where `size` bytes that are there in whole or not at all stand: 0 where not; the cursor behind them, or `nowhere`. */
export function idAt(at: usize, end: usize, size: u32): usize {
  if (load<u8>(at) === size && at + 1 + size <= end) {
    standAt(at + 1 + size)
    return at + 1
  }
  return noIdAt(at, end, size)
}

function noIdAt(at: usize, end: usize, size: u32): usize {
  const given = length(at, end)
  if (cursor === nowhere || given === 0) return 0
  const id = cursor
  standAt(given === size ? id + size : nowhere)
  return id
}

/** A time that is kept; the cursor behind it, or `nowhere`. */
export function timeAt(at: usize, end: usize): u64 {
  const time = end - at >= 8 ? load<u64>(at) : endOfTimes
  standAt(time < endOfTimes ? at + 8 : nowhere)
  return time
}

export function fixed32At(at: usize, end: usize): u32 {
  standAt(end - at >= 4 ? at + 4 : nowhere)
  return cursor === nowhere ? 0 : load<u32>(at)
}

/** A number that fits a byte. */
export function byteAt(at: usize, end: usize): u32 {
  const value = small(at, end)
  if (value > 255) standAt(nowhere)
  return value
}
