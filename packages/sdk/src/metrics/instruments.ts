import { readable } from '../encode/readable.ts'
import type {
  Attributes,
  BoundCounter,
  BoundGauge,
  BoundHistogram,
  Counter,
  Gauge,
  Histogram,
  UpDownCounter,
} from '../public.ts'
import { type ExemplarSource, Exemplars } from './exemplars.ts'
import type { ExponentialBuckets } from './native/exponential-buckets.ts'
import type { HistogramPoints, InstrumentShape, NumberPoints, OwnPoints } from './points.ts'
import { Series, type SeriesLimits } from './series.ts'
import type { WrongUse } from './wrong-use.ts'

export interface InstrumentParts {
  readonly shape: InstrumentShape
  readonly limits: SeriesLimits
  readonly exemplars: ExemplarSource
  wrong(use: WrongUse): void
  nowUnixMs(): number
}

/** Slots that grow; every array has one entry (or one row) per series. */
export abstract class Slots {
  readonly shape: InstrumentShape
  readonly series: Series
  /** When each series began: a cumulative sum counts from here. */
  readonly startUnixMs: number[] = []
  /** By slot, or by slot and bucket. */
  readonly exemplars: Exemplars
  protected readonly parts: InstrumentParts
  protected capacity = 0
  /** Slots that a handle refers to: they are never given to another series. */
  readonly bound: Set<number> = new Set()
  private refused = 0

  constructor(parts: InstrumentParts) {
    this.shape = parts.shape
    this.parts = parts
    this.series = new Series(parts.limits)
    this.exemplars = new Exemplars(parts.exemplars)
  }

  /** The slot for these attributes, with room for its values. */
  slot(attributes: Attributes): number {
    const slot = this.series.slotOf(attributes)
    if (slot >= this.startUnixMs.length || this.startUnixMs[slot] === expired) this.begin(slot)
    return slot
  }

  /** Whether a value can be recorded; why not is said once. */
  accepts(value: number): boolean {
    const isNumber = Number.isFinite(value)
    if (isNumber && (value >= 0 || this.shape.kind !== 'counter')) return true
    const why = isNumber ? 1 : 2
    if ((this.refused & why) === 0) this.parts.wrong({ kind: 'value', name: this.shape.name, value })
    this.refused |= why
    return false
  }

  protected boundSlot(attributes: Attributes): number {
    const slot = this.slot(attributes)
    this.bound.add(slot)
    return slot
  }

  /** Whether the series has had a value since this was last asked. */
  abstract wasUsed(slot: number): boolean
  abstract clear(slot: number): void

  private begin(slot: number): void {
    if (slot >= this.capacity) {
      this.capacity = Math.max(8, this.capacity * 2)
      this.grow(this.capacity)
    }
    while (this.startUnixMs.length <= slot) this.startUnixMs.push(this.parts.nowUnixMs())
    if (this.startUnixMs[slot] === expired) this.startUnixMs[slot] = this.parts.nowUnixMs()
  }

  protected abstract grow(capacity: number): void
}

const none: Attributes = {}
/** In place of the time a series began. */
export const expired = -1
/** What is kept of each number: whether it has a value, and whether it was set since somebody looked. */
const unused = 0
const seen = 1
const fresh = 2

/** Counter, up-down counter and gauge: one number per series. */
export class NumberInstrument extends Slots implements Counter, UpDownCounter, Gauge, NumberPoints {
  values = new Float64Array(0)
  /** Above 0 when a series has had a value since it was made: an untouched one is not exported. */
  used = new Uint8Array(0)
  private readonly monotonic: boolean

  constructor(parts: InstrumentParts) {
    super(parts)
    this.monotonic = parts.shape.kind === 'counter'
  }

  add(value: number, attributes: Attributes = none): void {
    if (this.accepts(value)) this.addAt(this.slot(attributes), value)
  }

  set(value: number, attributes: Attributes = none): void {
    if (this.accepts(value)) this.setAt(this.slot(attributes), value)
  }

  /** `@opentelemetry/api` gauges record. */
  record(value: number, attributes: Attributes = none): void {
    this.set(value, attributes)
  }

  with(attributes: Attributes): BoundCounter & BoundGauge {
    return new BoundNumber(this, this.boundSlot(attributes))
  }

  addAt(slot: number, value: number): void {
    this.values[slot] = (this.values[slot] ?? 0) + value
    this.used[slot] = fresh
    if (this.monotonic) this.exemplars.offer(slot, value)
  }

  setAt(slot: number, value: number): void {
    this.values[slot] = value
    this.used[slot] = fresh
  }

  override wasUsed(slot: number): boolean {
    if (this.used[slot] !== fresh) return false
    this.used[slot] = seen
    return true
  }

  override clear(slot: number): void {
    this.values[slot] = 0
    this.used[slot] = unused
    this.exemplars.forget(slot)
  }

