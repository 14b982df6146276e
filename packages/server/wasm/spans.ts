import { append8, append64, append128, appendAny, Dictionary, Fixed, placeOf, Texts } from './columns'
import {
  appendLetters,
  byteAt,
  clearLetters,
  fixed32At,
  full,
  hasRoom,
  idAt,
  lentAt,
  over,
  recordKey,
  rules,
  takeAttribute,
  timeAt,
  unusual,
} from './records'
import { cursor, length, nowhere, skip, small, standAt } from './wire'

/** In the order of `spanColumns` in `ingest/decode/fast/fast-rows.ts`. */
const ts = changetype<Fixed>(lentAt)
const kinds = changetype<Fixed>(lentAt + 3 * 4)
const statuses = changetype<Fixed>(lentAt + 6 * 4)
const durations = changetype<Fixed>(lentAt + 9 * 4)
const traceIds = changetype<Fixed>(lentAt + 12 * 4)
const spanIds = changetype<Fixed>(lentAt + 15 * 4)
const parentIds = changetype<Fixed>(lentAt + 18 * 4)
const flagsColumn = changetype<Fixed>(lentAt + 21 * 4)
const names = changetype<Dictionary>(lentAt + 24 * 4)
const ends = changetype<Fixed>(lentAt + 36 * 4)
const keys = changetype<Dictionary>(lentAt + 39 * 4)
const values = changetype<Texts>(lentAt + 51 * 4)
const types = changetype<Dictionary>(lentAt + 55 * 4)

/** Takes spans from the one whose length stands at `from`; the scope ends at `end`. */
export function takeSpans(from: usize, end: usize): u32 {
  rules.taken = 0
  let at = from
  while (true) {
    rules.end = <u32>at
    const size = length(at, end)
    if (cursor === nowhere) return unusual
    const recordEnd = cursor + size
    if (!isRoom(size)) return full
    if (!takeSpan(cursor, recordEnd)) return unusual
    rules.taken += 1
    if (recordEnd >= end || load<u8>(recordEnd) !== recordKey) {
      rules.end = <u32>recordEnd
      return over
    }
    at = recordEnd + 1
  }
}

function isRoom(size: u32): bool {
  const row = ts.count
  return (
    hasRoom(keys, values, size) &&
    row < ts.capacity &&
    row < kinds.capacity &&
    row < statuses.capacity &&
    row < durations.capacity &&
    row < traceIds.capacity &&
    row < spanIds.capacity &&
    row < parentIds.capacity &&
    row < flagsColumn.capacity &&
    row < names.capacity &&
    row < ends.capacity &&
    row < types.capacity
  )
}

/** Answers false, and leaves nothing of it, where the span is not taken. */
function takeSpan(at: usize, end: usize): bool {
  const valueSize = values.size
  const valueCount = values.count
  const row = names.count
  if (readSpan(at, end)) return true
  values.size = valueSize
  values.count = valueCount
  keys.count = valueCount
  names.count = row
  types.count = row
  return false
}

function readSpan(from: usize, end: usize): bool {
  let traceAt: usize = 0
  let spanAt: usize = 0
  let parentAt: usize = 0
  let nameAt: usize = 0
  let nameSize: u32 = 0
  let start: u64 = 0
  let stop: u64 = 0
  let kind: u32 = 0
  let status: u32 = 0
  let flags: u32 = 0
  clearLetters()
  let at = from
  while (at < end) {
    const key = small(at, end)
    at = cursor
    switch (key) {
      case (9 << 3) | 2:
        takeAttribute(at, end, keys, values)
        break
      case (1 << 3) | 2:
        traceAt = idAt(at, end, 16)
        break
      case (2 << 3) | 2:
        spanAt = idAt(at, end, 8)
        break
      case (4 << 3) | 2:
        parentAt = idAt(at, end, 8)
        break
      case (5 << 3) | 2:
        nameSize = length(at, end)
        nameAt = cursor
        skip(nameSize)
        break
      case (6 << 3) | 0:
        kind = byteAt(at, end)
        break
      case (7 << 3) | 1:
        start = timeAt(at, end)
        break
      case (8 << 3) | 1:
        stop = timeAt(at, end)
        break
      case (15 << 3) | 2:
        status = statusAt(at, end)
        break
      case (16 << 3) | 5:
        flags = fixed32At(at, end)
        break
      default:
        return false
    }
    at = cursor
    if (at === nowhere) return false
  }
  if (traceAt === 0 || (load<u64>(traceAt) | load<u64>(traceAt, 8)) === 0) return false
  if (spanAt === 0 || load<u64>(spanAt) === 0 || start === 0 || stop === 0) return false
  // Last, because a new name is not taken out again.
  if (nameSize > rules.valueSizeMaxBytes || !appendLetters(types) || !appendAny(names, nameAt, nameSize)) return false
  if (flags !== 0) store<u32>(placeOf(flagsColumn, ts.count, 4), flags)
  append64(ts, start)
  append8(kinds, kind)
  append8(statuses, status)
  append64(durations, stop - start)
  append128(traceIds, traceAt)
  append64(spanIds, load<u64>(spanAt))
  append64(parentIds, parentAt === 0 ? 0 : load<u64>(parentAt))
  append64(ends, keys.count)
  return true
}

/** The code of a status without a message. */
function statusAt(at: usize, recordEnd: usize): u32 {
  const size = length(at, recordEnd)
  if (size === 0 || cursor === nowhere) return 0
  const end = cursor + size
  if (load<u8>(cursor) !== ((3 << 3) | 0)) {
    standAt(nowhere)
    return 0
  }
  const status = byteAt(cursor + 1, end)
  if (cursor !== end) standAt(nowhere)
  return status
}
