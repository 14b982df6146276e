import type { NumberRows } from '../../base/native/read-columns.ts'
import {
  compactHistogram,
  customSchema,
  emptyHistogram,
  type Histogram,
} from '../promql/evaluate/histogram/histogram.ts'
import { coarserBuckets } from '../promql/evaluate/histogram/layout.ts'
import { setLabels } from '../promql/evaluate/labels.ts'
import { histogramSample, type SampleSeries, staleSample } from '../promql/evaluate/series-source.ts'
import { deltaStarts, inOrder, isAscending, staleKindsOf } from './columns.ts'
import type { Exposed } from './exposed.ts'
import { plainNumber } from './names.ts'

/**
 * Points of histograms and summaries as the series Prometheus makes of them. All points of one stored series lie in
 * one row of arrays; arrays of each point (bounds, buckets) one after the other, with their lengths beside.
 */
export type PointsOfSeries = {
  /** Of a column; empty where it was not asked for. */
  column: (name: string) => Float64Array
  /** The part of a column of arrays that belongs to point `i`. */
  array: (name: string, i: number) => Float64Array
}

const none = new Float64Array(0)

export function pointsOfRow(rows: NumberRows, row: number): PointsOfSeries {
  const column = (name: string): Float64Array => rows.arrays(name)[row] ?? none
  const ends = new Map<string, number[]>()
  const endsOf = (name: string): number[] => {
    let known = ends.get(name)
    if (known === undefined) {
      let end = 0
      known = Array.from(column(`${name}_lengths`), (length) => (end += length))
      ends.set(name, known)
    }
    return known
  }
  return {
    column,
    array: (name, i) => {
      const all = endsOf(name)
      return column(`all_${name}`).subarray(i === 0 ? 0 : all[i - 1], all[i])
    },
  }
}

/** The series that one stored series is under one of its names. */
export function histogramSeries(exposed: Exposed, points: PointsOfSeries): SampleSeries[] {
  switch (exposed.part) {
    case 'count':
      return [floats(exposed, points, points.column('counts'))]
    case 'sum':
      return [withoutNaN(floats(exposed, points, points.column('sums')))]
    case 'bucket':
      return bucketSeries(exposed, points)
    case 'quantile':
      return quantileSeries(exposed, points)
    default:
      return [nativeSeries(exposed, points)]
  }
}

function floats({ row, labels }: Exposed, points: PointsOfSeries, values: Float64Array): SampleSeries {
  const timesMs = points.column('times')
  const starts = points.column('starts')
  const series: SampleSeries = {
    labels,
    timesMs,
    values,
    kinds: staleKindsOf(points.column('stale')),
    histograms: undefined,
    startTimesMs: starts.length > 0 ? starts : undefined,
  }
  const ordered = isAscending(timesMs) ? series : inOrder(series)
  return row.metric.temporality === 'delta'
    ? { ...ordered, startTimesMs: deltaStarts(ordered.timesMs, ordered.startTimesMs) }
    : ordered
}

/** A histogram of what may be negative has no sum; its points were sent without one. */
function withoutNaN(series: SampleSeries): SampleSeries {
  const { values, kinds } = series
  const keep = Array.from(values, (value, i) => (Number.isNaN(value) && kinds?.[i] !== staleSample ? -1 : i))
  return keep.includes(-1)
    ? picked(
        series,
        keep.filter((i) => i >= 0),
      )
    : series
}

function picked(series: SampleSeries, indexes: readonly number[]): SampleSeries {
  const { kinds, startTimesMs } = series
  const pick = (values: Float64Array): Float64Array => Float64Array.from(indexes, (i) => values[i] ?? 0)
  return {
    ...series,
    timesMs: pick(series.timesMs),
    values: pick(series.values),
    kinds: kinds === undefined ? undefined : Uint8Array.from(indexes, (i) => kinds[i] ?? 0),
    startTimesMs: startTimesMs === undefined ? undefined : pick(startTimesMs),
  }
}

