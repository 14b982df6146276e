import { monotonicMs } from '../clock.ts'
import type { Span } from '../traces/span.ts'
import type { SpanRequest, Tracing } from '../traces/tracing.ts'

export interface LaneOptions {
  /** A delay of at least so many milliseconds is said. */
  readonly minMs: number
}

/** In milliseconds of `monotonicMs`. */
interface Time {
  readonly fromMs: number
  readonly toMs: number
}

const tickMs = 20
const remembered = 64
/** Its `then` is a microtask that costs half of what queueMicrotask() does while contexts are followed. */
const settled = Promise.resolve()

/**
 * Says on each span how long it could not go on: `wakeline.loop_wait_ms`, because other code held the event loop, and
 * `wakeline.gc_pause_ms`, because of garbage collection (which is among the former as well).
 *
 *     tick  tick   idle       late tick       the loop was held from when it was last idle until the late tick;
 *      |-----|......#############|            spans open meanwhile have waited, but for those begun in the piece of
 *                   [ a segment  ]            code that held it
 *
 * A timer looks every 20 ms whether it is late. The first span of a piece of code sets a microtask, which runs when that
 * piece is over; a request to a server says so itself, because a microtask for each costs a tenth of a request. A span shorter than `minMs` costs one comparison when it ends. A span whose own code held the loop after
 * an `await` says so too: who held it is not known. Collections are announced by Node a moment later, so that a span
 * which ends in the very turn of one shows only the wait.
 */
class Lanes {
  private readonly tracing: Tracing
  private readonly minMs: number
  private readonly stalls: Time[] = []
  private readonly collections: Time[] = []
  /** Pieces of code that held the loop and began spans. */
  private readonly holders: Time[] = []
  private segmentMs = 0
  private lastMs = monotonicMs()
  private lastIdleMs = idleMs()
  private readonly timer: NodeJS.Timeout
  private readonly observer: { disconnect(): void }

  constructor(tracing: Tracing, { minMs }: LaneOptions) {
    this.tracing = tracing
    this.minMs = minMs
    this.timer = setInterval(() => this.tick(), tickMs).unref()
    const observer = new (process.getBuiltinModule('node:perf_hooks').PerformanceObserver)((list) => {
      for (const { startTime, duration } of list.getEntries())
        if (duration >= minMs) keep(this.collections, { fromMs: startTime, toMs: startTime + duration })
    })
    observer.observe({ entryTypes: ['gc'] })
    this.observer = observer
    tracing.atStart.push(this.onStart)
    tracing.atPieceEnd = this.onSegmentEnd
    tracing.atEnd.unshift(this.onEnd)
  }

  stop(): void {
    clearInterval(this.timer)
    this.observer.disconnect()
    const { atStart, atEnd } = this.tracing
    atStart.splice(atStart.indexOf(this.onStart), 1)
    atEnd.splice(atEnd.indexOf(this.onEnd), 1)
    this.tracing.atPieceEnd = undefined
  }

  private tick(): void {
    const nowMs = monotonicMs()
    // The piece of code that has not said so, because it threw, is over too.
    this.onSegmentEnd()
    if (this.isLate(nowMs)) keep(this.stalls, this.stallUntil(nowMs))
    this.lastMs = nowMs
    this.lastIdleMs = idleMs()
  }

  private isLate(nowMs: number): boolean {
    return nowMs - this.lastMs - tickMs >= this.minMs
  }

  private stallUntil(nowMs: number): Time {
    return { fromMs: Math.min(nowMs, this.lastMs + idleMs() - this.lastIdleMs), toMs: nowMs }
  }

  private readonly onStart = (span: Span, { saysWhenPieceEnds }: SpanRequest): void => {
    if (this.segmentMs !== 0) return
    this.segmentMs = span.startMonotonicMs
    if (saysWhenPieceEnds !== true) void settled.then(this.onSegmentEnd)
  }

  private readonly onSegmentEnd = (): void => {
    if (this.segmentMs === 0) return
    const toMs = monotonicMs()
    if (toMs - this.segmentMs >= this.minMs) keep(this.holders, { fromMs: this.segmentMs, toMs })
    this.segmentMs = 0
  }

  private readonly onEnd = (span: Span): void => {
    if (span.endUnixMs - span.startUnixMs < this.minMs) return
    const nowMs = monotonicMs()
    // The timer that would see the stall may be due only after the span that waited for the loop, and the microtask too.
    const stalls = this.isLate(nowMs) ? [...this.stalls, this.stallUntil(nowMs)] : this.stalls
    const own = this.segmentMs === 0 ? this.holders : [...this.holders, { fromMs: this.segmentMs, toMs: nowMs }]
    const held = own.filter(({ fromMs, toMs }) => fromMs <= span.startMonotonicMs && span.startMonotonicMs <= toMs)
    const others = stalls.filter((stall) => !held.some((time) => overlapMs(time, stall) > 0))
    this.note(span, 'wakeline.loop_wait_ms', others)
    this.note(span, 'wakeline.gc_pause_ms', this.collections)
  }

  /** The span has ended for everyone else. */
  private note(span: Span, key: string, times: readonly Time[]): void {
    const fromMs = span.startMonotonicMs
    const lifetime = { fromMs, toMs: fromMs + span.endUnixMs - span.startUnixMs }
    const ms = times.reduce((sum, time) => sum + Math.max(0, overlapMs(lifetime, time)), 0)
    if (ms >= this.minMs && !span.attributes.includes(key)) span.attributes.push(key, Math.round(ms * 10) / 10)
  }
}

/** Returns how to stop. */
export function watchLanes(tracing: Tracing, options: LaneOptions): () => void {
  const lanes = new Lanes(tracing, options)
  return () => lanes.stop()
}

/** Time the loop has waited for something to do, since it began. */
function idleMs(): number {
  return performance.eventLoopUtilization().idle
}

function overlapMs(a: Time, b: Time): number {
  return Math.min(a.toMs, b.toMs) - Math.max(a.fromMs, b.fromMs)
}

function keep(times: Time[], time: Time): void {
  if (times.push(time) > remembered) times.shift()
}
