import { context, metrics, trace } from '@opentelemetry/api'
import { five, labelled, scrapedSeries, scrapes, tellMedian, threeLabels } from './rounds.mjs'

/** `node peers.mjs OPERATION`: the same operations by the libraries the SDK replaces, each set up as its own pages say. */
const attributes = five()

const operations = {
  'pino: log line': () => pinoLine((pino) => pino.destination(1)),
  'pino: log line, null sink': () => pinoLine(() => ({ write() {} })),
  'winston: log line': async () => {
    await openTracer()
    const { createLogger, format, transports } = (await import('winston')).default
    const withIds = format((info) => Object.assign(info, traceIds()))
    const logger = createLogger({
      format: format.combine(withIds(), format.timestamp(), format.json()),
      transports: [new transports.Stream({ stream: process.stdout })],
    })
    return {
      times: 50_000,
      chunk: 2_000,
      between: () => new Promise((resolve) => setImmediate(resolve)),
      loop: (n) => {
        for (let k = 0; k < n; k++) logger.info('order paid', five())
      },
    }
  },
  'pino: disabled log': async () => {
    const { default: pino } = await import('pino')
    const logger = pino(pino.destination(1))
    return {
      times: 20_000_000,
      chunk: 20_000_000,
      loop: (n) => {
        for (let k = 0; k < n; k++) logger.debug(attributes, 'order paid')
      },
    }
  },
  'prom-client: counter, 3 labels': async () => {
    const { Counter } = (await import('prom-client')).default
    const counter = new Counter({ name: 'c', help: 'c', labelNames: ['method', 'route', 'status'] })
    return {
      times: 500_000,
      loop: (n) => {
        for (let k = 0; k < n; k++) counter.inc(threeLabels(), 1)
      },
    }
  },
  'otel: counter, 3 labels': async () => {
    const counter = (await openMeter()).createCounter('c')
    return {
      times: 300_000,
      loop: (n) => {
        for (let k = 0; k < n; k++) counter.add(1, threeLabels())
      },
    }
  },
  'prom-client: counter, bound': async () => {
    const { Counter } = (await import('prom-client')).default
    const counter = new Counter({ name: 'c', help: 'c', labelNames: ['method', 'route', 'status'] })
    const bound = counter.labels(threeLabels())
    return {
      times: 500_000,
      loop: (n) => {
        for (let k = 0; k < n; k++) bound.inc(1)
      },
    }
  },
  'prom-client: histogram, bound': async () => {
    const { Histogram } = (await import('prom-client')).default
    const histogram = new Histogram({ name: 'h', help: 'h', labelNames: ['method', 'route', 'status'] })
    const bound = histogram.labels(threeLabels())
    let value = 0
    return {
      times: 500_000,
      loop: (n) => {
        for (let k = 0; k < n; k++) {
          value = value > 1 ? 0 : value + 0.001
          bound.observe(value)
        }
      },
    }
  },
  'otel: histogram, 3 labels': async () => {
    const histogram = (await openMeter()).createHistogram('h', { unit: 's' })
    return labelled(300_000, (value) => histogram.record(value, threeLabels()))
  },
  'otel: exponential histogram': async () => {
    const { AggregationType } = await import('@opentelemetry/sdk-metrics')
    const views = [{ instrumentName: 'h', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }]
    const histogram = (await openMeter(views)).createHistogram('h', { unit: 's' })
    const labels = threeLabels()
    return labelled(300_000, (value) => histogram.record(value, labels))
  },
  'otel: gauge, 3 labels': async () => {
    const gauge = (await openMeter()).createGauge('g')
    return labelled(300_000, (value) => gauge.record(value, threeLabels()))
  },
  'prom-client: histogram, 3 labels': async () => {
    const { Histogram } = (await import('prom-client')).default
    const histogram = new Histogram({ name: 'h', help: 'h', labelNames: ['method', 'route', 'status'] })
    return labelled(300_000, (value) => histogram.observe(threeLabels(), value))
  },
  'prom-client: summary, bound': async () => {
    const { Summary } = (await import('prom-client')).default
    const labelNames = ['method', 'route', 'status']
    const summary = new Summary({ name: 's', help: 's', labelNames, maxAgeSeconds: 600, ageBuckets: 5 })
    const bound = summary.labels(threeLabels())
    return labelled(100_000, (value) => bound.observe(value))
  },
  'prom-client: scrape': async () => {
    const { Histogram, register } = (await import('prom-client')).default
    const histogram = new Histogram({ name: 'h', help: 'h', labelNames: ['method', 'route', 'status'] })
    for (let i = 0; i < scrapedSeries; i++) histogram.observe({ ...threeLabels(), route: `/r/${i}` }, (i % 100) / 10)
    return scrapes(async () => Buffer.from(await register.metrics()))
  },
  'otel: span, 5 attributes': async () => {
    const tracer = await openTracer()
    return {
      times: 50_000,
      loop: (n) => {
        for (let k = 0; k < n; k++) {
          tracer.startActiveSpan('load order', { attributes: five() }, (span) => span.end())
        }
      },
    }
  },
}

function traceIds() {
  const { traceId, spanId } = trace.getActiveSpan().spanContext()
  return { trace_id: traceId, span_id: spanId }
}

async function openMeter(views = []) {
  const { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } = await import(
    '@opentelemetry/sdk-metrics'
  )
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader], views }))
  return metrics.getMeter('bench')
}

async function pinoLine(open) {
  await openTracer()
  const { default: pino } = await import('pino')
  const logger = pino({ mixin: traceIds }, open(pino))
  return {
    times: 100_000,
    loop: (n) => {
      for (let k = 0; k < n; k++) logger.info(five(), 'order paid')
    },
  }
}

/** Spans become OTLP bytes 512 at a time, as the batch processor has them exported; nothing is sent. */
async function openTracer() {
  const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node')
  const { ProtobufTraceSerializer } = await import('@opentelemetry/otlp-transformer')
  let batch = []
  const processor = {
    onStart() {},
    onEnd(span) {
      if (batch.push(span) < 512) return
      ProtobufTraceSerializer.serializeRequest(batch)
      batch = []
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const provider = new NodeTracerProvider({ spanProcessors: [processor] })
  provider.register()
  return trace.getTracer('bench')
}

const operation = await operations[process.argv[2]]()
const around = trace.getTracer('bench').startSpan('around')
await context.with(trace.setSpan(context.active(), around), () => tellMedian(operation))
process.kill(process.pid, 'SIGKILL')
