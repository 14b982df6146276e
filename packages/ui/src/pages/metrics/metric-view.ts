import type { MetricAggregation, MetricKind, MetricRangeAnswer, MetricSummary } from '@wakeline/protocol'
import type { ChartSeries } from '../../chart/time-chart.tsx'
import { nameColour } from '../../theme/colours.ts'

/** What can be asked of a metric of each kind; the first is what it shows unasked. */
export function aggregationsOf(metric: Pick<MetricSummary, 'kind' | 'monotonic'>): readonly MetricAggregation[] {
  const byKind: Readonly<Record<MetricKind, readonly MetricAggregation[]>> = {
    gauge: ['avg', 'sum', 'min', 'max'],
    sum: metric.monotonic ? ['rate', 'increase'] : ['sum', 'avg', 'min', 'max'],
    histogram: ['p95', 'p50', 'p90', 'p99', 'avg', 'rate', 'increase'],
    exponential_histogram: ['p95', 'p50', 'p90', 'p99', 'avg', 'rate', 'increase'],
    summary: ['rate', 'increase', 'avg'],
  }
  return byKind[metric.kind]
}

/** Series with a name made of their labels, the busiest first; one series without labels has the metric's name. */
export function namedSeries(answer: MetricRangeAnswer, metric: string): ChartSeries[] {
  return answer.series
    .map(({ labels, values }) => ({ name: seriesName(labels) || metric, values, weight: weightOf(values) }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ name, values }) => ({ name, values, colour: nameColour(name) }))
}

function weightOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0)
}

/** `GET, /cart, 500`: the values in the order of their keys, which the controls show. */
export function seriesName(labels: Readonly<Record<string, string>>): string {
  return Object.values(labels)
    .map((value) => (value === '' ? '(none)' : value))
    .join(', ')
}

/** Adds or takes away one `key:value`. */
export function toggled(list: readonly string[], item: string): string[] {
  return list.includes(item) ? list.filter((each) => each !== item) : [...list, item]
}
