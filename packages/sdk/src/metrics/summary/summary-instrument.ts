import type { Attributes, BoundHistogram, Histogram } from '../../public.ts'
import { closePoint, openPoint, writeTime } from '../encode-metrics.ts'
import { Slots, timer } from '../instruments.ts'
import { type BucketRange, bucketBound, ExponentialBuckets } from '../native/exponential-buckets.ts'
import type { Came, OwnPoints, PointWriter, SummaryPoints } from '../points.ts'

export interface SummaryWindow {
  readonly quantiles: readonly number[]
  readonly maxAgeMs: number
  /** The window is forgotten a piece at a time: so many pieces. */
  readonly ageBuckets: number
}

/** One piece of a window. */
interface Piece {
  /** Which piece of time it is. */
  turn: number
  smallest: number
  largest: number
  buckets: ExponentialBuckets
}

/** Quantiles within 0.55 % of the true value over 8 doublings, 1.1 % over 16 (1 ms to a minute), 2.2 % over 32. */
const sketchLimits = { maxScale: 6, maxBuckets: 514 } as const
const summaryData = 0x5a
const none: Attributes = {}

/**
 * Count and sum of all values, and quantiles of those of the last while. The quantiles come from a sketch with a bound on
 * the relative error: DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with
 * relative-error guarantees", VLDB 2019), on exponential buckets that are joined when there are too many.
 */
export class SummaryInstrument extends Slots implements Histogram, SummaryPoints {
  readonly own: OwnPoints = { dataKey: summaryData, write: (_, to) => writeSummary(this, to) }
  counts: number[] = []
  sums: number[] = []
  /** What was recorded since it was last told, by slot; undefined until somebody asks. */
  private untold: Map<number, Piece> | undefined = undefined
  /** Count and sum when they were last told. */
  private readonly toldSums: number[] = []
  window: SummaryWindow = defaultWindow
  private readonly pieces: Piece[][] = []
  private readonly lookedAt: number[] = []

  record(value: number, attributes: Attributes = none): void {
    if (this.accepts(value)) this.recordAt(this.slot(attributes), value)
  }

  with(attributes: Attributes): BoundHistogram {
    const slot = this.boundSlot(attributes)
    return { record: (value) => (this.accepts(value) ? this.recordAt(slot, value) : undefined) }
  }

  startTimer(attributes: Attributes = none): (more?: Attributes) => number {
    return timer((seconds, more) => this.record(seconds, { ...attributes, ...more }))
  }

  quantiles(slot: number): number[] {
    const { buckets, smallest, largest } = this.live(slot)
    return this.window.quantiles.map((quantile) => {
      if (buckets.count === 0) return Number.NaN
      if (quantile === 0) return smallest
      return quantile === 1 ? largest : Math.min(largest, Math.max(smallest, valueAt(buckets, quantile)))
    })
  }

  /** Adds what another process recorded a moment ago. */
  absorb(slot: number, { buckets, sum, extremes }: Came): void {
    join(this.piece(slot), buckets, extremes)
    this.counts[slot] = (this.counts[slot] ?? 0) + buckets.count
    this.sums[slot] = (this.sums[slot] ?? 0) + sum
    if (this.untold !== undefined) join(this.untoldPiece(this.untold, slot), buckets, extremes)
  }

  /** The first time that is the whole window: what is older is known as a sum only, and left out. */
  *takeUntold(): Generator<[number, Came]> {
    const slots = this.untold === undefined ? this.startUnixMs.keys() : [...this.untold.keys()]
    const pieces = this.untold
    this.untold = new Map()
    for (const slot of slots) {
      const { buckets, smallest, largest } = pieces?.get(slot) ?? this.live(slot)
      if (buckets.count === 0) continue
      const sum = (this.sums[slot] ?? 0) - (this.toldSums[slot] ?? 0)
      this.toldSums[slot] = this.sums[slot] ?? 0
      yield [slot, { buckets, sum, extremes: [smallest, largest] }]
    }
  }

  private recordAt(slot: number, value: number): void {
    this.counts[slot] = (this.counts[slot] ?? 0) + 1
    this.sums[slot] = (this.sums[slot] ?? 0) + value
    recordIn(this.piece(slot), value)
    if (this.untold !== undefined) recordIn(this.untoldPiece(this.untold, slot), value)
  }

  private untoldPiece(untold: Map<number, Piece>, slot: number): Piece {
    const known = untold.get(slot)
    if (known !== undefined) return known
    const made = newPiece(0)
    untold.set(slot, made)
    return made
  }

