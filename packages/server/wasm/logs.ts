import { append8, append64, appendText, Fixed, placeOf, Texts } from './columns'
import {
  appendName,
  appendRest,
  byteAt,
  commonRowsMax,
  fixed32At,
  idAt,
  isPlain,
  ownAt,
  rules,
  spanIds,
  takeAttribute,
  takeRecords,
  timeAt,
  traceIds,
  ts,
} from './records'
import { cursor, length, nowhere, skip, small, standAt } from './wire'

/** In the order of `logColumns` in `ingest/decode/fast/fast-rows.ts`. */
const observedTs = changetype<Fixed>(ownAt)
const severities = changetype<Fixed>(ownAt + 3 * 4)
const bodies = changetype<Texts>(ownAt + 6 * 4)

export function takeLogs(from: usize, end: usize): u32 {
  const rowsMax = min(commonRowsMax(), min(observedTs.capacity, severities.capacity))
  return takeRecords(from, end, rowsMax, bodies, readLog)
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
  let at = from
  while (at < end) {
    let key: u32 = load<u8>(at)
    standAt(at + 1)
    if (key >= 0x80) key = small(at, end)
    at = cursor
    if (at === nowhere) return false
    switch (key) {
      case (6 << 3) | 2:
        standAt(takeAttribute(at, end))
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
  if (!appendName(severityTextAt, severityTextSize)) return false
  const row = ts.count
  if (traceAt !== 0) v128.store(placeOf(traceIds, row, 16), v128.load(traceAt))
  if (spanAt !== 0) store<u64>(placeOf(spanIds, row, 8), load<u64>(spanAt))
  if (observed === 0) observed = rules.now
  append64(observedTs, observed)
  append8(severities, severity)
  appendText(bodies, bodyAt, bodySize)
  appendRest(time === 0 ? observed : time, flags)
  return true
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
