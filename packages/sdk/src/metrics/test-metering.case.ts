import { Metering, type MeteringParts } from './metering.ts'
import { seldom } from './seldom.ts'

/** Metrics by themselves, with a clock that a test sets, and what they had to say. */
export function testMetering(more: Partial<MeteringParts> = {}) {
  const said: string[] = []
  const clock = { nowMs: 1_700_000_000_000 }
  const metering = new Metering({
    settings: { seriesMax: 100, seriesExpiryMs: 0 },
    report: (sentence) => said.push(sentence),
    seldom: () => seldom,
    nowUnixMs: () => clock.nowMs,
    activeSpan: () => undefined,
    ...more,
  })
  return { metering, said, clock }
}
