import { wireType } from '@wakeline/protocol'
import type { Decoding } from './decoding.ts'
import { staleHigh, staleLow } from './point-register.ts'
import { usualMs } from './remote-write-samples.ts'
import { millisecondsPerDay, twoTo32 } from './times.ts'

const { bytes: ofLength, fixed64, varint } = wireType
const seriesKey = (1 << 3) | ofLength
const valueKey = (1 << 3) | fixed64
const timeKey = (2 << 3) | varint
/** How a sample begins, its key and its length, and how long it is in all. */
const withValue = { begin: (2 << 3) | ofLength | (16 << 8), length: 18 }
const withoutValue = { begin: (2 << 3) | ofLength | (7 << 8), length: 9 }

/**
 * Takes series of 1.0 as long as they are what a sender repeats every few seconds, which is nearly all that comes: labels
 * that followed those before them the last time, too, and have their row of the day, and one sample.
 *
 *   0A length   labels   12 10   09 v v v v v v v v   10 t t t t t t
 *                        12 07   10 t t t t t t                        most leave a value of 0 out
 *
 * Each is read with three looks at what is around its labels, and one comparison of these. The cursor is left at the first
 * that is otherwise; answers how many were taken.
 */
export function decodeRun({ reader, view, blocks }: Decoding, revision: number): number {
  const { bytes } = reader
  const { seriesCache, knownSeries } = blocks
  const { series_id, ts, start_ts, value, flags } = blocks.samples.columns
  const state = knownSeries.generation * 2 ** 26 + revision
  const time = new RunTime()
  let taken = 0
  for (let at = reader.at; ; taken += 1) {
    reader.at = at
    const entry = seriesCache.expected
    if (entry === 0 || at + 3 > bytes.length || bytes[at] !== seriesKey) break
    const low = bytes[at + 1] ?? 0
    const high = bytes[at + 2] ?? 0
    const isShort = low < 0x80
    const labelsAt = isShort ? at + 2 : at + 3
    at = labelsAt + (isShort ? low : (low & 0x7f) | (high << 7))
    const sampleAt = labelsAt + seriesCache.lengthOf(entry)
    const hasValue = at - sampleAt === withValue.length
    if (at > bytes.length || (!isShort && high >= 0x80) || !(hasValue || at - sampleAt === withoutValue.length)) break
    if (view.getUint16(sampleAt, true) !== (hasValue ? withValue : withoutValue).begin) break
    if (bytes[at - 7] !== timeKey || (hasValue && bytes[sampleAt + 2] !== valueKey)) break
    const valueLow = hasValue ? view.getInt32(sampleAt + 3, true) : 0
    const valueHigh = hasValue ? view.getInt32(sampleAt + 7, true) : 0
    if (!time.read(view, at - 6) || (valueLow === staleLow && valueHigh === staleHigh)) break
    if (!seriesCache.isKnown(entry, time.day, state) || !seriesCache.standsAt(view, labelsAt, entry)) break
    seriesCache.take(entry)
    series_id.append(seriesCache.low, seriesCache.high)
    ts.append(time.low, time.high)
    value.appendBits(valueLow, valueHigh)
  }
  start_ts.fill(ts.count)
  flags.fill(ts.count)
  return taken
}

/** The time of a sample, which nearly always is that of the one before. */
class RunTime {
  low = 0
  high = 0
  day = 0
  #first = 0
  #last = 0

  /** Whether there is one here that has six bytes. */
  read(view: DataView, at: number): boolean {
    const first = view.getInt32(at, true)
    const last = view.getUint16(at + 4, true)
    if (first === this.#first && last === this.#last) return true
    const timeMs = usualMs(first, last)
    if (timeMs < 0) return false
    this.#first = first
    this.#last = last
    this.low = timeMs | 0
    this.high = Math.floor(timeMs / twoTo32)
    this.day = Math.floor(timeMs / millisecondsPerDay)
    return true
  }
}
