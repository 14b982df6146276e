import type { MetricAggregation, MetricLabelsAnswer, MetricRangeAnswer, MetricsAnswer } from '@wakeline/protocol'
import type { Refused } from '../base/refused.ts'
import type { Running } from './run.ts'
import type { TimeRange } from './time-range.ts'

export type MetricsAsk = TimeRange & { search: string }
export type MetricLabelsAsk = TimeRange & { metric: string }
export type MetricRangeAsk = TimeRange & {
  metric: string
  stepMs?: number | undefined
  aggregation?: MetricAggregation | undefined
  by: string[]
  filter: string[]
}
export async function askMetrics(_ask: MetricsAsk, running: Running): Promise<MetricsAnswer> {
  return { metrics: [], cost: running.cost() }
}
export async function askMetricLabels(_ask: MetricLabelsAsk, running: Running): Promise<MetricLabelsAnswer> {
  return { labels: [], cost: running.cost() }
}
export async function askMetricRange(_ask: MetricRangeAsk, _running: Running): Promise<MetricRangeAnswer | Refused> {
  return { refused: 'not_found', message: 'Cannot chart this metric: not built yet' }
}
