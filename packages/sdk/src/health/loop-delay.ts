import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late timers were lately. */
export interface LoopDelay {
  /** The 99th percentile of the last one to two seconds, in milliseconds. */
  recentMs(): number
  stop(): void
}

const windowMs = 1_000
const resolutionMs = 10

/**
 * Watches the event loop in windows of a second. The window in progress and the one before count, so that a stall is
 * seen at once and forgotten after two seconds. The delay is measured by a timer of its own: `resolutionMs` of each
 * sample is the timer, not a delay.
 */
export function watchLoopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  let beforeMs = 0
  const currentMs = () => (histogram.count === 0 ? 0 : Math.max(0, histogram.percentile(99) / 1e6 - resolutionMs))
  const timer = setInterval(() => {
    beforeMs = currentMs()
    histogram.reset()
  }, windowMs)
  timer.unref()
  return {
    recentMs: () => Math.max(beforeMs, currentMs()),
    stop: () => {
      clearInterval(timer)
      histogram.disable()
    },
  }
}
