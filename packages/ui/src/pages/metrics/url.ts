import type { MetricAggregation } from '@wakeline/protocol'
import { many, one, oneOf, type PageUrl } from '../../parts/url.ts'

export type MetricsSearch = {
  /** Name of the metric shown, '' for none. */
  metric: string
  /** What is looked for in the list of metrics. */
  find: string
  /** '' is what suits the metric's kind. */
  aggregation: '' | MetricAggregation
  by: string[]
  /** `key:value` each. */
  filter: string[]
}

const aggregations = ['', 'avg', 'sum', 'min', 'max', 'rate', 'increase', 'p50', 'p90', 'p95', 'p99'] as const

export const metricsUrl: PageUrl<MetricsSearch> = {
  parse: (raw) => ({
    metric: one(raw, 'metric'),
    find: one(raw, 'find'),
    aggregation: oneOf(raw, 'aggregation', aggregations),
    by: many(raw, 'by'),
    filter: many(raw, 'filter'),
  }),
  print: (search) => ({ ...search }),
}
