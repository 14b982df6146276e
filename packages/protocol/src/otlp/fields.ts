/**
 * The field numbers of every OTLP message we read or write, under their protobuf names in lowerCamelCase
 * (opentelemetry-proto 1.7 and what came after it: span flags, log event names, entity references).
 *
 * One place for the server's decoder, the SDK's encoder and the OTLP/JSON schema in `schema.ts`.
 */

/** ExportTraceServiceRequest, ExportLogsServiceRequest and ExportMetricsServiceRequest: one repeated field each. */
export const exportRequest = { resourceSpans: 1, resourceLogs: 1, resourceMetrics: 1 } as const
/** Export…ServiceResponse, and the partial success inside: how many records were rejected, and why. */
export const exportResponse = { partialSuccess: 1 } as const
export const partialSuccess = { rejectedRecords: 1, errorMessage: 2 } as const

export const resourceSpans = { resource: 1, scopeSpans: 2, schemaUrl: 3 } as const
export const resourceLogs = { resource: 1, scopeLogs: 2, schemaUrl: 3 } as const
export const resourceMetrics = { resource: 1, scopeMetrics: 2, schemaUrl: 3 } as const
export const scopeSpans = { scope: 1, spans: 2, schemaUrl: 3 } as const
export const scopeLogs = { scope: 1, logRecords: 2, schemaUrl: 3 } as const
export const scopeMetrics = { scope: 1, metrics: 2, schemaUrl: 3 } as const

export const resource = { attributes: 1, droppedAttributesCount: 2, entityRefs: 3 } as const
export const entityRef = { schemaUrl: 1, type: 2, idKeys: 3, descriptionKeys: 4 } as const
export const instrumentationScope = { name: 1, version: 2, attributes: 3, droppedAttributesCount: 4 } as const

export const anyValue = {
  stringValue: 1,
  boolValue: 2,
  intValue: 3,
  doubleValue: 4,
  arrayValue: 5,
  kvlistValue: 6,
  bytesValue: 7,
} as const
export const arrayValue = { values: 1 } as const
export const keyValueList = { values: 1 } as const
export const keyValue = { key: 1, value: 2 } as const

export const span = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  parentSpanId: 4,
  name: 5,
  kind: 6,
  startTimeUnixNano: 7,
  endTimeUnixNano: 8,
  attributes: 9,
  droppedAttributesCount: 10,
  events: 11,
  droppedEventsCount: 12,
  links: 13,
  droppedLinksCount: 14,
  status: 15,
  flags: 16,
} as const
export const spanEvent = { timeUnixNano: 1, name: 2, attributes: 3, droppedAttributesCount: 4 } as const
export const spanLink = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  attributes: 4,
  droppedAttributesCount: 5,
  flags: 6,
} as const
export const spanStatus = { message: 2, code: 3 } as const

export const logRecord = {
  timeUnixNano: 1,
  severityNumber: 2,
  severityText: 3,
  body: 5,
  attributes: 6,
  droppedAttributesCount: 7,
  flags: 8,
  traceId: 9,
  spanId: 10,
  observedTimeUnixNano: 11,
  eventName: 12,
} as const

export const metric = {
  name: 1,
  description: 2,
  unit: 3,
  gauge: 5,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 10,
  summary: 11,
  metadata: 12,
} as const
export const gauge = { dataPoints: 1 } as const
export const sum = { dataPoints: 1, aggregationTemporality: 2, isMonotonic: 3 } as const
export const histogram = { dataPoints: 1, aggregationTemporality: 2 } as const
export const exponentialHistogram = { dataPoints: 1, aggregationTemporality: 2 } as const
export const summary = { dataPoints: 1 } as const

export const numberDataPoint = {
  startTimeUnixNano: 2,
  timeUnixNano: 3,
  asDouble: 4,
  exemplars: 5,
  asInt: 6,
  attributes: 7,
  flags: 8,
} as const
export const histogramDataPoint = {
  startTimeUnixNano: 2,
  timeUnixNano: 3,
  count: 4,
  sum: 5,
  bucketCounts: 6,
  explicitBounds: 7,
  exemplars: 8,
  attributes: 9,
  flags: 10,
  min: 11,
  max: 12,
} as const
export const exponentialHistogramDataPoint = {
  attributes: 1,
  startTimeUnixNano: 2,
  timeUnixNano: 3,
  count: 4,
  sum: 5,
  scale: 6,
  zeroCount: 7,
  positive: 8,
  negative: 9,
  flags: 10,
  exemplars: 11,
  min: 12,
  max: 13,
  zeroThreshold: 14,
} as const
export const exponentialHistogramBuckets = { offset: 1, bucketCounts: 2 } as const
export const summaryDataPoint = {
  startTimeUnixNano: 2,
  timeUnixNano: 3,
  count: 4,
  sum: 5,
  quantileValues: 6,
  attributes: 7,
  flags: 8,
} as const
export const valueAtQuantile = { quantile: 1, value: 2 } as const
export const exemplar = {
  timeUnixNano: 2,
  asDouble: 3,
  spanId: 4,
  traceId: 5,
  asInt: 6,
  filteredAttributes: 7,
} as const

/** Bit of a data point's flags: the series has no value here (a stale marker). */
export const flagNoRecordedValue = 1

export const aggregationTemporality = { unspecified: 0, delta: 1, cumulative: 2 } as const
