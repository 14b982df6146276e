import type { Span } from '../traces/span.ts'
import type { Tracing } from '../traces/tracing.ts'

export interface LaneOptions {
  /** A delay of at least so many milliseconds is said. */
  readonly minMs: number
}

/** A time in which nothing else could run, in milliseconds of `performance.now()`. */
interface Pause {
  /** Spans that were open before this have waited; those begun since may be what caused it. */
  readonly openBeforeMs: number
  readonly fromMs: number
  readonly toMs: number
}

const tickMs = 20
const remembered = 64
/** The loop's idle time is of another clock. */
const clockErrorMs = 0.5

/** Time the loop has waited for something to do, since it began. */
function idleMs(): number {
  return performance.eventLoopUtilization().idle
}

/**
 * Says on each span how long it could not go on: `wakeline.loop_wait_ms`, because other code held the event loop, and
 * `wakeline.gc_pause_ms`, because of garbage collection (which is among the former as well).
 *
 *     tick  tick   idle       late tick       the loop was held from when it was last idle until the late tick;
 *      |-----|......#############|            spans open before that have waited, those begun since may hold it
 *
 * A timer looks every 20 ms whether it is late; a span shorter than `minMs` costs one comparison when it ends. A span
 * whose own code held the loop after an `await` says so too: who held it is not known. Collections are announced by Node a moment later, so that a span which ends in the very turn of
 * one shows only the wait.
 */
export function watchLanes(tracing: Tracing, { minMs }: LaneOptions): () => void {
  const stalls: Pause[] = []
  const collections: Pause[] = []
  let lastMs = performance.now()
  const keep = (list: Pause[], pause: Pause) => {
    if (list.push(pause) > remembered) list.shift()
  }
  let lastIdleMs = idleMs()
  const stallUntil = (nowMs: number): Pause => {
    const fromMs = Math.min(nowMs, lastMs + idleMs() - lastIdleMs)
    return { openBeforeMs: fromMs - clockErrorMs, fromMs, toMs: nowMs }
  }
  const isLate = (nowMs: number) => nowMs - lastMs - tickMs >= minMs
  const timer = setInterval(() => {
    const nowMs = performance.now()
    if (isLate(nowMs)) keep(stalls, stallUntil(nowMs))
    lastMs = nowMs
    lastIdleMs = idleMs()
  }, tickMs)
  timer.unref()
  const observer = new (process.getBuiltinModule('node:perf_hooks').PerformanceObserver)((list) => {
    for (const { startTime, duration } of list.getEntries())
      if (duration >= minMs)
        keep(collections, { openBeforeMs: startTime, fromMs: startTime, toMs: startTime + duration })
  })
  observer.observe({ entryTypes: ['gc'] })
  const onEnd = (span: Span) => {
    if (span.endUnixMs - span.startUnixMs < minMs) return
    const nowMs = performance.now()
    // The timer that would see the stall may be due only after the span that waited for the loop.
    const seen = isLate(nowMs) ? [...stalls, stallUntil(nowMs)] : stalls
    note(span, 'wakeline.loop_wait_ms', waited(span, seen), minMs)
    note(span, 'wakeline.gc_pause_ms', waited(span, collections), minMs)
  }
  tracing.atEnd.unshift(onEnd)
  return () => {
    clearInterval(timer)
    observer.disconnect()
    tracing.atEnd.splice(tracing.atEnd.indexOf(onEnd), 1)
  }
}

function waited(span: Span, pauses: readonly Pause[]): number {
  const originMs = span.tracing.clock.unixMsAt(0)
  const [startMs, endMs] = [span.startUnixMs - originMs, span.endUnixMs - originMs]
  let sum = 0
  for (const { openBeforeMs, fromMs, toMs } of pauses)
    if (startMs <= openBeforeMs) sum += Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs))
  return sum
}

/** The span has ended for everyone else. */
function note(span: Span, key: string, ms: number, minMs: number): void {
  if (ms >= minMs && !span.attributes.includes(key)) span.attributes.push(key, Math.round(ms * 10) / 10)
}
