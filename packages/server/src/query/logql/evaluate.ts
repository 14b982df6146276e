import { arithmetic } from '../promql/evaluate/arithmetic.ts'
import type { Aggregator, ArithmeticOperator, Grouping, LogMetric } from './ast.ts'
import { LogQlError } from './tokenize.ts'

/** A value for each step; NaN where there is none. */
export type LogSeries = { labels: Record<string, string>; values: Float64Array }
export type LogMetricResult = { is: 'scalar'; value: number } | { is: 'series'; series: LogSeries[] }

/** Evaluates what stands around ranges; those are answered by `rangeOf`. Throws `LogQlError`. */
export async function evaluateLogMetric(
  metric: LogMetric,
  steps: number,
  rangeOf: (range: LogMetric & { is: 'range' }) => Promise<LogSeries[]>,
): Promise<LogMetricResult> {
  switch (metric.is) {
    case 'number':
      return { is: 'scalar', value: metric.value }
    case 'vector':
      return { is: 'series', series: [{ labels: {}, values: new Float64Array(steps).fill(metric.value) }] }
    case 'range':
      return { is: 'series', series: await rangeOf(metric) }
    case 'aggregate': {
      const of = await evaluateLogMetric(metric.of, steps, rangeOf)
      if (of.is === 'scalar') throw new LogQlError(`${metric.aggregator} is of series, not of a number`, 0)
      const { aggregator, limit } = metric
      if (aggregator === 'topk' || aggregator === 'bottomk') {
        return { is: 'series', series: chosen(of.series, metric.grouping, aggregator, limit, steps) }
      }
      return { is: 'series', series: grouped(of.series, metric.grouping, aggregator, steps) }
    }
    case 'arithmetic': {
      const left = await evaluateLogMetric(metric.left, steps, rangeOf)
      const right = await evaluateLogMetric(metric.right, steps, rangeOf)
      return combined(metric.operator, left, right)
    }
  }
}

function groupLabels(labels: Record<string, string>, { how, labels: named }: Grouping): Record<string, string> {
  const kept = Object.entries(labels).filter(([label]) => named.includes(label) === (how === 'by'))
  return Object.fromEntries(kept)
}

export function labelsKey(labels: Record<string, string>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function groupsOf(series: readonly LogSeries[], grouping: Grouping) {
  const groups = new Map<string, { labels: Record<string, string>; members: LogSeries[] }>()
  for (const each of series) {
    const labels = groupLabels(each.labels, grouping)
    const key = labelsKey(labels)
    const group = groups.get(key) ?? { labels, members: [] }
    groups.set(key, group)
    group.members.push(each)
  }
  return [...groups.values()]
}

function grouped(
  series: readonly LogSeries[],
  grouping: Grouping,
  aggregator: Exclude<Aggregator, 'topk' | 'bottomk'>,
  steps: number,
): LogSeries[] {
  return groupsOf(series, grouping).map(({ labels, members }) => {
    const values = new Float64Array(steps)
    for (let step = 0; step < steps; step++) {
      const present = members.map((member) => member.values[step] ?? Number.NaN).filter((value) => !Number.isNaN(value))
      values[step] = present.length === 0 ? Number.NaN : aggregated(aggregator, present)
    }
    return { labels, values }
  })
}

function aggregated(aggregator: Exclude<Aggregator, 'topk' | 'bottomk'>, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0)
  switch (aggregator) {
    case 'sum':
      return sum
    case 'avg':
      return sum / values.length
    case 'count':
      return values.length
    case 'min':
      return values.reduce((a, b) => Math.min(a, b))
    case 'max':
      return values.reduce((a, b) => Math.max(a, b))
  }
}

/** At each step the `limit` greatest (or least) of every group keep their values. */
function chosen(
  series: readonly LogSeries[],
  grouping: Grouping,
  aggregator: 'topk' | 'bottomk',
  limit: number,
  steps: number,
): LogSeries[] {
  const kept = series.map(({ labels }) => ({ labels, values: new Float64Array(steps).fill(Number.NaN) }))
  const indexOf = new Map(series.map((each, index) => [each, index]))
  for (const { members } of groupsOf(series, grouping)) {
    for (let step = 0; step < steps; step++) {
      const atStep = (each: LogSeries): number => each.values[step] ?? Number.NaN
      const best = members
        .filter((each) => !Number.isNaN(atStep(each)))
        .toSorted((a, b) => (aggregator === 'topk' ? atStep(b) - atStep(a) : atStep(a) - atStep(b)))
      for (const each of best.slice(0, limit)) {
        const target = kept[indexOf.get(each) ?? -1]
        if (target !== undefined) target.values[step] = atStep(each)
      }
    }
  }
  return kept.filter(({ values }) => values.some((value) => !Number.isNaN(value)))
}

/** One to one by equal labels; a number goes with every series. */
function combined(operator: ArithmeticOperator, left: LogMetricResult, right: LogMetricResult): LogMetricResult {
  if (left.is === 'scalar') {
    if (right.is === 'scalar') return { is: 'scalar', value: arithmetic(operator, left.value, right.value) }
    return mapped(right.series, (value) => arithmetic(operator, left.value, value))
  }
  if (right.is === 'scalar') return mapped(left.series, (value) => arithmetic(operator, value, right.value))
  const others = new Map(right.series.map((each) => [labelsKey(each.labels), each.values]))
  const series = left.series.flatMap(({ labels, values }) => {
    const other = others.get(labelsKey(labels))
    if (other === undefined) return []
    return [{ labels, values: values.map((value, step) => arithmetic(operator, value, other[step] ?? Number.NaN)) }]
  })
  return { is: 'series', series }
}

function mapped(series: readonly LogSeries[], of: (value: number) => number): LogMetricResult {
  return { is: 'series', series: series.map(({ labels, values }) => ({ labels, values: values.map(of) })) }
}
