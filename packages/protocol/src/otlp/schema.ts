import {
  anyValue,
  arrayValue,
  exemplar,
  exponentialHistogram,
  exponentialHistogramBuckets,
  exponentialHistogramDataPoint,
  exportRequest,
  gauge,
  histogram,
  histogramDataPoint,
  instrumentationScope,
  keyValue,
  keyValueList,
  logRecord,
  metric,
  numberDataPoint,
  resource,
  resourceLogs,
  resourceMetrics,
  resourceSpans,
  scopeLogs,
  scopeMetrics,
  scopeSpans,
  span,
  spanEvent,
  spanLink,
  spanStatus,
  sum,
  summary,
  summaryDataPoint,
  valueAtQuantile,
} from './fields.ts'

/**
 * OTLP's messages as a table: for each entry its number (from `fields.ts`) and how its value is written, in
 * protobuf and in OTLP/JSON. A walker over this table turns one into the other.
 *
 * OTLP/JSON is proto3 JSON with two differences: ids are hex, and enums are numbers (names are read as well).
 */
export type ScalarKind =
  | 'text'
  | 'bytes'
  | 'trace id'
  | 'span id'
  | 'bool'
  | 'uint32'
  | 'sint32'
  | 'fixed32'
  | 'int64'
  | 'uint64'
  | 'fixed64'
  | 'sfixed64'
  | 'double'

export type EntrySchema = { number: number; isRepeated: boolean } & (
  | { kind: ScalarKind }
  | { kind: 'enum'; names: Readonly<Record<string, number>> }
  | { kind: 'message'; message: MessageName }
)
export type MessageSchema = Readonly<Record<string, EntrySchema>>

const one = (number: number, kind: ScalarKind): EntrySchema => ({ number, kind, isRepeated: false })
const many = (number: number, kind: ScalarKind): EntrySchema => ({ number, kind, isRepeated: true })
const part = (number: number, message: MessageName): EntrySchema => ({
  number,
  kind: 'message',
  message,
  isRepeated: false,
})
const parts = (number: number, message: MessageName): EntrySchema => ({
  number,
  kind: 'message',
  message,
  isRepeated: true,
})
const named = (number: number, names: Readonly<Record<string, number>>): EntrySchema => ({
  number,
  kind: 'enum',
  names,
  isRepeated: false,
})

const spanKinds = numbered('SPAN_KIND_', ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'])
const statusCodes = numbered('STATUS_CODE_', ['UNSET', 'OK', 'ERROR'])
const temporalities = numbered('AGGREGATION_TEMPORALITY_', ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'])
const severities = numbered('SEVERITY_NUMBER_', [
  'UNSPECIFIED',
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) => [name, `${name}2`, `${name}3`, `${name}4`]),
])

function numbered(prefix: string, names: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((name, number) => [prefix + name, number]))
}

export type MessageName =
  | 'TracesRequest'
  | 'LogsRequest'
  | 'MetricsRequest'
  | 'ResourceSpans'
  | 'ResourceLogs'
  | 'ResourceMetrics'
  | 'ScopeSpans'
  | 'ScopeLogs'
  | 'ScopeMetrics'
  | 'Resource'
  | 'InstrumentationScope'
  | 'AnyValue'
  | 'ArrayValue'
  | 'KeyValueList'
  | 'KeyValue'
  | 'Span'
  | 'SpanEvent'
  | 'SpanLink'
  | 'SpanStatus'
  | 'LogRecord'
  | 'Metric'
  | 'Gauge'
  | 'Sum'
  | 'Histogram'
  | 'ExponentialHistogram'
  | 'Summary'
  | 'NumberDataPoint'
  | 'HistogramDataPoint'
  | 'ExponentialHistogramDataPoint'
  | 'ExponentialHistogramBuckets'
  | 'SummaryDataPoint'
  | 'ValueAtQuantile'
  | 'Exemplar'

