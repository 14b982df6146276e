import type { MetricAggregation, MetricKind, MetricSummary } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { type MetricView, metricPromql } from './metric-promql.ts'

const metric = (kind: MetricKind): MetricSummary => ({
  metric: 'a.b',
  kind,
  unit: '',
  description: '',
  temporality: '',
  monotonic: kind === 'sum',
  series: 1,
  services: [],
})
const view = (aggregation: MetricAggregation, more: Partial<MetricView> = {}): MetricView => ({
  aggregation,
  by: [],
  filter: [],
  window: '2m',
  ...more,
})

test.each<[MetricKind, MetricAggregation, string]>([
  ['gauge', 'avg', 'avg ({"a.b"})'],
  ['gauge', 'max', 'max ({"a.b"})'],
  ['sum', 'rate', 'sum (rate({"a.b"}[2m]))'],
  ['histogram', 'p95', 'histogram_quantile(0.95, sum by (le) (rate({"a.b_bucket"}[2m])))'],
  ['histogram', 'avg', 'sum (rate({"a.b_sum"}[2m])) / sum (rate({"a.b_count"}[2m]))'],
  ['histogram', 'increase', 'sum (increase({"a.b_count"}[2m]))'],
  ['exponential_histogram', 'p50', 'histogram_quantile(0.5, sum (rate({"a.b"}[2m])))'],
  ['exponential_histogram', 'rate', 'histogram_count(sum (rate({"a.b"}[2m])))'],
  ['summary', 'rate', 'sum (rate({"a.b_count"}[2m]))'],
])('a %s as %s is %s', (kind, aggregation, text) => {
  expect(metricPromql(metric(kind), view(aggregation))).toBe(text)
})

test('labels split and filter it, and a service is a job', () => {
  const split = view('p99', { by: ['http.route', 'service'], filter: ['service:shop', 'code:500', 'code:5.2'] })
  expect(metricPromql(metric('histogram'), split)).toBe(
    'histogram_quantile(0.99, sum by (le, "http.route", job) (rate({"a.b_bucket", job=~"(.*/)?(shop)", code=~"500|5\\\\.2"}[2m])))',
  )
  expect(metricPromql(metric('gauge'), view('avg', { filter: ['path:/a:b'] }))).toBe('avg ({"a.b", path="/a:b"})')
  expect(metricPromql(metric('gauge'), view('avg', { by: ['resource.host.name'] }))).toBeUndefined()
})
