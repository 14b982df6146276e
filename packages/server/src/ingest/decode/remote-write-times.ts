import type { WireReader } from '@wakeline/protocol'

/** Times are kept from 1970 to the end of 2199, as those of OTLP. */
const endMs = Date.UTC(2200, 0)

export function checkMs(reader: WireReader, timeMs: number): void {
  if (timeMs >= 0 && timeMs < endMs) return
  reader.fail(`the time ${timeMs} ms after 1970 is not from 1970 to 2199`, reader.at)
}
