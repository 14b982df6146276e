import type { MetricAggregation, MetricSummary } from '@wakeline/protocol'

export type MetricView = {
  aggregation: MetricAggregation
  by: readonly string[]
  filter: readonly string[]
  window: string
}

/**
 * The chart of a metric as PromQL, to go on from; undefined where it is split or filtered by the resource, whose attributes
 * PromQL has in `target_info` alone. The metric is named as OpenTelemetry has it.
 */
export function metricPromql({ metric, kind }: MetricSummary, view: MetricView): string | undefined {
  const { aggregation, by, filter, window } = view
  if ([...by, ...filter].some((each) => each.startsWith('resource.'))) return undefined
  const matchers = matchersOf(filter)
  const series = (ending = '') => `{${[JSON.stringify(metric + ending), ...matchers].join(', ')}}`
  const grouped = (operator: string, inner: string, more: readonly string[] = []) => {
    const labels = [...more, ...by.map(labelOf)]
    return `${operator}${labels.length === 0 ? '' : ` by (${labels.join(', ')})`} (${inner})`
  }
  const sumOf = (call: string, ending?: string, more?: readonly string[]) =>
    grouped('sum', `${call}(${series(ending)}[${window}])`, more)
  const quantile = quantiles[aggregation]
  switch (kind) {
    case 'gauge':
    case 'sum':
      return aggregation === 'rate' || aggregation === 'increase' ? sumOf(aggregation) : grouped(aggregation, series())
    case 'exponential_histogram':
      if (quantile !== undefined) return `histogram_quantile(${quantile}, ${sumOf('rate')})`
      return aggregation === 'avg' ? `histogram_avg(${sumOf('rate')})` : `histogram_count(${sumOf(aggregation)})`
    case 'histogram':
    case 'summary':
      if (quantile !== undefined) return `histogram_quantile(${quantile}, ${sumOf('rate', '_bucket', ['le'])})`
      return aggregation === 'avg'
        ? `${sumOf('rate', '_sum')} / ${sumOf('rate', '_count')}`
        : sumOf(aggregation, '_count')
  }
}

const quantiles: Partial<Record<MetricAggregation, number>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 }

/** A service is a job in PromQL, with its namespace before it. */
const labelOf = (key: string): string =>
  key === 'service' ? 'job' : /^[a-zA-Z_]\w*$/.test(key) ? key : JSON.stringify(key)

/** Several values of one key are either of them. */
function matchersOf(filter: readonly string[]): string[] {
  const byKey = new Map<string, string[]>()
  for (const item of filter) {
    const colon = item.indexOf(':')
    const key = item.slice(0, colon)
    byKey.set(key, [...(byKey.get(key) ?? []), item.slice(colon + 1)])
  }
  return [...byKey].map(([key, values]) => {
    const escaped = values.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
    if (key === 'service') return `job=~${JSON.stringify(`(.*/)?(${escaped})`)}`
    const [value = ''] = values
    return `${labelOf(key)}${values.length === 1 ? `=${JSON.stringify(value)}` : `=~${JSON.stringify(escaped)}`}`
  })
}
