import type { Attributes } from '../public.ts'
import type { ExponentialBuckets } from './native/exponential-buckets.ts'
import { NativeRows, nativeLimits } from './native/native-rows.ts'
import type { HistogramPoints, NumberPoints, Points, ScopePoints } from './points.ts'

/** What was read of one instrument the last time, by slot. */
interface Last {
  readonly attributes: (Attributes | undefined)[]
  readonly startUnixMs: number[]
  readonly sinceUnixMs: number[]
  readonly sums: number[]
  counts: Float64Array
  readonly rows: (ExponentialBuckets | undefined)[]
}

export interface DeltaReaderParts {
  source(): Iterable<ScopePoints>
  nowUnixMs(): number
  /** Which instruments are read as changes; the others are given as they are. */
  wanted(points: Points): boolean
  /** Smallest and largest begin anew with each read. */
  readonly resetExtremes: boolean
}

/**
 * Reads what has changed since the last read: counts and sums as differences, and of what has not changed nothing. One
 * reader is for one reader's use: each keeps a copy of the numbers it has seen.
 */
export class DeltaReader {
  private readonly parts: DeltaReaderParts
  private readonly seen = new WeakMap<object, Last>()

  constructor(parts: DeltaReaderParts) {
    this.parts = parts
  }

  *read(): Generator<ScopePoints> {
    for (const { scope, instruments } of this.parts.source()) yield { scope, instruments: this.changed(instruments) }
  }

  private *changed(instruments: Iterable<Points>): Generator<Points> {
    for (const points of instruments) {
      if (!this.parts.wanted(points)) yield points
      else if ('values' in points) yield this.numbers(points)
      else if ('rowLength' in points) yield this.histogram(points)
      else yield points
    }
  }

  private numbers(points: NumberPoints): NumberPoints {
    const last = this.lastOf(points)
    const values = new Float64Array(points.values.length)
    const used = new Uint8Array(points.used.length)
    const sinceUnixMs: number[] = []
    for (let slot = 0; slot < points.startUnixMs.length; slot++) {
      if (points.used[slot] === 0) continue
      const isNew = this.follow(points, slot, last)
      const value = points.values[slot] ?? 0
      const before = last.sums[slot] ?? 0
      if (value === before && !isNew) continue
      // A count that went down was begun anew by whoever is observed.
      values[slot] = value < before && points.shape.kind === 'counter' ? value : value - before
      used[slot] = 1
      last.sums[slot] = value
      sinceUnixMs[slot] = this.passed(points, slot, last)
    }
    const { shape, series, exemplars } = points
    return { shape, series, exemplars, values, used, startUnixMs: dense(sinceUnixMs), isDelta: true }
  }

  private histogram(points: HistogramPoints): HistogramPoints {
    const last = this.lastOf(points)
    const { rowLength: width } = points
    const counts = new Float64Array(points.counts.length)
    const sums = new Float64Array(points.sums.length)
    const rows = points.own?.rows
    const own = rows === undefined ? undefined : new NativeRows(nativeLimits)
    const sinceUnixMs: number[] = []
    if (last.counts.length < points.counts.length) {
      const larger = new Float64Array(points.counts.length)
      larger.set(last.counts)
      last.counts = larger
    }
    for (let slot = 0; slot < points.startUnixMs.length; slot++) {
      if (this.follow(points, slot, last)) last.counts.fill(0, slot * width, (slot + 1) * width)
      let changed = 0
      for (let at = slot * width; at < (slot + 1) * width; at++) {
        counts[at] = (points.counts[at] ?? 0) - (last.counts[at] ?? 0)
        changed += counts[at] ?? 0
        last.counts[at] = points.counts[at] ?? 0
      }
      if (changed === 0) continue
      sums[slot] = (points.sums[slot] ?? 0) - (last.sums[slot] ?? 0)
      last.sums[slot] = points.sums[slot] ?? 0
      sinceUnixMs[slot] = this.passed(points, slot, last)
      const row = rows?.[slot]
      if (own === undefined || row === undefined) continue
      own.rows[slot] = row.since(last.rows[slot])
      last.rows[slot] = row.copy()
    }
    const smallest = points.smallest.slice()
    const largest = points.largest.slice()
    if (this.parts.resetExtremes) {
      points.smallest.fill(Number.POSITIVE_INFINITY)
      points.largest.fill(Number.NEGATIVE_INFINITY)
    }
    const { shape, series, exemplars, boundaries, rowLength } = points
    const startUnixMs = dense(sinceUnixMs)
    const same = { shape, series, exemplars, boundaries, rowLength, startUnixMs, isDelta: true }
    return { ...same, counts, sums, smallest, largest, own }
  }

  /** Whether another series is in the slot than the last time: it begins from nothing. */
  private follow(points: Points, slot: number, last: Last): boolean {
    const attributes = points.series.attributes[slot]
    const startUnixMs = points.startUnixMs[slot] ?? 0
    const isSame = last.attributes[slot] !== undefined && last.startUnixMs[slot] === startUnixMs
    // The overflow series gets other attributes when it overflows and is the same all the same.
    if (isSame && (slot === 0 || last.attributes[slot] === attributes)) return false
    last.attributes[slot] = attributes
    last.startUnixMs[slot] = startUnixMs
    last.sinceUnixMs[slot] = startUnixMs
    last.sums[slot] = 0
    last.rows[slot] = undefined
    return true
  }

  /** Since when the difference counts. */
  private passed(points: Points, slot: number, last: Last): number {
    const since = last.sinceUnixMs[slot] ?? points.startUnixMs[slot] ?? 0
    last.sinceUnixMs[slot] = this.parts.nowUnixMs()
    return since
  }

  private lastOf(points: Points): Last {
    let last = this.seen.get(points)
    if (last === undefined) {
      last = { attributes: [], startUnixMs: [], sinceUnixMs: [], sums: [], counts: new Float64Array(0), rows: [] }
      this.seen.set(points, last)
    }
    return last
  }
}

/** Slots that were left out had nothing to tell. */
function dense(values: number[]): number[] {
  return Array.from(values, (value) => value ?? -1)
}

/**
 * Which instruments OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE wants as changes: sums that go both ways never;
 * with `lowmemory`, neither sums that are observed, which are known as totals.
 */
export function deltaWanted(
  preference: 'delta' | 'lowmemory',
  isObserved: (points: Points) => boolean,
): (points: Points) => boolean {
  return (points) => {
    const { kind } = points.shape
    if (kind === 'histogram') return true
    return kind === 'counter' && !(preference === 'lowmemory' && isObserved(points))
  }
}
