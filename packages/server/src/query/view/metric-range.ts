import type { MetricRangeAnswer } from '@wakeline/protocol'
import type { ExponentialRow, HistogramRow, PointsRow } from '../plan/metric-points.ts'
import { type Bucket, bucketQuantile, explicitBuckets, exponentialBuckets } from './histograms.ts'

type ChartedSeries = MetricRangeAnswer['series'][number]
type Steps = { times: readonly number[]; by: readonly string[] }

export function chartedPoints(rows: readonly PointsRow[], steps: Steps): ChartedSeries[] {
  return rows.map((row) => ({
    labels: labelsOf(row.labels, steps.by),
    values: onSteps(row.steps, row.points, steps.times),
  }))
}

/** A step without a point between two that have one: points do not come as regularly as steps do. */
export function withShortGapsFilled(series: ChartedSeries[]): ChartedSeries[] {
  return series.map(({ labels, values }) => ({
    labels,
    values: values.map((value, index) => value ?? (values[index + 1] == null ? null : (values[index - 1] ?? null))),
  }))
}

export type HistogramValue = 'count' | 'rate' | 'sum' | 'avg' | { quantile: number }

type HistogramStep = { count: number; sum: number; rate: number; buckets: Bucket[] }

/** Groups, the largest first, as many as are shown; their rows may differ in bounds and are then taken together. */
export function chartedHistograms(
  rows: readonly (HistogramRow | ExponentialRow)[],
  value: HistogramValue,
  steps: Steps,
): ChartedSeries[] {
  const groups = new Map<string, { labels: Record<string, string>; byTime: Map<number, HistogramStep> }>()
  for (const row of rows) {
    const key = JSON.stringify(row.labels)
    const group = groups.get(key) ?? {
      labels: labelsOf(row.labels, steps.by),
      byTime: new Map<number, HistogramStep>(),
    }
    groups.set(key, group)
    row.steps.forEach((time, index) => {
      const before = group.byTime.get(Number(time))
      group.byTime.set(Number(time), addedStep(before, histogramStep(row, index)))
    })
  }
  return [...groups.values()].map(({ labels, byTime }) => ({
    labels,
    values: steps.times.map((time) => {
      const step = byTime.get(time)
      return step === undefined ? null : valueOfStep(step, value)
    }),
  }))
}

function histogramStep(row: HistogramRow | ExponentialRow, index: number): HistogramStep {
  const rate = row.rates[index] ?? 0
  const counts = row.counts[index] ?? []
  const [first, second] = counts
  if (Array.isArray(first) && Array.isArray(second)) {
    const [keys, ofKeys] = second
    const buckets = exponentialBuckets(row.bounds[0] ?? 0, keys, ofKeys)
    return { count: first[0] ?? 0, sum: first[1] ?? 0, rate, buckets }
  }
  const numbers = counts.filter((each) => typeof each === 'number')
  return { count: numbers[0] ?? 0, sum: numbers[1] ?? 0, rate, buckets: explicitBuckets(row.bounds, numbers.slice(2)) }
}

function addedStep(a: HistogramStep | undefined, b: HistogramStep): HistogramStep {
  if (a === undefined) return b
  const buckets = [...a.buckets, ...b.buckets].sort((one, other) => one.high - other.high)
  return { count: a.count + b.count, sum: a.sum + b.sum, rate: a.rate + b.rate, buckets }
}

function valueOfStep(step: HistogramStep, value: HistogramValue): number | null {
  switch (value) {
    case 'count':
      return step.count
    case 'rate':
      return step.rate
    case 'sum':
      return step.sum
    case 'avg':
      return step.count > 1e-9 ? step.sum / step.count : null
    default:
      return bucketQuantile(step.buckets, value.quantile)
  }
}

function labelsOf(values: readonly string[], by: readonly string[]): Record<string, string> {
  return Object.fromEntries(by.map((key, index) => [key, values[index] ?? '']))
}

function onSteps(
  steps: readonly string[],
  points: readonly (number | null)[],
  times: readonly number[],
): (number | null)[] {
  const byTime = new Map(steps.map((step, index) => [Number(step), points[index] ?? null]))
  return times.map((time) => byTime.get(time) ?? null)
}