export const messages: Readonly<Record<MessageName, MessageSchema>> = {
  TracesRequest: { resourceSpans: parts(exportRequest.resourceSpans, 'ResourceSpans') },
  LogsRequest: { resourceLogs: parts(exportRequest.resourceLogs, 'ResourceLogs') },
  MetricsRequest: { resourceMetrics: parts(exportRequest.resourceMetrics, 'ResourceMetrics') },
  ResourceSpans: {
    resource: part(resourceSpans.resource, 'Resource'),
    scopeSpans: parts(resourceSpans.scopeSpans, 'ScopeSpans'),
    schemaUrl: one(resourceSpans.schemaUrl, 'text'),
  },
  ResourceLogs: {
    resource: part(resourceLogs.resource, 'Resource'),
    scopeLogs: parts(resourceLogs.scopeLogs, 'ScopeLogs'),
    schemaUrl: one(resourceLogs.schemaUrl, 'text'),
  },
  ResourceMetrics: {
    resource: part(resourceMetrics.resource, 'Resource'),
    scopeMetrics: parts(resourceMetrics.scopeMetrics, 'ScopeMetrics'),
    schemaUrl: one(resourceMetrics.schemaUrl, 'text'),
  },
  ScopeSpans: {
    scope: part(scopeSpans.scope, 'InstrumentationScope'),
    spans: parts(scopeSpans.spans, 'Span'),
    schemaUrl: one(scopeSpans.schemaUrl, 'text'),
  },
  ScopeLogs: {
    scope: part(scopeLogs.scope, 'InstrumentationScope'),
    logRecords: parts(scopeLogs.logRecords, 'LogRecord'),
    schemaUrl: one(scopeLogs.schemaUrl, 'text'),
  },
  ScopeMetrics: {
    scope: part(scopeMetrics.scope, 'InstrumentationScope'),
    metrics: parts(scopeMetrics.metrics, 'Metric'),
    schemaUrl: one(scopeMetrics.schemaUrl, 'text'),
  },
  Resource: {
    attributes: parts(resource.attributes, 'KeyValue'),
    droppedAttributesCount: one(resource.droppedAttributesCount, 'uint32'),
  },
  InstrumentationScope: {
    name: one(instrumentationScope.name, 'text'),
    version: one(instrumentationScope.version, 'text'),
    attributes: parts(instrumentationScope.attributes, 'KeyValue'),
    droppedAttributesCount: one(instrumentationScope.droppedAttributesCount, 'uint32'),
  },
  AnyValue: {
    stringValue: one(anyValue.stringValue, 'text'),
    boolValue: one(anyValue.boolValue, 'bool'),
    intValue: one(anyValue.intValue, 'int64'),
    doubleValue: one(anyValue.doubleValue, 'double'),
    arrayValue: part(anyValue.arrayValue, 'ArrayValue'),
    kvlistValue: part(anyValue.kvlistValue, 'KeyValueList'),
    bytesValue: one(anyValue.bytesValue, 'bytes'),
  },
  ArrayValue: { values: parts(arrayValue.values, 'AnyValue') },
  KeyValueList: { values: parts(keyValueList.values, 'KeyValue') },
  KeyValue: { key: one(keyValue.key, 'text'), value: part(keyValue.value, 'AnyValue') },
  Span: {
    traceId: one(span.traceId, 'trace id'),
    spanId: one(span.spanId, 'span id'),
    traceState: one(span.traceState, 'text'),
    parentSpanId: one(span.parentSpanId, 'span id'),
    name: one(span.name, 'text'),
    kind: named(span.kind, spanKinds),
    startTimeUnixNano: one(span.startTimeUnixNano, 'fixed64'),
    endTimeUnixNano: one(span.endTimeUnixNano, 'fixed64'),
    attributes: parts(span.attributes, 'KeyValue'),
    droppedAttributesCount: one(span.droppedAttributesCount, 'uint32'),
    events: parts(span.events, 'SpanEvent'),
    droppedEventsCount: one(span.droppedEventsCount, 'uint32'),
    links: parts(span.links, 'SpanLink'),
    droppedLinksCount: one(span.droppedLinksCount, 'uint32'),
    status: part(span.status, 'SpanStatus'),
    flags: one(span.flags, 'fixed32'),
  },
  SpanEvent: {
    timeUnixNano: one(spanEvent.timeUnixNano, 'fixed64'),
    name: one(spanEvent.name, 'text'),
    attributes: parts(spanEvent.attributes, 'KeyValue'),
    droppedAttributesCount: one(spanEvent.droppedAttributesCount, 'uint32'),
  },
  SpanLink: {
    traceId: one(spanLink.traceId, 'trace id'),
    spanId: one(spanLink.spanId, 'span id'),
    traceState: one(spanLink.traceState, 'text'),
    attributes: parts(spanLink.attributes, 'KeyValue'),
    droppedAttributesCount: one(spanLink.droppedAttributesCount, 'uint32'),
    flags: one(spanLink.flags, 'fixed32'),
  },
  SpanStatus: { message: one(spanStatus.message, 'text'), code: named(spanStatus.code, statusCodes) },
  LogRecord: {
    timeUnixNano: one(logRecord.timeUnixNano, 'fixed64'),
    observedTimeUnixNano: one(logRecord.observedTimeUnixNano, 'fixed64'),
    severityNumber: named(logRecord.severityNumber, severities),
    severityText: one(logRecord.severityText, 'text'),
    body: part(logRecord.body, 'AnyValue'),
    attributes: parts(logRecord.attributes, 'KeyValue'),
    droppedAttributesCount: one(logRecord.droppedAttributesCount, 'uint32'),
    flags: one(logRecord.flags, 'fixed32'),
    traceId: one(logRecord.traceId, 'trace id'),
    spanId: one(logRecord.spanId, 'span id'),
    eventName: one(logRecord.eventName, 'text'),
  },
  Metric: {
    name: one(metric.name, 'text'),
    description: one(metric.description, 'text'),
    unit: one(metric.unit, 'text'),
    gauge: part(metric.gauge, 'Gauge'),
    sum: part(metric.sum, 'Sum'),
    histogram: part(metric.histogram, 'Histogram'),
    exponentialHistogram: part(metric.exponentialHistogram, 'ExponentialHistogram'),
    summary: part(metric.summary, 'Summary'),
  },
  Gauge: { dataPoints: parts(gauge.dataPoints, 'NumberDataPoint') },
  Sum: {
    dataPoints: parts(sum.dataPoints, 'NumberDataPoint'),
    aggregationTemporality: named(sum.aggregationTemporality, temporalities),
    isMonotonic: one(sum.isMonotonic, 'bool'),
  },
  Histogram: {
    dataPoints: parts(histogram.dataPoints, 'HistogramDataPoint'),
    aggregationTemporality: named(histogram.aggregationTemporality, temporalities),
  },
  ExponentialHistogram: {
    dataPoints: parts(exponentialHistogram.dataPoints, 'ExponentialHistogramDataPoint'),
    aggregationTemporality: named(exponentialHistogram.aggregationTemporality, temporalities),
  },
  Summary: { dataPoints: parts(summary.dataPoints, 'SummaryDataPoint') },
  NumberDataPoint: {
    attributes: parts(numberDataPoint.attributes, 'KeyValue'),
    startTimeUnixNano: one(numberDataPoint.startTimeUnixNano, 'fixed64'),
    timeUnixNano: one(numberDataPoint.timeUnixNano, 'fixed64'),
    asDouble: one(numberDataPoint.asDouble, 'double'),
    asInt: one(numberDataPoint.asInt, 'sfixed64'),
    exemplars: parts(numberDataPoint.exemplars, 'Exemplar'),
    flags: one(numberDataPoint.flags, 'uint32'),
  },
  HistogramDataPoint: {
    attributes: parts(histogramDataPoint.attributes, 'KeyValue'),
    startTimeUnixNano: one(histogramDataPoint.startTimeUnixNano, 'fixed64'),
    timeUnixNano: one(histogramDataPoint.timeUnixNano, 'fixed64'),
    count: one(histogramDataPoint.count, 'fixed64'),
    sum: one(histogramDataPoint.sum, 'double'),
    bucketCounts: many(histogramDataPoint.bucketCounts, 'fixed64'),
    explicitBounds: many(histogramDataPoint.explicitBounds, 'double'),
    exemplars: parts(histogramDataPoint.exemplars, 'Exemplar'),
    flags: one(histogramDataPoint.flags, 'uint32'),
    min: one(histogramDataPoint.min, 'double'),
    max: one(histogramDataPoint.max, 'double'),
  },
  ExponentialHistogramDataPoint: {
    attributes: parts(exponentialHistogramDataPoint.attributes, 'KeyValue'),
    startTimeUnixNano: one(exponentialHistogramDataPoint.startTimeUnixNano, 'fixed64'),
    timeUnixNano: one(exponentialHistogramDataPoint.timeUnixNano, 'fixed64'),
    count: one(exponentialHistogramDataPoint.count, 'fixed64'),
    sum: one(exponentialHistogramDataPoint.sum, 'double'),
    scale: one(exponentialHistogramDataPoint.scale, 'sint32'),
    zeroCount: one(exponentialHistogramDataPoint.zeroCount, 'fixed64'),
    positive: part(exponentialHistogramDataPoint.positive, 'ExponentialHistogramBuckets'),
    negative: part(exponentialHistogramDataPoint.negative, 'ExponentialHistogramBuckets'),
    flags: one(exponentialHistogramDataPoint.flags, 'uint32'),
    exemplars: parts(exponentialHistogramDataPoint.exemplars, 'Exemplar'),
    min: one(exponentialHistogramDataPoint.min, 'double'),
    max: one(exponentialHistogramDataPoint.max, 'double'),
    zeroThreshold: one(exponentialHistogramDataPoint.zeroThreshold, 'double'),
  },
  ExponentialHistogramBuckets: {
    offset: one(exponentialHistogramBuckets.offset, 'sint32'),
    bucketCounts: many(exponentialHistogramBuckets.bucketCounts, 'uint64'),
  },
  SummaryDataPoint: {
    attributes: parts(summaryDataPoint.attributes, 'KeyValue'),
    startTimeUnixNano: one(summaryDataPoint.startTimeUnixNano, 'fixed64'),
    timeUnixNano: one(summaryDataPoint.timeUnixNano, 'fixed64'),
    count: one(summaryDataPoint.count, 'fixed64'),
    sum: one(summaryDataPoint.sum, 'double'),
    quantileValues: parts(summaryDataPoint.quantileValues, 'ValueAtQuantile'),
    flags: one(summaryDataPoint.flags, 'uint32'),
  },
  ValueAtQuantile: { quantile: one(valueAtQuantile.quantile, 'double'), value: one(valueAtQuantile.value, 'double') },
  Exemplar: {
    filteredAttributes: parts(exemplar.filteredAttributes, 'KeyValue'),
    timeUnixNano: one(exemplar.timeUnixNano, 'fixed64'),
    asDouble: one(exemplar.asDouble, 'double'),
    asInt: one(exemplar.asInt, 'sfixed64'),
    spanId: one(exemplar.spanId, 'span id'),
    traceId: one(exemplar.traceId, 'trace id'),
  },
}
