import { append8, append64, append128, Fixed } from './columns'
import {
  appendName,
  appendRest,
  byteAt,
  commonRowsMax,
  fixed32At,
  idAt,
  ownAt,
  spanIds,
  takeAttribute,
  takeRecords,
  timeAt,
  traceIds,
  values,
} from './records'
import { cursor, length, nowhere, skip, small, standAt } from './wire'

/** In the order of `spanColumns` in `ingest/decode/fast/fast-rows.ts`. */
const kinds = changetype<Fixed>(ownAt)
const statuses = changetype<Fixed>(ownAt + 3 * 4)
const durations = changetype<Fixed>(ownAt + 6 * 4)
const parentIds = changetype<Fixed>(ownAt + 9 * 4)

export function takeSpans(from: usize, end: usize): u32 {
  const ownMax = min(min(kinds.capacity, statuses.capacity), min(durations.capacity, parentIds.capacity))
  return takeRecords(from, end, min(commonRowsMax(), ownMax), values, readSpan)
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
  let at = from
  while (at < end) {
    let key: u32 = load<u8>(at)
    standAt(at + 1)
    if (key >= 0x80) key = small(at, end)
    at = cursor
    if (at === nowhere) return false
    switch (key) {
      case (9 << 3) | 2:
        standAt(takeAttribute(at, end))
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
  if (!appendName(nameAt, nameSize)) return false
  append8(kinds, kind)
  append8(statuses, status)
  append64(durations, stop - start)
  append128(traceIds, traceAt)
  append64(spanIds, load<u64>(spanAt))
  append64(parentIds, parentAt === 0 ? 0 : load<u64>(parentAt))
  appendRest(start, flags)
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
