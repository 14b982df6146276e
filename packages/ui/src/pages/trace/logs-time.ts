import type { TraceView } from './trace-view.ts'

/** Logs of a trace may be written a little before and after its spans, by clocks that differ. */
const aroundMs = 60_000

/** Where the logs of a trace are looked for, Unix milliseconds. */
export function logsTime({ startUnixNano, durationNano }: TraceView): { fromMs: number; toMs: number } {
  const startMs = Number(startUnixNano / 1_000_000n)
  return { fromMs: startMs - aroundMs, toMs: Math.ceil(startMs + durationNano / 1e6) + aroundMs }
}
