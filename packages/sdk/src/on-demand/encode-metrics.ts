import type { AttributeEncoding } from '../encode/attributes.ts'
import { MetricsEncoder } from '../metrics/encode-metrics.ts'
import type { PushedMetrics } from '../metrics/pushed-metrics.ts'

/** Programs that end at once, or are scraped, never push. */
export function openMetricsEncoder(pushed: Pick<PushedMetrics, 'source'>, how: AttributeEncoding): MetricsEncoder {
  return new MetricsEncoder(() => pushed.source(), how)
}
