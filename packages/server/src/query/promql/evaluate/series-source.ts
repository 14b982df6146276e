import type { LabelMatcher } from '../parse/ast.ts'
import type { Histogram } from './histogram/histogram.ts'
import type { Labels } from './labels.ts'

/**
 * Where the evaluator gets its samples. The store serves it from ClickHouse; tests from memory.
 *
 * A series is its labels and its samples in order of time, at most one at a time. `kinds` says what each sample is;
 * without it all are floats. A float that is a staleness marker (NaN with the bits 0x7ff0000000000002) is of kind
 * `staleSample`: a number in JavaScript does not keep the bits of a NaN, so the source has to look at them.
 */
export const floatSample = 0
export const histogramSample = 1
export const staleSample = 2

export type SampleSeries = {
  readonly labels: Labels
  /** Milliseconds of Unix time. */
  readonly timesMs: Float64Array
  readonly values: Float64Array
  readonly kinds: Uint8Array | undefined
  /** Where the kind is a histogram; undefined when there are none. */
  readonly histograms: readonly (Histogram | undefined)[] | undefined
  /** When the counter began, 0 where that is not known; undefined when it is known nowhere. */
  readonly startTimesMs: Float64Array | undefined
  /** No value is less than the one before it, which a source may know that has just had them all in hand. */
  readonly neverFalls?: boolean
}

export type SelectRequest = {
  readonly matchers: readonly LabelMatcher[]
  /** Samples after this time ... */
  readonly afterMs: number
  /** ... up to and including this one are wanted. Others may come, too. */
  readonly untilMs: number
  /** Distance of the points that will be asked for, 0 for one point: what lies between may be left out by a source that knows how. */
  readonly stepMs: number
  /** Length of the window before each point; the lookback for plain selectors. */
  readonly rangeMs: number
  /** The function that is called on the samples, empty for none. */
  readonly functionName: string
}

export type SeriesSource = {
  /** Series without any samples in the time asked for may be left out. The order is kept where it matters (`limitk`). */
  readonly select: (request: SelectRequest, signal: AbortSignal) => Promise<readonly SampleSeries[]>
}

const staleBitsHigh = 0x7ff00000
const staleBitsLow = 2

/** The kinds of float samples as they lie in memory, undefined when none is a marker. */
export function staleKinds(values: Float64Array): Uint8Array | undefined {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  let kinds: Uint8Array | undefined
  for (let high = 1; high < words.length; high += 2)
    if (words[high] === staleBitsHigh && words[high - 1] === staleBitsLow) {
      kinds ??= new Uint8Array(values.length)
      kinds[high >>> 1] = staleSample
    }
  return kinds
}
