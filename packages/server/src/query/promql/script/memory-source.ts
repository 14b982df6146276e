import type { Histogram } from '../evaluate/histogram/histogram.ts'
import { sameNumbers } from '../evaluate/histogram/histogram.ts'
import { isReset } from '../evaluate/histogram/reset.ts'
import { type Labels, labelValue } from '../evaluate/labels.ts'
import {
  floatSample,
  histogramSample,
  type SampleSeries,
  type SelectRequest,
  type SeriesSource,
  staleSample,
} from '../evaluate/series-source.ts'
import { compileMatcher } from '../parse/matcher.ts'

/** Samples in memory, for tests of queries and rules. */
export type MemorySample =
  | { readonly kind: 'float'; readonly timeMs: number; readonly value: number; readonly startMs: number }
  | { readonly kind: 'stale'; readonly timeMs: number }
  | { readonly kind: 'histogram'; readonly timeMs: number; readonly histogram: Histogram; readonly startMs: number }

type Stored = { readonly labels: Labels; readonly byTime: Map<number, MemorySample>; columns: SampleSeries | undefined }

export class MemorySource implements SeriesSource {
  private readonly stored = new Map<string, Stored>()

  add(labels: Labels, samples: readonly MemorySample[]): void {
    const known = this.stored.get(labels.key) ?? { labels, byTime: new Map(), columns: undefined }
    for (const sample of samples) if (!known.byTime.has(sample.timeMs)) known.byTime.set(sample.timeMs, sample)
    known.columns = undefined
    this.stored.set(labels.key, known)
  }

  clear(): void {
    this.stored.clear()
  }

  async select(request: SelectRequest): Promise<readonly SampleSeries[]> {
    const matchers = request.matchers.map((matcher) => ({ name: matcher.name, matches: compileMatcher(matcher) }))
    const result: SampleSeries[] = []
    for (const series of this.stored.values()) {
      const wanted = matchers.every(({ name, matches }) => {
        if (typeof matches === 'object')
          throw new Error(`a matcher that was checked does not compile: ${matches.error}`)
        return matches(labelValue(series.labels, name))
      })
      if (!wanted) continue
      series.columns ??= columnsOf(series)
      const columns = cut(series.columns, request.afterMs, request.untilMs)
      if (columns.timesMs.length > 0) result.push(columns)
    }
    return result
  }
}

function cut(series: SampleSeries, afterMs: number, untilMs: number): SampleSeries {
  const { timesMs, values, kinds, histograms, startTimesMs } = series
  const from = timesMs.findIndex((timeMs) => timeMs > afterMs)
  const past = timesMs.findIndex((timeMs) => timeMs > untilMs)
  const start = from < 0 ? timesMs.length : from
  const end = Math.max(start, past < 0 ? timesMs.length : past)
  return {
    labels: series.labels,
    timesMs: timesMs.subarray(start, end),
    values: values.subarray(start, end),
    kinds: kinds?.subarray(start, end),
    histograms: histograms?.slice(start, end),
    startTimesMs: startTimesMs?.subarray(start, end),
  }
}

function columnsOf({ labels, byTime }: Stored): SampleSeries {
  const samples = [...byTime.values()].sort((a, b) => a.timeMs - b.timeMs)
  const kindOf = { float: floatSample, histogram: histogramSample, stale: staleSample }
  const hasStarts = samples.some((sample) => sample.kind !== 'stale' && sample.startMs !== 0)
  const histograms = hinted(samples.map((sample) => (sample.kind === 'histogram' ? sample.histogram : undefined)))
  return {
    labels,
    timesMs: Float64Array.from(samples, ({ timeMs }) => timeMs),
    values: Float64Array.from(samples, (sample) => (sample.kind === 'float' ? sample.value : Number.NaN)),
    kinds: samples.every(({ kind }) => kind === 'float')
      ? undefined
      : Uint8Array.from(samples, ({ kind }) => kindOf[kind]),
    histograms: histograms.some((each) => each !== undefined) ? histograms : undefined,
    startTimesMs: hasStarts
      ? Float64Array.from(samples, (sample) => (sample.kind === 'stale' ? 0 : sample.startMs))
      : undefined,
  }
}

/**
 * The hints that a store which writes histograms in chunks gives: inside a chunk a counter is known to go on, at the
 * start of one nothing is known. A chunk ends where the layout changes, a counter starts anew, or floats come between.
 */
function hinted(histograms: readonly (Histogram | undefined)[]): readonly (Histogram | undefined)[] {
  return histograms.map((histogram, i) => {
    if (histogram === undefined || histogram.hint === 'gauge') return histogram
    const previous = histograms[i - 1]
    const goesOn =
      previous !== undefined &&
      previous.hint !== 'gauge' &&
      histogram.hint !== 'reset' &&
      previous.schema === histogram.schema &&
      previous.zeroThreshold === histogram.zeroThreshold &&
      sameNumbers(previous.customValues, histogram.customValues) &&
      !isReset({ ...histogram, hint: 'unknown' }, previous)
    return { ...histogram, hint: goesOn ? 'not-reset' : 'unknown' }
  })
}