  protected override grow(capacity: number): void {
    const values = new Float64Array(capacity)
    values.set(this.values)
    this.values = values
    const used = new Uint8Array(capacity)
    used.set(this.used)
    this.used = used
    if (this.monotonic) this.exemplars.grow(capacity)
  }
}

class BoundNumber implements BoundCounter, BoundGauge {
  private readonly instrument: NumberInstrument
  private readonly slot: number

  constructor(instrument: NumberInstrument, slot: number) {
    this.instrument = instrument
    this.slot = slot
  }

  add(value: number): void {
    if (this.instrument.accepts(value)) this.instrument.addAt(this.slot, value)
  }

  set(value: number): void {
    if (this.instrument.accepts(value)) this.instrument.setAt(this.slot, value)
  }
}

/** Explicit buckets: per series one row of counts, and sum, smallest and largest. */
export class HistogramInstrument extends Slots implements Histogram, HistogramPoints {
  /** Exponential buckets beside the explicit ones, when asked for: they are a module of their own. */
  own: OwnBuckets | undefined = undefined
  readonly boundaries: Float64Array
  readonly rowLength: number
  counts = new Float64Array(0)
  sums = new Float64Array(0)
  smallest = new Float64Array(0)
  largest = new Float64Array(0)
  /** How many values each series had when somebody last looked. */
  private readonly lookedAt: number[] = []

  constructor(parts: InstrumentParts) {
    super(parts)
    this.boundaries = Float64Array.from(parts.shape.boundaries)
    this.rowLength = this.boundaries.length + 1
  }

  record(value: number, attributes: Attributes = none): void {
    if (this.accepts(value)) this.recordAt(this.slot(attributes), value)
  }

  with(attributes: Attributes): BoundHistogram {
    const slot = this.boundSlot(attributes)
    return { record: (value) => (this.accepts(value) ? this.recordAt(slot, value) : undefined) }
  }

  startTimer(attributes: Attributes = none): (more?: Attributes) => number {
    return timer((seconds, more) => this.record(seconds, { ...readable(attributes), ...readable(more) }))
  }

  private recordAt(slot: number, value: number): void {
    const row = slot * this.rowLength + this.bucketOf(value)
    this.counts[row] = (this.counts[row] ?? 0) + 1
    this.sums[slot] = (this.sums[slot] ?? 0) + value
    if (value < (this.smallest[slot] ?? 0)) this.smallest[slot] = value
    if (value > (this.largest[slot] ?? 0)) this.largest[slot] = value
    this.exemplars.offer(row, value)
    if (this.own !== undefined) this.own.record(slot, value)
  }

  /** The first bucket whose upper bound is at least the value. */
  private bucketOf(value: number): number {
    const boundaries = this.boundaries
    let low = 0
    let high = boundaries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (value <= (boundaries[middle] ?? 0)) high = middle
      else low = middle + 1
    }
    return low
  }

  override wasUsed(slot: number): boolean {
    const row = this.counts.subarray(slot * this.rowLength, (slot + 1) * this.rowLength)
    const count = row.reduce((sum, bucket) => sum + bucket, 0)
    if (count === (this.lookedAt[slot] ?? 0)) return false
    this.lookedAt[slot] = count
    return true
  }

  override clear(slot: number): void {
    const row = slot * this.rowLength
    this.counts.fill(0, row, row + this.rowLength)
    this.sums[slot] = 0
    this.smallest[slot] = Number.POSITIVE_INFINITY
    this.largest[slot] = Number.NEGATIVE_INFINITY
    this.lookedAt[slot] = 0
    this.own?.clear(slot)
    for (let i = 0; i < this.rowLength; i++) this.exemplars.forget(row + i)
  }

  protected override grow(capacity: number): void {
    this.counts = grown(this.counts, capacity * this.rowLength, 0)
    this.exemplars.grow(capacity * this.rowLength)
    this.sums = grown(this.sums, capacity, 0)
    this.smallest = grown(this.smallest, capacity, Number.POSITIVE_INFINITY)
    this.largest = grown(this.largest, capacity, Number.NEGATIVE_INFINITY)
  }
}

export interface OwnBuckets extends OwnPoints {
  record(slot: number, value: number): void
  clear(slot: number): void
  absorb(slot: number, buckets: ExponentialBuckets): void
}

/** Starts a clock; the returned function records the seconds since. */
export function timer(record: (seconds: number, more?: Attributes) => void): (more?: Attributes) => number {
  const startMs = performance.now()
  return (more) => {
    const seconds = (performance.now() - startMs) / 1000
    record(seconds, more)
    return seconds
  }
}

function grown(old: Float64Array<ArrayBuffer>, length: number, filler: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(length).fill(filler, old.length)
  next.set(old)
  return next
}
