import type { ExpositionSample, Label, MetricType } from './exposition.ts'
import { parseNumber } from './line-cursor.ts'
import { printBound } from './print-bound.ts'

/**
 * The bounds of buckets and of quantiles as OpenMetrics writes them, always with a point or an exponent: one target says
 * `le="1"` and another `le="1.0"`, and both mean one series. Prometheus 3 does the same with whatever it scrapes.
 */
export function withEvenBounds(sample: ExpositionSample, type: MetricType | undefined): ExpositionSample {
  const label = type === 'histogram' ? 'le' : type === 'summary' ? 'quantile' : undefined
  if (label === undefined || !sample.labels.some(([name]) => name === label)) return sample
  const even = ([name, value]: Label): Label => [name, name === label ? evenBound(value) : value]
  return { ...sample, labels: sample.labels.map(even) }
}

function evenBound(text: string): string {
  const bound = parseNumber(text)
  return bound === undefined ? text : printBound(bound)
}
