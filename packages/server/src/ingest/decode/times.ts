import type { WireReader } from '@wakeline/protocol'

/** Times are kept from 1970 to the end of 2199: beyond that the engine's own functions begin to go wrong. */
const endOfTimes = 7_258_118_400_000_000_000n
const endLow = Number(endOfTimes & 0xffff_ffffn)
const endHigh = Number(endOfTimes >> 32n)

/** Reads a time in nanoseconds into `low` and `high` of the cursor, and refuses one out of range. */
export function readTime(reader: WireReader): void {
  const at = reader.at
  reader.fixed64()
  const high = reader.high
  if (high >= 0 && high < endHigh) return
  if (high === endHigh && reader.low >>> 0 < endLow) return
  const seconds = (BigInt(high >>> 0) << 32n) / 1_000_000_000n
  reader.fail(`a time about ${seconds} s after 1970 is not before the year 2200`, at)
}

/**
 * Milliseconds of a time in nanoseconds, cut towards the past, exactly. With h and l for the halves:
 * (h * 2^32 + l) / 10^6 = h * 4294 + (h * 967296 + l) / 10^6, where nothing exceeds 53 bits.
 */
export function millisecondsOf(low: number, high: number): number {
  return high * 4294 + Math.floor((high * 967_296 + (low >>> 0)) / 1_000_000)
}

export const millisecondsPerDay = 86_400_000
export const twoTo32 = 4_294_967_296
