/**
 * What a scraped target says, in the two text languages of Prometheus.
 *
 *   # TYPE http_requests counter                                      metadata
 *   http_requests_total{method="GET"} 1027 1395066363 # {trace_id="ab"} 1 1395066362.5
 *   └ name             └ labels       └ value └ timestamp └ exemplar: labels, value, timestamp
 *
 * `text` is Prometheus' text format 0.0.4 and 1.0.0 (timestamps in integer milliseconds, whitespace free, no end mark);
 * `openmetrics` is OpenMetrics 1.0 (seconds with fraction, one space between parts, ends with `# EOF`).
 * Sources: prometheus.io/docs/instrumenting/exposition_formats, and the OpenMetrics specification with the rules
 * its own test suite holds parsers to.
 */
export type Dialect = 'text' | 'openmetrics'

export type Label = readonly [name: string, value: string]

export type ExpositionSample = {
  name: string
  /** In the order sent, `le` and `quantile` included; names are unique. */
  labels: readonly Label[]
  value: number
  /** Unix milliseconds, with fraction in OpenMetrics; absent when the target leaves the time to the scraper. */
  timestampMs?: number
  exemplar?: ExpositionExemplar
}

export type ExpositionExemplar = { labels: readonly Label[]; value: number; timestampMs?: number }

export type MetricType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown'

export type Metadata = { type?: MetricType; help?: string; unit?: string }

export type Exposition = {
  samples: ExpositionSample[]
  /** By metric family name, in the order first seen. */
  metadata: Map<string, Metadata>
}

/** Thrown inside the reader only, and turned into `{ refused }` with its line at the door. */
export class ExpositionError extends Error {
  override readonly name = 'ExpositionError'
}
