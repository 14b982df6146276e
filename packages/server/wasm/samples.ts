import { hash, isSame } from './bytes'
import { append64, Fixed, probesMax } from './columns'
import { full, lentAt, over, rules, unusual } from './records'
import { cursor, length, nowhere } from './wire'

/** What remote write 1.0 repeats every few seconds: series that were sent before, with one sample each. */

/** `SeriesCache` in `ingest/decode/remote-write-series-cache.ts`. */
@unmanaged
class Series {
  labels: usize
  entries: usize
  slots: usize
  slotCount: u32
  /** The entry found last. */
  found: u32
  state: u32
}

@unmanaged
class Entry {
  at: u32
  length: u32
  id: u64
  hash: u32
  following: u32
  day: u32
  state: u32
}
const entryShift: u32 = 5

/** In the order of `FastSamples` in `ingest/decode/fast/fast-samples.ts`. */
const ids = changetype<Fixed>(lentAt)
const times = changetype<Fixed>(lentAt + 3 * 4)
const values = changetype<Fixed>(lentAt + 6 * 4)
const series = changetype<Series>(lentAt + 9 * 4)

/** Of a series in its request. */
const seriesKey: u8 = (1 << 3) | 2
/** How a sample begins, its key and its length, and how long it is in all. */
const withValue: u16 = 0x10_12
const withValueSize: u32 = 18
const withoutValue: u16 = 0x07_12
const withoutValueSize: u32 = 9
const valueKey: u8 = (1 << 3) | 1
const timeKey: u8 = (2 << 3) | 0
/** The mark that a series has ended, of which a row says more. */
const stale: u64 = 0x7ff0_0000_0000_0002

/** Steps over series from here on; answers the address of the first entry that is none, or not whole. */
export function passSeries(from: usize, end: usize): usize {
  let at = from
  while (at < end && load<u8>(at) === seriesKey) {
    const size = length(at + 1, end)
    if (cursor === nowhere) break
    at = cursor + size
  }
  return at
}

/**
 * Takes series from the one whose key stands at `from`, as long as their labels were sent before, their row of the day is there,
 * and they have one sample:
 *
 *   0A length   labels   12 10   09 v v v v v v v v   10 t t t t t t
 *                        12 07   10 t t t t t t                        most leave a value of 0 out
 */
export function takeSamples(from: usize, end: usize): u32 {
  rules.taken = 0
  for (let at = from; at < end; rules.taken += 1) {
    rules.end = <u32>at
    const row = ids.count
    if (row >= ids.capacity || row >= times.capacity || row >= values.capacity) return full
    if (load<u8>(at) !== seriesKey) return unusual
    const size = length(at + 1, end)
    if (cursor === nowhere) return unusual
    const labelsAt = cursor
    at = labelsAt + size
    if (!take(labelsAt, at)) return unusual
  }
  rules.end = <u32>end
  return over
}

function take(from: usize, end: usize): bool {
  const size = <u32>(end - from)
  if (size <= withoutValueSize || load<u8>(end - 7) !== timeKey || !readTime(end - 6)) return false
  let labels = size - withValueSize
  let value: u64 = 0
  if (size > withValueSize && load<u16>(end - 18) === withValue && load<u8>(end - 16) === valueKey) {
    value = load<u64>(end - 15)
    if (value === stale) return false
  } else if (load<u16>(end - 9) === withoutValue) labels = size - withoutValueSize
  else return false
  const number = entryOf(from, labels)
  const entry = changetype<Entry>(series.entries + ((<usize>number) << entryShift))
  if (number === 0 || entry.day !== day || entry.state !== series.state) return false
  changetype<Entry>(series.entries + ((<usize>series.found) << entryShift)).following = number
  series.found = number
  append64(ids, entry.id)
  append64(times, timeMs)
  append64(values, value)
  return true
}

/** The number of the entry that has these labels, 0 where none has: the one that followed the last one the time before is tried first. */
function entryOf(at: usize, size: u32): u32 {
  const expected = changetype<Entry>(series.entries + ((<usize>series.found) << entryShift)).following
  if (expected !== 0 && isEntry(expected, at, size)) return expected
  const sum = hash(at, size)
  const mask = series.slotCount - 1
  let slot = sum & mask
  for (let probe = 0; probe < probesMax; probe += 1) {
    const number = load<u32>(series.slots + ((<usize>slot) << 2))
    if (number === 0) return 0
    const entry = changetype<Entry>(series.entries + ((<usize>number) << entryShift))
    if (entry.hash === sum && isEntry(number, at, size)) return number
    slot = (slot + 1) & mask
  }
  return 0
}

function isEntry(number: u32, at: usize, size: u32): bool {
  const entry = changetype<Entry>(series.entries + ((<usize>number) << entryShift))
  return entry.length === size && isSame(at, series.labels + entry.at, size)
}

/** The time read last, as it was sent, in milliseconds, and its day: nearly always it is that of the next sample, too. */
let timeBytes: u64 = ~0
let timeMs: u64 = 0
let day: u32 = 0

const sixBytes: u64 = 0xffff_ffff_ffff
const moreBits: u64 = 0x8080_8080_8080
const moreBitsOfSix: u64 = 0x80_8080_8080

/** Whether a time from 2004 to 2109 stands here, which has six bytes. */
function readTime(at: usize): bool {
  const bytes = load<u64>(at) & sixBytes
  if (bytes === timeBytes) return true
  if ((bytes & moreBits) !== moreBitsOfSix) return false
  timeBytes = bytes
  timeMs =
    (bytes & 0x7f) |
    ((bytes >> 1) & 0x3f80) |
    ((bytes >> 2) & 0x1f_c000) |
    ((bytes >> 3) & 0xfe0_0000) |
    ((bytes >> 4) & 0x7_f000_0000) |
    ((bytes >> 5) & 0x3f8_0000_0000)
  day = <u32>(timeMs / 86_400_000)
  return true
}
