import { context, metrics as metricsApi, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'

// node otel.mjs proto|http|grpc ENDPOINT SERVICE: a span with an event, a log record in it, a counter and a histogram.
const [transport, endpoint, service] = process.argv.slice(2)
const of = (signal) => import(`@opentelemetry/exporter-${signal}-otlp-${transport}`)
const url = (path) => (transport === 'grpc' ? endpoint : `${endpoint}/v1/${path}`)
const { OTLPTraceExporter } = await of('trace')
const { OTLPLogExporter } = await of('logs')
const { OTLPMetricExporter } = await of('metrics')

const resource = resourceFromAttributes({ 'service.name': service, 'service.version': '1.2.3' })
const tracers = new BasicTracerProvider({
  resource,
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: url('traces') }))],
})
const loggers = new LoggerProvider({
  resource,
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: url('logs') }) })],
})
const reader = new PeriodicExportingMetricReader({
  exporter: new OTLPMetricExporter({ url: url('metrics') }),
  exportIntervalMillis: 60_000,
})
const meters = new MeterProvider({ resource, readers: [reader] })
metricsApi.setGlobalMeterProvider(meters)

const span = tracers
  .getTracer('senders', '1')
  .startSpan('pay', { kind: SpanKind.SERVER, attributes: { 'order.id': 42, big: true, ratio: 0.5, list: ['a', 'b'] } })
span.addEvent('declined', { reason: 'card' })
span.setStatus({ code: SpanStatusCode.ERROR, message: 'declined' })
const inSpan = trace.setSpan(context.active(), span)
loggers.getLogger('senders').emit({
  severityNumber: 17,
  severityText: 'ERROR',
  body: 'card declined',
  attributes: { 'order.id': 42 },
  context: inSpan,
})
span.end()
const meter = meters.getMeter('senders')
meter.createCounter('paid.orders', { unit: '{order}' }).add(3, { region: 'eu' })
meter.createHistogram('pay.duration', { unit: 's' }).record(0.25, { region: 'eu' })
await Promise.all([tracers.forceFlush(), loggers.forceFlush(), meters.forceFlush()])
await Promise.all([tracers.shutdown(), loggers.shutdown(), meters.shutdown()])
console.log(span.spanContext().traceId)
