import { type Labels, labelsFrom } from '../promql/evaluate/labels.ts'
import { floatSample, type SampleSeries, staleKinds, staleSample } from '../promql/evaluate/series-source.ts'

/** Samples as the evaluator takes them: in order of time, one at a time. */

/** Numbers whose bits were not touched since the store gave them. */
export function floatSeries(
  labels: Labels,
  times: Float64Array,
  values: Float64Array,
  starts: Float64Array | undefined,
): SampleSeries {
  const kinds = staleKinds(values)
  const series = { labels, timesMs: times, values, kinds, histograms: undefined, startTimesMs: starts }
  return isAscending(times) ? series : inOrder(series)
}

export function isAscending(times: Float64Array): boolean {
  for (let i = 1; i < times.length; i++) if ((times[i] ?? 0) <= (times[i - 1] ?? 0)) return false
  return true
}

/** Sorted by time; of two samples at one time the first counts. */
export function inOrder(series: SampleSeries): SampleSeries {
  const { timesMs, kinds, histograms, startTimesMs } = series
  const order = Array.from(timesMs, (_, i) => i).sort((a, b) => (timesMs[a] ?? 0) - (timesMs[b] ?? 0) || a - b)
  const kept = order.filter((from, i) => i === 0 || timesMs[from] !== timesMs[order[i - 1] ?? 0])
  const pick = (values: Float64Array): Float64Array => Float64Array.from(kept, (i) => values[i] ?? 0)
  return {
    labels: series.labels,
    timesMs: pick(timesMs),
    values: pick(series.values),
    kinds: kinds === undefined ? undefined : Uint8Array.from(kept, (i) => kinds[i] ?? floatSample),
    histograms: histograms === undefined ? undefined : kept.map((i) => histograms[i]),
    startTimesMs: startTimesMs === undefined ? undefined : pick(startTimesMs),
  }
}

/** Series that show the same labels become one, as they would in Prometheus. `overlaps`: at the same time. */
export function mergeAlike(all: readonly SampleSeries[]): { series: readonly SampleSeries[]; overlapping: Labels[] } {
  const byKey = new Map<string, SampleSeries[]>()
  for (const series of all) {
    const known = byKey.get(series.labels.key)
    if (known === undefined) byKey.set(series.labels.key, [series])
    else known.push(series)
  }
  const overlapping: Labels[] = []
  const series = [...byKey.values()].map((alike) => {
    const [only, second] = alike
    if (only !== undefined && second === undefined) return only
    const merged = joined(alike)
    if (!followOneAnother(alike)) overlapping.push(merged.labels)
    return inOrder(merged)
  })
  return { series, overlapping }
}

function followOneAnother(alike: readonly SampleSeries[]): boolean {
  const spans = alike
    .map(({ timesMs }) => [timesMs[0] ?? 0, timesMs[timesMs.length - 1] ?? 0] as const)
    .sort(([a], [b]) => a - b)
  return spans.every(([first], i) => i === 0 || first > (spans[i - 1]?.[1] ?? 0))
}

function joined(alike: readonly SampleSeries[]): SampleSeries {
  const count = alike.reduce((sum, { timesMs }) => sum + timesMs.length, 0)
  const timesMs = new Float64Array(count)
  const values = new Float64Array(count)
  const startTimesMs = new Float64Array(count)
  const kinds = new Uint8Array(count)
  const histograms = alike.flatMap((each) => each.histograms ?? Array.from(each.timesMs, () => undefined))
  let at = 0
  for (const each of alike) {
    timesMs.set(each.timesMs, at)
    values.set(each.values, at)
    if (each.kinds !== undefined) kinds.set(each.kinds, at)
    if (each.startTimesMs !== undefined) startTimesMs.set(each.startTimesMs, at)
    at += each.timesMs.length
  }
  const hasStarts = alike.some((each) => each.startTimesMs !== undefined)
  const hasHistograms = alike.some((each) => each.histograms !== undefined)
  return {
    labels: alike[0]?.labels ?? labelsFrom([]),
    timesMs,
    values,
    kinds: alike.some((each) => each.kinds !== undefined) ? kinds : undefined,
    histograms: hasHistograms ? histograms : undefined,
    startTimesMs: hasStarts ? startTimesMs : undefined,
  }
}

/**
 * A delta point is a counter that began where the point before ended: that is what its start says, unless clocks or
 * rounding made it begin a little earlier, or the sender gave none that says anything.
 */
export function deltaStarts(times: Float64Array, starts: Float64Array | undefined): Float64Array {
  return Float64Array.from(times, (timeMs, i) => {
    const before = i === 0 ? timeMs - 1 : (times[i - 1] ?? 0)
    const start = starts?.[i] ?? 0
    if (i === 0) return start > 0 && start < timeMs ? start : before
    return start < timeMs ? Math.max(start, before) : before
  })
}

export const staleKindsOf = (stale: Float64Array): Uint8Array | undefined =>
  stale.includes(1) ? Uint8Array.from(stale, (flag) => (flag === 1 ? staleSample : floatSample)) : undefined
