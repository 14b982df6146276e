import type { ServiceAnswer } from '@wakeline/protocol'
import type { ChartSeries } from '../../chart/time-chart.tsx'
import { stepRates } from '../../time/step-rates.ts'

/** What the charts of a service show, from the counts of each step. */
export function serviceSeries(answer: Pick<ServiceAnswer, 'series' | 'times' | 'stepMs' | 'covered'>): {
  rate: ChartSeries[]
  errorRatio: ChartSeries[]
  durations: ChartSeries[]
  totals: { requests: number; errors: number }
} {
  const { series } = answer
  const { requests, errors } = series
  return {
    rate: [{ name: 'requests', values: stepRates(requests, answer), colour: 'var(--accent)', shape: 'area' }],
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