/** One series for each text of a label that the points make, `fill` telling them one by one. */
function spreadSeries(
  exposed: Exposed,
  points: PointsOfSeries,
  label: 'le' | 'quantile',
  fill: (i: number, put: (bound: number, value: number) => void) => void,
): SampleSeries[] {
  const { length } = points.column('times')
  const stale = points.column('stale')
  const byBound = new Map<number, { values: Float64Array; indexes: number[] }>()
  const seriesOf = (bound: number) => {
    let known = byBound.get(bound)
    if (known === undefined) {
      known = { values: new Float64Array(length), indexes: [] }
      byBound.set(bound, known)
    }
    return known
  }
  for (let i = 0; i < length; i++) {
    if (stale[i] === 1) {
      for (const { indexes } of byBound.values()) indexes.push(i)
      continue
    }
    fill(i, (bound, value) => {
      const series = seriesOf(bound)
      series.values[i] = value
      if (series.indexes[series.indexes.length - 1] !== i) series.indexes.push(i)
    })
  }
  return [...byBound].flatMap(([bound, { values, indexes }]) => {
    const text = plainNumber(bound)
    if (!exposed.bound(text)) return []
    const labels = setLabels(exposed.labels, [[label, text]])
    const whole: SampleSeries = {
      labels,
      timesMs: points.column('times'),
      values,
      kinds: staleKindsOf(stale),
      histograms: undefined,
      startTimesMs: points.column('starts').length > 0 ? points.column('starts') : undefined,
    }
    const series = indexes.length === length ? whole : picked(whole, indexes)
    const ordered = isAscending(series.timesMs) ? series : inOrder(series)
    if (exposed.row.metric.temporality !== 'delta') return [ordered]
    return [{ ...ordered, startTimesMs: deltaStarts(ordered.timesMs, ordered.startTimesMs) }]
  })
}

function bucketSeries(exposed: Exposed, points: PointsOfSeries): SampleSeries[] {
  const counts = points.column('counts')
  return spreadSeries(exposed, points, 'le', (i, put) => {
    const bounds = points.array('bounds', i)
    const buckets = points.array('buckets', i)
    let below = 0
    bounds.forEach((bound, at) => {
      below += buckets[at] ?? 0
      if (bound !== Infinity) put(bound, below)
    })
    put(Infinity, counts[i] ?? 0)
  })
}

function quantileSeries(exposed: Exposed, points: PointsOfSeries): SampleSeries[] {
  return spreadSeries(exposed, points, 'quantile', (i, put) => {
    const values = points.array('values', i)
    points.array('quantiles', i).forEach((quantile, at) => {
      put(quantile, values[at] ?? Number.NaN)
    })
  })
}

function nativeSeries(exposed: Exposed, points: PointsOfSeries): SampleSeries {
  const timesMs = points.column('times')
  const stale = points.column('stale')
  const starts = points.column('starts')
  const make = exposed.row.metric.kind === 'histogram' ? boundedHistogram : exponentialHistogram
  const series: SampleSeries = {
    labels: exposed.labels,
    timesMs,
    values: new Float64Array(timesMs.length),
    kinds: Uint8Array.from(stale, (flag) => (flag === 1 ? staleSample : histogramSample)),
    histograms: Array.from(timesMs, (_, i) => (stale[i] === 1 ? undefined : make(points, i))),
    startTimesMs: starts.length > 0 ? starts : undefined,
  }
  const ordered = isAscending(timesMs) ? series : inOrder(series)
  if (exposed.row.metric.temporality !== 'delta') return ordered
  return { ...ordered, startTimesMs: deltaStarts(ordered.timesMs, ordered.startTimesMs) }
}

const sumOf = (points: PointsOfSeries, i: number): number => {
  const sum = points.column('sums')[i] ?? 0
  return Number.isNaN(sum) ? 0 : sum
}

function boundedHistogram(points: PointsOfSeries, i: number): Histogram {
  const counts = [...points.array('buckets', i)]
  return compactHistogram({
    ...emptyHistogram,
    schema: customSchema,
    count: points.column('counts')[i] ?? 0,
    sum: sumOf(points, i),
    customValues: [...points.array('bounds', i)].filter((bound) => bound !== Infinity),
    positive: { indexes: counts.map((_, at) => at), counts },
  })
}

/** The finest schema that native histograms have; and how wide Prometheus takes a zero bucket that has no width. */
const schemaMax = 8
const zeroThresholdUsual = 1e-128

/** OpenTelemetry's bucket i is (base^i, base^(i+1)], which Prometheus counts as i + 1. */
function exponentialHistogram(points: PointsOfSeries, i: number): Histogram {
  const scale = points.column('scales')[i] ?? 0
  const schema = Math.min(scale, schemaMax)
  const side = (name: 'positive' | 'negative'): Histogram['positive'] => {
    const offset = points.column(`${name}_offsets`)[i] ?? 0
    const counts = [...points.array(name, i)]
    return coarserBuckets({ indexes: counts.map((_, at) => offset + at + 1), counts }, scale, schema)
  }
  return compactHistogram({
    ...emptyHistogram,
    schema,
    zeroThreshold: points.column('zero_thresholds')[i] || zeroThresholdUsual,
    zeroCount: points.column('zero_counts')[i] ?? 0,
    count: points.column('counts')[i] ?? 0,
    sum: sumOf(points, i),
    positive: side('positive'),
    negative: side('negative'),
  })
}
