/**
 * How long each operation usually takes: a window of its last durations. A span is slow by its own history when it took
 * over `slowRatio` times the 95th percentile of the window and at least `slowMinMs` more; below `historyMin` durations
 * nothing is said. Ratio and minimum after the project's study of detectors (db.slow: 5 x p95, 100 ms), halved: there it
 * opens a problem, here it only marks a span.
 *
 * Bounded: `operationsMax` windows of `windowSize` durations; the operation unheard of for longest is forgotten.
 */
export const historyMin = 20
const windowSize = 200
const operationsMax = 1_000
const slowRatio = 2.5
const slowMinMs = 50

export class OperationHistory {
  private readonly windows = new Map<string, number[]>()

  /** Judges a duration by those before it, then remembers it. The p95 when it was slow. */
  judge(operation: string, durationMs: number): number | undefined {
    const window = this.windows.get(operation) ?? []
    const p95 = window.length < historyMin ? undefined : percentile95(window)
    window.push(durationMs)
    if (window.length > windowSize) window.shift()
    // Set again: a Map is ordered by when a key came in, so the first one is the one unheard of for longest.
    this.windows.delete(operation)
    this.windows.set(operation, window)
    const oldest = this.windows.size > operationsMax ? this.windows.keys().next().value : undefined
    if (oldest !== undefined) this.windows.delete(oldest)
    const isSlow = p95 !== undefined && durationMs > p95 * slowRatio && durationMs - p95 >= slowMinMs
    return isSlow ? p95 : undefined
  }
}

function percentile95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0
}
