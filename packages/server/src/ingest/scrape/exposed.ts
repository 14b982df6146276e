import type { ExpositionExemplar, Label, MetricType } from '../exposition/exposition.ts'

/** One sample as a target exposed it, whatever language it spoke. */
export type Exposed = {
  name: string
  labels: readonly Label[]
  /** Of a number. */
  value: number
  /** Instead of a number. */
  histogram: NativeHistogram | undefined
  /** Unix milliseconds; undefined when the target leaves the time to the scraper. */
  timestampMs: number | undefined
  /** When counting began; 0 where the target does not say. */
  createdMs: number
  exemplars: readonly ExpositionExemplar[]
  family: ExposedFamily
}

/** What all samples of a metric family share. */
export type ExposedFamily = { type: MetricType; help: string; unit: string }

export const unknownFamily: ExposedFamily = { type: 'unknown', help: '', unit: '' }

/** Buckets of one side: spans of them, and their counts, as differences of whole numbers or as they are. */
export type NativeBuckets = {
  spans: (readonly [offset: number, length: number])[]
  deltas: number[]
  counts: number[]
}

export type NativeHistogram = {
  count: number
  sum: number
  schema: number
  zeroThreshold: number
  zeroCount: number
  /** Whether counts are floats, as those of rates. */
  isFloat: boolean
  negative: NativeBuckets
  positive: NativeBuckets
  isGauge: boolean
}
