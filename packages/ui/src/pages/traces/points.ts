import type { TraceSummary } from '@wakeline/protocol'
import type { ScatterPoint } from '../../chart/scatter.tsx'
import { nameColour } from '../../theme/colours.ts'
import { unixMs } from '../../time/format.ts'

/** A trace as a point: a dot in its root's colour, a red cross where a span of it failed. */
export function tracePoints(traces: readonly TraceSummary[]): ScatterPoint[] {
  return traces.map((trace) => ({
    key: trace.traceId,
    timeMs: unixMs(trace.startUnixNano),
    value: trace.durationNano,
    ...(trace.errorCount > 0
      ? { colour: 'var(--error)', shape: 'cross', sizePx: 8 }
      : { colour: nameColour(trace.rootService), shape: 'dot', sizePx: 6 }),
  }))
}

/**
 * The time the scatter shows. The newest traces of a long time may all lie in its last minutes: then the axis begins
 * where they begin, so that they are not squeezed into its end.
 */
export function shownTime(
  traces: readonly TraceSummary[],
  asked: { fromMs: number; toMs: number; order: 'newest' | 'slowest'; more: boolean },
): { fromMs: number; toMs: number; cut: boolean } {
  const { fromMs, toMs, order, more } = asked
  if (order !== 'newest' || !more || traces.length === 0) return { fromMs, toMs, cut: false }
  const firstMs = traces.reduce((least, { startUnixNano }) => Math.min(least, unixMs(startUnixNano)), toMs)
  // A trace may begin before the range that a span of it lies in.
  const begin = Math.max(fromMs, firstMs)
  return begin - fromMs < (toMs - fromMs) * 0.1 ? { fromMs, toMs, cut: false } : { fromMs: begin, toMs, cut: true }
}

/** What lies in a piece of time. */
export function countWithin(traces: readonly TraceSummary[], fromMs: number, toMs: number) {
  const within = traces.filter(({ startUnixNano }) => {
    const atMs = unixMs(startUnixNano)
    return atMs >= fromMs && atMs <= toMs
  })
  return { traces: within.length, failed: within.filter(({ errorCount }) => errorCount > 0).length }
}