  /** All pieces of the window as one. */
  private live(slot: number): Piece {
    const turn = this.turn()
    const all = newPiece(turn)
    for (const piece of this.pieces[slot] ?? [])
      if (turn - piece.turn < this.window.ageBuckets) join(all, piece.buckets, [piece.smallest, piece.largest])
    return all
  }

  private turn(): number {
    return Math.floor((this.parts.nowUnixMs() * this.window.ageBuckets) / this.window.maxAgeMs)
  }

  /** The piece that is recorded into now; it takes the place of one too old. */
  private piece(slot: number): Piece {
    const turn = this.turn()
    const place = turn % this.window.ageBuckets
    const ring = this.pieces[slot] ?? []
    this.pieces[slot] = ring
    const known = ring.find((piece) => piece.turn % this.window.ageBuckets === place)
    if (known?.turn === turn) return known
    const made = newPiece(turn)
    if (known === undefined) ring.push(made)
    else ring[ring.indexOf(known)] = made
    return made
  }

  override wasUsed(slot: number): boolean {
    const count = this.counts[slot] ?? 0
    if (count === (this.lookedAt[slot] ?? 0)) return false
    this.lookedAt[slot] = count
    return true
  }

  override clear(slot: number): void {
    this.counts[slot] = 0
    this.sums[slot] = 0
    this.pieces[slot] = []
    this.lookedAt[slot] = 0
    this.toldSums[slot] = 0
    this.untold?.delete(slot)
  }

  protected override grow(): void {}
}

function newPiece(turn: number): Piece {
  const buckets = new ExponentialBuckets(sketchLimits)
  return { turn, smallest: Number.POSITIVE_INFINITY, largest: Number.NEGATIVE_INFINITY, buckets }
}

function recordIn(piece: Piece, value: number): void {
  piece.buckets.record(value)
  if (value < piece.smallest) piece.smallest = value
  if (value > piece.largest) piece.largest = value
}

function join(piece: Piece, buckets: ExponentialBuckets, [smallest, largest]: Came['extremes']): void {
  piece.buckets.absorb(buckets)
  piece.smallest = Math.min(piece.smallest, smallest)
  piece.largest = Math.max(piece.largest, largest)
}

export const defaultWindow: SummaryWindow = { quantiles: [0.5, 0.9, 0.95, 0.99], maxAgeMs: 600_000, ageBuckets: 5 }

/** The value below which the share `quantile` of all lies: the middle of its bucket, by ratio. */
function valueAt(all: ExponentialBuckets, quantile: number): number {
  let rank = quantile * (all.count - 1)
  const { negative, positive, zeroCount, scale } = all
  for (let i = negative.length - 1; i >= 0; i--) {
    rank -= negative.counts[i] ?? 0
    if (rank < 0) return -middleOf(negative, i, scale)
  }
  rank -= zeroCount
  if (rank < 0) return 0
  for (let i = 0; i < positive.length; i++) {
    rank -= positive.counts[i] ?? 0
    if (rank < 0) return middleOf(positive, i, scale)
  }
  return Number.POSITIVE_INFINITY
}

function middleOf(range: BucketRange, i: number, scale: number): number {
  const upper = bucketBound(range.offset + i, scale)
  const base = 2 ** (2 ** -scale)
  return (2 * upper) / (1 + base)
}

/** 11 start  19 time  21 count  29 sum  32 quantile [ 09 quantile  11 value ]  3a attributes */
function writeSummary(points: SummaryInstrument, to: PointWriter): number {
  const { writer, nowUnixMs } = to
  let written = 0
  for (let slot = 0; slot < points.startUnixMs.length; slot++) {
    const count = points.counts[slot] ?? 0
    if (count === 0) continue
    written++
    const start = openPoint(writer)
    writeTime(writer, 0x11, points.startUnixMs[slot] ?? 0)
    writeTime(writer, 0x19, nowUnixMs)
    writer.reserve(32)
    writer.byte(0x21)
    writer.fixed64(count)
    writer.byte(0x29)
    writer.double(points.sums[slot] ?? 0)
    const values = points.quantiles(slot)
    points.window.quantiles.forEach((quantile, i) => {
      writer.reserve(24)
      writer.byte(0x32)
      writer.byte(18)
      writer.byte(0x09)
      writer.double(quantile)
      writer.byte(0x11)
      writer.double(values[i] ?? Number.NaN)
    })
    writer.copy(to.attributes(points, slot, 0x3a))
    closePoint(writer, start)
  }
  return written
}
