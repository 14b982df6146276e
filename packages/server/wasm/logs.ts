import { appendText, Fixed, placeOf, put8, put64, Texts } from './columns'
import {
  appendName,
  appendRest,
  behindId,
  commonRowsMax,
  endOfTimes,
  idAt,
  isPlain,
  ownAt,
  rules,
  spanIds,
  takeAttributes,
  takeRecords,
  traceIds,
  ts,
} from './records'
import { behindText, cursor, length, nowhere, standAt } from './wire'

/** In the order of `logColumns` in `ingest/decode/fast/fast-rows.ts`. */
const observedTs = changetype<Fixed>(ownAt)
const severities = changetype<Fixed>(ownAt + 3 * 4)
const bodies = changetype<Texts>(ownAt + 6 * 4)

export function takeLogs(from: usize, end: usize): u32 {
  const rowsMax = min(commonRowsMax(), min(observedTs.capacity, severities.capacity))
  return takeRecords(from, end, rowsMax, bodies, readLog)
}

const attributesKey: u8 = (6 << 3) | 2

/** Steps from entry to entry, and looks behind the last one whether any was longer than the record. */
function readLog(from: usize, end: usize): bool {
  let time: u64 = 0
  let observed: u64 = 0
  let severity: u32 = 0
  let severityTextAt: usize = 0
  let bodyAt: usize = 0
  let bodySize: u32 = 0
  let traceAt: usize = 0
  let spanAt: usize = 0
  let flags: u32 = 0
  let at = from
  while (at < end) {
    const key: u32 = load<u8>(at++)
    switch (key) {
      case attributesKey:
        at = takeAttributes(at, end, attributesKey)
        break
      case (1 << 3) | 1:
        time = load<u64>(at)
        at += 8
        break
      case (11 << 3) | 1:
        observed = load<u64>(at)
        at += 8
        break
      case (2 << 3) | 0:
        severity = load<u8>(at++)
        break
      case (3 << 3) | 2:
        severityTextAt = at
        at = behindText(at, end)
        break
      case (5 << 3) | 2:
        bodySize = textAt(at, end)
        bodyAt = cursor
        if (bodyAt === nowhere) return false
        at = bodyAt + bodySize
        break
      case (9 << 3) | 2:
        traceAt = idAt(at)
        at = behindId(at, 16)
        break
      case (10 << 3) | 2:
        spanAt = idAt(at)
        at = behindId(at, 8)
        break
      case (8 << 3) | 5:
        flags = load<u32>(at)
        at += 4
        break
      default:
        return false
    }
  }
  if (at !== end || time >= endOfTimes || observed >= endOfTimes || severity >= 0x80) return false
  if (!isUsual(bodyAt, bodySize, severity) || !appendName(severityTextAt)) return false
  const row = ts.count
  if (traceAt !== 0) v128.store(placeOf(traceIds, row, 16), v128.load(traceAt))
  if (spanAt !== 0) store<u64>(placeOf(spanIds, row, 8), load<u64>(spanAt))
  if (observed === 0) observed = rules.now
  put64(observedTs, row, observed)
  put8(severities, row, severity)
  appendText(bodies, bodyAt, bodySize)
  appendRest(row, time === 0 ? observed : time, flags)
  return true
}

/** Whether a body is stored as it is, and nothing is to be learnt from it. */
function isUsual(bodyAt: usize, bodySize: u32, severity: u32): bool {
  if (bodyAt === 0 || !isPlain(bodyAt, bodySize)) return false
  if (severity === 0 && rules.infersSeverity !== 0) return false
  return rules.readsBodies === 0 || bodySize === 0 || load<u8>(bodyAt) !== 0x7b
}

/** The size of a value that is a string, whose length stands at `at`; the cursor at its first byte, or `nowhere`. */
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
