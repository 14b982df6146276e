import { Fixed, put8, put64, put128 } from './columns'
import {
  appendName,
  appendRest,
  behindId,
  commonRowsMax,
  endOfTimes,
  idAt,
  ownAt,
  spanIds,
  takeAttributes,
  takeRecords,
  traceIds,
  ts,
  values,
} from './records'
import { behind, behindText } from './wire'

/** In the order of `spanColumns` in `ingest/decode/fast/fast-rows.ts`. */
const kinds = changetype<Fixed>(ownAt)
const statuses = changetype<Fixed>(ownAt + 3 * 4)
const durations = changetype<Fixed>(ownAt + 6 * 4)
const parentIds = changetype<Fixed>(ownAt + 9 * 4)

export function takeSpans(from: usize, end: usize): u32 {
  const ownMax = min(min(kinds.capacity, statuses.capacity), min(durations.capacity, parentIds.capacity))
  return takeRecords(from, end, min(commonRowsMax(), ownMax), values, readSpan)
}

const attributesKey: u8 = (9 << 3) | 2

/** Steps from entry to entry, and looks behind the last one whether any was longer than the span. */
function readSpan(from: usize, end: usize): bool {
  let traceAt: usize = 0
  let spanAt: usize = 0
  let parentAt: usize = 0
  let nameAt: usize = 0
  let start: u64 = 0
  let stop: u64 = 0
  let kind: u32 = 0
  let status: u32 = 0
  let flags: u32 = 0
  let at = from
  while (at < end) {
    let key: u32 = load<u8>(at++)
    if (key >= 0x80) key = (key & 0x7f) | ((<u32>load<u8>(at++)) << 7)
    switch (key) {
      case attributesKey:
        at = takeAttributes(at, end, attributesKey)
        break
      case (1 << 3) | 2:
        traceAt = idAt(at)
        at = behindId(at, 16)
        break
      case (2 << 3) | 2:
        spanAt = idAt(at)
        at = behindId(at, 8)
        break
      case (4 << 3) | 2:
        parentAt = idAt(at)
        at = behindId(at, 8)
        break
      case (5 << 3) | 2:
        nameAt = at
        at = behindText(at, end)
        break
      case (6 << 3) | 0:
        kind = load<u8>(at++)
        break
      case (7 << 3) | 1:
        start = load<u64>(at)
        at += 8
        break
      case (8 << 3) | 1:
        stop = load<u64>(at)
        at += 8
        break
      case (15 << 3) | 2:
        status = statusAt(at)
        at = behind(at)
        break
      case (16 << 3) | 5:
        flags = load<u32>(at)
        at += 4
        break
      default:
        return false
    }
  }
  if (at !== end || !isSpan(traceAt, spanAt, start, stop) || (kind | status) >= 0x80) return false
  if (!appendName(nameAt)) return false
  const row = ts.count
  put8(kinds, row, kind)
  put8(statuses, row, status)
  put64(durations, row, stop - start)
  put128(traceIds, row, traceAt)
  put64(spanIds, row, load<u64>(spanAt))
  put64(parentIds, row, parentAt === 0 ? 0 : load<u64>(parentAt))
  appendRest(row, start, flags)
  return true
}

function isSpan(traceAt: usize, spanAt: usize, start: u64, stop: u64): bool {
  if (traceAt === 0 || (load<u64>(traceAt) | load<u64>(traceAt, 8)) === 0) return false
  if (spanAt === 0 || load<u64>(spanAt) === 0) return false
  return start !== 0 && start < endOfTimes && stop !== 0 && stop < endOfTimes
}

/** The code of a status whose length stands at `at`: more than a byte is read as one where it has anything else. */
function statusAt(at: usize): u32 {
  const size = load<u8>(at)
  if (size === 0) return 0
  return size === 2 && load<u8>(at, 1) === ((3 << 3) | 0) ? load<u8>(at, 2) : 0x80
}
