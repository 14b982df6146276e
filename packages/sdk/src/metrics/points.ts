import type { RecordWriter } from '../encode/record-writer.ts'
import type { Scope } from '../export/signal-buffer.ts'
import type { Attributes } from '../public.ts'
import type { Exemplar } from './exemplars.ts'
import type { ExponentialBuckets } from './native/exponential-buckets.ts'

export type InstrumentKind = 'counter' | 'upDownCounter' | 'gauge' | 'histogram' | 'summary'
/** Kinds whose series are one number each. */
export type NumberKind = 'counter' | 'upDownCounter' | 'gauge'

/** How the gauges of one name in several workers become one; `worker`: they stay apart. */
export type GaugeAggregation = 'worker' | 'sum' | 'min' | 'max' | 'mean'

export interface InstrumentShape {
  readonly name: string
  readonly kind: InstrumentKind
  readonly unit: string
  readonly description: string
  readonly boundaries: readonly number[]
  /** The only attributes it takes; undefined when it takes any. */
  readonly labels: readonly string[] | undefined
  /** Undefined: that of all. */
  readonly seriesMax: number | undefined
  readonly aggregate: GaugeAggregation | undefined
}

/**
 * What is read of one instrument: everything by slot, one slot per series. Instruments are this themselves; what changed
 * since the last look (DeltaReader) has the same shape, so that each encoder is written once.
 */
interface SlotPoints {
  readonly shape: InstrumentShape
  readonly series: { readonly attributes: readonly Attributes[] }
  /** When each series began; a slot that was freed has -1. */
  readonly startUnixMs: readonly number[]
  /** By slot, or by slot and bucket. */
  readonly exemplars: { at(place: number): Exemplar | undefined }
  /** The values count from the last look, not from the beginning of the series. */
  readonly isDelta?: boolean
}

export interface NumberPoints extends SlotPoints {
  readonly values: Float64Array
  /** 0 when a series has no value. */
  readonly used: Uint8Array
}

export interface HistogramPoints extends SlotPoints {
  readonly boundaries: Float64Array
  /** Buckets of a series: one more than there are boundaries. */
  readonly rowLength: number
  readonly counts: Float64Array
  readonly sums: Float64Array
  readonly smallest: Float64Array
  readonly largest: Float64Array
  /** Exponential buckets beside the explicit ones. */
  readonly own: OwnPoints | undefined
}

export interface SummaryPoints extends SlotPoints {
  readonly own: OwnPoints
  readonly counts: readonly number[]
  readonly sums: readonly number[]
  readonly window: { readonly quantiles: readonly number[]; readonly maxAgeMs: number; readonly ageBuckets: number }
  /** The values at the quantiles of the window, in order; NaN when nothing was recorded in it. */
  quantiles(slot: number): number[]
  /** What was recorded since this was last asked, by slot. */
  takeUntold(): Iterable<[slot: number, came: Came]>
}

export interface Came {
  readonly buckets: ExponentialBuckets
  readonly sum: number
  readonly extremes: readonly [smallest: number, largest: number]
}

export type Points = NumberPoints | HistogramPoints | SummaryPoints

export interface ScopePoints {
  readonly scope: Scope
  readonly instruments: Iterable<Points>
}

/** Points that the core does not know: they come with their own encoder. */
export interface OwnPoints {
  /** Key of the data in the Metric message: 0x52 exponential histogram, 0x5a summary. */
  readonly dataKey: number
  /** The exponential buckets by slot, of a histogram that has them. */
  readonly rows?: readonly (ExponentialBuckets | undefined)[]
  /** Appends the data points and returns how many. */
  write(points: HistogramPoints | SummaryPoints, to: PointWriter): number
}

export interface PointWriter {
  readonly writer: RecordWriter
  readonly nowUnixMs: number
  /** The attributes of a series as KeyValues with this key. */
  attributes(points: Points, slot: number, key: number): Uint8Array
  exemplar(key: number, exemplar: Exemplar | undefined): void
}
