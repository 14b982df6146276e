const monotonic = performance
const wallClock = Date
const timer = setTimeout

/**
 * A reading of `performance.now()`, in milliseconds. The global itself is a getter of Node's that takes as long as the clock does: it is
 * asked only while timers of somebody else are in place, as in tests. What runs under those is measured in their time.
 */
export function monotonicMs(): number {
  return Date === wallClock && setTimeout === timer ? monotonic.now() : performance.now()
}

/**
 * One clock for all telemetry. Times are milliseconds since 1970 as a float (a quarter of a microsecond of precision
 * today) that grow with the monotonic clock; the wall clock is looked at now and then and followed when it has moved.
 */
export class Clock {
  private anchorUnixMs = performance.timeOrigin

  nowUnixMs(): number {
    return this.anchorUnixMs + monotonicMs()
  }

  /** The time at a reading of `monotonicMs`. */
  unixMsAt(monotonicMs: number): number {
    return this.anchorUnixMs + monotonicMs
  }

  /** Follows a wall clock that was set, or a machine that slept. A span in progress keeps its own duration. */
  follow(): void {
    const driftMs = Date.now() - this.nowUnixMs()
    if (Math.abs(driftMs) > driftMaxMs) this.anchorUnixMs += driftMs
  }
}

/** Date.now() is a whole millisecond and the two clocks are read apart: less than this is not a drift. */
const driftMaxMs = 20
