import type { ExpositionSample, Label, MetricType } from './exposition.ts'
import { parseNumber } from './line-cursor.ts'

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
  if (bound === undefined) return text
  if (!Number.isFinite(bound)) return Number.isNaN(bound) ? 'NaN' : bound > 0 ? '+Inf' : '-Inf'
  const [mantissa = '', power = '0'] = bound.toExponential().split('e')
  const exponent = Number(power)
  const isShort = bound === 0 || (exponent >= -4 && exponent < 6)
  if (isShort) return Number.isInteger(bound) ? `${bound}.0` : String(bound)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
