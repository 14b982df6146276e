import type { ServiceAnswer } from '@wakeline/protocol'
import type { ChartSeries } from '../../chart/time-chart.tsx'

/** What the charts of a service show, from the counts of each step. */
export function serviceSeries({ series, stepMs }: Pick<ServiceAnswer, 'series' | 'stepMs'>): {
  rate: ChartSeries[]
  errorRatio: ChartSeries[]
  durations: ChartSeries[]
  totals: { requests: number; errors: number }
} {
  const seconds = Math.max(1, stepMs) / 1000
  const { requests, errors } = series
  return {
    rate: [
      { name: 'requests', values: requests.map((count) => count / seconds), colour: 'var(--accent)', shape: 'area' },
    ],
    // Where nothing was asked, nothing failed and nothing succeeded either.
    errorRatio: [
      {
        name: 'errors',
        values: requests.map((count, at) => (count === 0 ? null : (errors[at] ?? 0) / count)),
        colour: 'var(--error)',
        shape: 'bar',
      },
    ],
    durations: [
      { name: 'p99', values: series.durationP99Nano, colour: 'var(--ink-3)', dashed: true },
      { name: 'p95', values: series.durationP95Nano, colour: 'var(--accent)' },
      { name: 'p50', values: series.durationP50Nano, colour: 'var(--ink)' },
    ],
    totals: { requests: sum(requests), errors: sum(errors) },
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
