import type { PrometheusResult } from '@wakeline/protocol'
import type { ChartSeries } from '../chart/time-chart.tsx'
import { nameColour } from '../theme/colours.ts'

type Labels = Readonly<Record<string, string>>
type Matrix = Extract<PrometheusResult, { resultType: 'matrix' }>['result']

/** One series over the range: what the chart draws, and the figures of its row. */
export type GraphSeries = ChartSeries & {
  labels: Labels
  /** Of the newest sample: may be NaN or infinite, which the chart leaves out. */
  last: number | undefined
  min: number | undefined
  max: number | undefined
}

export type Graph = {
  /** Unix milliseconds. */
  times: number[]
  series: GraphSeries[]
  /** Name and labels that all series have alike, said once; '' where there are none. */
  shared: string
  /** Series that cannot be drawn: native histograms. */
  histograms: number
}

/** The series of a range query on its steps, the highest last value first. */
export function graphOf(result: Matrix, at: { fromMs: number; toMs: number; stepMs: number }): Graph {
  const { fromMs, toMs, stepMs } = at
  const times = Array.from({ length: Math.floor((toMs - fromMs) / stepMs) + 1 }, (_, step) => fromMs + step * stepMs)
  const shared = result.length > 1 ? sharedLabels(result.map(({ metric }) => metric)) : {}
  const series = result.flatMap(({ metric, values }): GraphSeries[] => {
    if (values === undefined) return []
    const name = printSeries(without(metric, shared))
    const drawn = new Array<number | null>(times.length).fill(null)
    for (const [second, text] of values) {
      const step = Math.round((second * 1000 - fromMs) / stepMs)
      const value = Number(text)
      if (step >= 0 && step < drawn.length && Number.isFinite(value)) drawn[step] = value
    }
    const finite = drawn.filter((value) => value !== null)
    return [
      {
        name,
        labels: metric,
        values: drawn,
        colour: nameColour(printSeries(metric)),
        last: values.length === 0 ? undefined : Number(values.at(-1)?.[1]),
        min: finite.length === 0 ? undefined : finite.reduce((a, b) => Math.min(a, b)),
        max: finite.length === 0 ? undefined : finite.reduce((a, b) => Math.max(a, b)),
      },
    ]
  })
  series.sort((a, b) => sortAmount(b.last) - sortAmount(a.last))
  return {
    times,
    series,
    shared: Object.keys(shared).length === 0 ? '' : printSeries(shared),
    histograms: result.length - series.length,
  }
}

/** Numbers sort as they are; what is none comes after all of them. */
export function sortAmount(value: number | undefined): number {
  if (value === undefined || Number.isNaN(value)) return -Number.MAX_VALUE
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))
}

/** As Prometheus writes values that are no finite numbers; undefined for those that are. */
export function printOdd(value: number): string | undefined {
  if (Number.isFinite(value)) return undefined
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

/** `name{label="value"}`; `{}` for a series without labels. */
export function printSeries(labels: Labels): string {
  const { __name__: name = '', ...rest } = labels
  const printed = printLabels(rest)
  return printed === '' ? name || '{}' : `${isPlain.test(name) || name === '' ? name : `"${name}"`}{${printed}}`
}

const isPlain = /^[A-Za-z_:][\w:]*$/

function printLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}=${JSON.stringify(value)}`)
    .join(', ')
}

function sharedLabels(all: readonly Labels[]): Labels {
  const [first = {}, ...others] = all
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((labels) => labels[name] === value)),
  )
}

function without(labels: Labels, shared: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !(name in shared)))
}

/** One row of what a query is at one moment. */
export type InstantRow = { key: string; series: string; value: string; amount: number }

export function instantRows(data: PrometheusResult): InstantRow[] {
  switch (data.resultType) {
    case 'scalar':
    case 'string':
      return [{ key: '0', series: data.resultType, value: data.result[1], amount: Number(data.result[1]) }]
    case 'vector':
      return data.result.map(({ metric, value, histogram }, at) => ({
        key: String(at),
        series: printSeries(metric),
        value: value?.[1] ?? printHistogram(histogram),
        amount: Number(value?.[1]),
      }))
    case 'matrix':
      return data.result.map(({ metric, values = [], histograms = [] }, at) => ({
        key: String(at),
        series: printSeries(metric),
        value: `${printSamples(values.length + histograms.length)}, last ${values.at(-1)?.[1] ?? 'a histogram'}`,
        amount: Number(values.at(-1)?.[1]),
      }))
  }
}

/** A point that is a whole histogram: `[time, {count, sum, buckets}]`. */
function printHistogram(point: unknown): string {
  const histogram: unknown = Array.isArray(point) ? point[1] : undefined
  if (typeof histogram !== 'object' || histogram === null || !('count' in histogram) || !('sum' in histogram))
    return '–'
  return `histogram of ${histogram.count}, sum ${histogram.sum}`
}

function printSamples(count: number): string {
  return `${count} ${count === 1 ? 'sample' : 'samples'}`
}
