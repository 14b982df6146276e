import { append8, append64, appendAny, appendText, Dictionary, Fixed, placeOf, Texts } from './columns'
import {
  appendLetters,
  byteAt,
  clearLetters,
  fixed32At,
  full,
  hasRoom,
  idAt,
  isPlain,
  lentAt,
  over,
  recordKey,
  rules,
  takeAttribute,
  timeAt,
  unusual,
} from './records'
import { cursor, length, nowhere, skip, small, standAt } from './wire'

/** In the order of `logColumns` in `ingest/decode/fast/fast-rows.ts`. */
const ts = changetype<Fixed>(lentAt)
const observedTs = changetype<Fixed>(lentAt + 3 * 4)
const severities = changetype<Fixed>(lentAt + 6 * 4)
const traceIds = changetype<Fixed>(lentAt + 9 * 4)
const spanIds = changetype<Fixed>(lentAt + 12 * 4)
const flagsColumn = changetype<Fixed>(lentAt + 15 * 4)
const severityTexts = changetype<Dictionary>(lentAt + 18 * 4)
const bodies = changetype<Texts>(lentAt + 30 * 4)
const ends = changetype<Fixed>(lentAt + 34 * 4)
const keys = changetype<Dictionary>(lentAt + 37 * 4)
const values = changetype<Texts>(lentAt + 49 * 4)
const types = changetype<Dictionary>(lentAt + 53 * 4)

/** Takes log records from the one whose length stands at `from`; the scope ends at `end`. */
export function takeLogs(from: usize, end: usize): u32 {
  rules.taken = 0
  let at = from
  while (true) {
    rules.end = <u32>at
    const size = length(at, end)
    if (cursor === nowhere) return unusual
    const recordEnd = cursor + size
    if (!isRoom(size)) return full
    if (!takeLog(cursor, recordEnd)) return unusual
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
    bodies.capacity - bodies.size >= size + 64 &&
    row < ts.capacity &&
    row < observedTs.capacity &&
    row < severities.capacity &&
    row < traceIds.capacity &&
    row < spanIds.capacity &&
    row < flagsColumn.capacity &&
    row < severityTexts.capacity &&
    row < ends.capacity &&
    row < types.capacity
  )
}

/** Answers false, and leaves nothing of it, where the record is not taken. */
function takeLog(at: usize, end: usize): bool {
  const valueSize = values.size
  const valueCount = values.count
  const row = severityTexts.count
  if (readLog(at, end)) return true
  values.size = valueSize
  values.count = valueCount
  keys.count = valueCount
  severityTexts.count = row
  types.count = row
  return false
}

function readLog(from: usize, end: usize): bool {
  let time: u64 = 0
  let observed: u64 = 0
  let severity: u32 = 0
  let severityTextAt: usize = 0
  let severityTextSize: u32 = 0
  let bodyAt: usize = 0
  let bodySize: u32 = 0
  let traceAt: usize = 0
  let spanAt: usize = 0
  let flags: u32 = 0
  clearLetters()
  let at = from
  while (at < end) {
    const key = small(at, end)
    at = cursor
    switch (key) {
      case (6 << 3) | 2:
        takeAttribute(at, end, keys, values)
        break
      case (1 << 3) | 1:
        time = timeAt(at, end)
        break
      case (11 << 3) | 1:
        observed = timeAt(at, end)
        break
      case (2 << 3) | 0:
        severity = byteAt(at, end)
        break
      case (3 << 3) | 2:
        severityTextSize = length(at, end)
        severityTextAt = cursor
        skip(severityTextSize)
        break
      case (5 << 3) | 2:
        bodySize = textAt(at, end)
        bodyAt = cursor
        skip(bodySize)
        break
      case (9 << 3) | 2:
        traceAt = idAt(at, end, 16)
        break
      case (10 << 3) | 2:
        spanAt = idAt(at, end, 8)
        break
      case (8 << 3) | 5:
        flags = fixed32At(at, end)
        break
      default:
        return false
    }
    at = cursor
    if (at === nowhere) return false
  }
  if (severity === 0 && rules.infersSeverity !== 0) return false
  if (bodyAt === 0 || !isPlain(bodyAt, bodySize)) return false
  if (rules.readsBodies !== 0 && bodySize > 0 && load<u8>(bodyAt) === 0x7b) return false
  if (severityTextSize > rules.valueSizeMaxBytes) return false
  // Last, because a new text is not taken out again.
  if (!appendLetters(types) || !appendAny(severityTexts, severityTextAt, severityTextSize)) return false
  appendIds(traceAt, spanAt, flags)
  if (observed === 0) observed = rules.now
  append64(ts, time === 0 ? observed : time)
  append64(observedTs, observed)
  append8(severities, severity)
  appendText(bodies, bodyAt, bodySize)
  append64(ends, keys.count)
  return true
}

/** What many records leave out. */
function appendIds(traceAt: usize, spanAt: usize, flags: u32): void {
  const row = ts.count
  if (traceAt !== 0) v128.store(placeOf(traceIds, row, 16), v128.load(traceAt))
  if (spanAt !== 0) store<u64>(placeOf(spanIds, row, 8), load<u64>(spanAt))
  if (flags !== 0) store<u32>(placeOf(flagsColumn, row, 4), flags)
}

/** The size of a value that is a string; the cursor at its first byte, or `nowhere`. */
function textAt(at: usize, recordEnd: usize): u32 {
  const valueSize = length(at, recordEnd)
  if (cursor === nowhere) return 0
  const end = cursor + valueSize
  if (valueSize < 2 || load<u8>(cursor) !== 0x0a) {
    standAt(nowhere)
    return 0
  }
  const size = length(cursor + 1, end)
  if (cursor !== nowhere && cursor + size !== end) standAt(nowhere)
  return size
}
