import type { MetricKind, MetricLabelsAnswer, MetricSummary, MetricsAnswer } from '@wakeline/protocol'
import { type MetricLabelRow, type MetricRow, metricLabelsSql, metricsSql } from './plan/metric-series.ts'
import type { Running } from './run.ts'
import type { TimeRange } from './time-range.ts'

export type MetricsAsk = TimeRange & { search: string }
export type MetricLabelsAsk = TimeRange & { metric: string }

const labelValuesMax = 200

export async function askMetrics(ask: MetricsAsk, running: Running): Promise<MetricsAnswer> {
  const rows = await running.rows<MetricRow>(metricsSql(ask, ask.search))
  const metrics = rows.map(
    (row): MetricSummary => ({
      ...row,
      kind: metricKind(row.kind),
      temporality: row.temporality === 'delta' || row.temporality === 'cumulative' ? row.temporality : '',
      series: Number(row.series),
    }),
  )
  return { metrics, cost: running.cost() }
}

export async function askMetricLabels(ask: MetricLabelsAsk, running: Running): Promise<MetricLabelsAnswer> {
  const rows = await running.rows<MetricLabelRow>(metricLabelsSql(ask, ask.metric, labelValuesMax))
  return {
    labels: rows.map(({ key, values, distinct }) => ({ key, values, distinct: Number(distinct) })),
    cost: running.cost(),
  }
}

const kinds: readonly MetricKind[] = ['gauge', 'sum', 'histogram', 'exponential_histogram', 'summary']

export function metricKind(text: string): MetricKind {
  const kind = kinds.find((each) => each === text)
  if (kind === undefined) throw new Error(`A series of the store has the unknown kind "${text}"`)
  return kind
}
