/**
 * The types people see when they install `wakeline`. This file imports nothing, so that the published declarations
 * stand alone: build.ts turns it and index.ts into one `index.d.ts`.
 */

/** A value that can be attached to telemetry. Nested objects, arrays, Map, Set, Date, Error and BigInt are all taken. */
export type AttributeValue = unknown

/** Names and values attached to a span, a log record or a data point. `undefined` values are left out. */
export type Attributes = Record<string, AttributeValue>

/** From the quietest to the loudest: `trace`, `debug`, `info`, `warn`, `error`, `fatal`; `silent` turns a logger off. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/**
 * One logging call. Message first or object first, an Error anywhere, printf arguments after a message with `%`.
 * Never throws, whatever it is given.
 *
 * ```ts
 * log.info('order paid', { orderId: 42 })
 * log.info({ orderId: 42 }, 'order paid')
 * log.error(new Error('card declined'), 'payment failed', { orderId: 42 })
 * ```
 */
export interface LogCall {
  (message: string, ...rest: unknown[]): void
  (error: Error, ...rest: unknown[]): void
  (attributes: object, message?: string, ...rest: unknown[]): void
}

/** A structured logger. Every line written inside a span carries its trace and span id. */
export interface Log {
  readonly name: string
  /** The lowest level that is written. Setting it changes this logger and all of the same name, its children included. */
  level: LogLevel
  readonly trace: LogCall
  readonly debug: LogCall
  readonly info: LogCall
  readonly warn: LogCall
  readonly error: LogCall
  readonly fatal: LogCall
  /** The same as `warn`. */
  readonly warning: LogCall
  /** The same as `fatal`. */
  readonly critical: LogCall
  /** Whether a line of this level would be written: ask before preparing something costly. */
  isLevelEnabled(level: LogLevel): boolean
  /** A logger that adds these attributes to each line. A key bound again replaces the earlier value. */
  child(attributes: Attributes): Log
  /** The same as `child`. */
  with(attributes: Attributes): Log
  /** A logger without these bound attributes. */
  unbind(...keys: string[]): Log
  /**
   * Adds to every line from now on in the request (or withContext) around this call, whichever logger writes it; no other
   * request sees it. Outside of one: to every line of the process.
   */
  setContext(attributes: Attributes): void
  /** Takes back what `setContext` and the request have bound: these keys, or all. */
  clearContext(...keys: string[]): void
  /** Adds to the one line that the request around this call ends with. */
  set(attributes: Attributes): void
  /** How long something took, as an info line with `operation` and `duration_seconds`. */
  performance(operation: string, durationSeconds: number, attributes?: Attributes): void
  /** Something that matters to the business, as an info line with `event`. */
  event(name: string, attributes?: Attributes): void
  /** A logger of another name, with a level of its own. */
  named(name: string): Log
}

/** Names a span everywhere. */
export interface SpanIdentity {
  /** 32 hex digits. */
  traceId: string
  /** 16 hex digits. */
  spanId: string
  /** Bit 0: sampled. */
  traceFlags: number
}

/** One timed operation. All calls are accepted and ignored once it has ended. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  /** False when the trace is not sampled: attributes set now go nowhere. */
  isRecording(): boolean
  setAttribute(key: string, value: AttributeValue): this
  setAttributes(attributes: Attributes): this
  addEvent(name: string, attributes?: Attributes): this
  updateName(name: string): this
  /** What a link, or another process, needs to know of this span. */
  spanContext(): SpanIdentity
  /** Refers to a span elsewhere that caused this one, too. */
  addLink(link: { context: SpanIdentity; attributes?: Attributes }): this
  /** Adds the error as an `exception` event and marks the span as failed. */
  recordError(error: unknown): this
}

/** Runs `fn` inside a new span, a child of the active one, and ends the span when `fn` returns, resolves or fails. */
export interface Trace {
  <T>(name: string, fn: (span: Span) => T): T
  <T>(name: string, attributes: Attributes, fn: (span: Span) => T): T
}

export interface InstrumentOptions {
  /** UCUM: `s`, `By`, `{request}`. */
  unit?: string
  description?: string
  /** Series of this instrument; more go to its overflow series. Default: `seriesMax` of start() */
  seriesMax?: number
}

export interface GaugeOptions extends InstrumentOptions {
  /**
   * What becomes of the same series in several workers (of `cluster`, or threads) where their metrics come together:
   * `worker` keeps them apart by an attribute `worker.id`. Default `worker`
   */
  aggregate?: 'worker' | 'sum' | 'min' | 'max' | 'mean'
}

export interface HistogramOptions extends InstrumentOptions {
  /** Upper bounds of the buckets, ascending. Left out: seconds get 5 ms to 10 s, everything else 0 to 10,000. */
  boundaries?: readonly number[]
}

/** An instrument whose attributes are known: the compiler refuses others, and a call with others is said once. */
export interface LabelNames<L extends string> {
  labels: readonly L[]
}
/** A value for each declared label, and no other. */
export type Labels<L extends string> = { readonly [K in L]: AttributeValue }

/** A sum that only grows. */
export interface Counter {
  add(value: number, attributes?: Attributes): void
  /** A handle for one set of attributes: the cheapest way to count in a hot path. */
  with(attributes: Attributes): BoundCounter
}
export interface BoundCounter {
  add(value: number): void
}

export interface LabelledCounter<L extends string> {
  add(value: number, labels: Labels<L>): void
  with(labels: Labels<L>): BoundCounter
}

/** A sum that goes both ways, such as requests in progress. */
export interface UpDownCounter {
  add(value: number, attributes?: Attributes): void
  with(attributes: Attributes): BoundCounter
}

/** The last value seen. */
export interface Gauge {
  set(value: number, attributes?: Attributes): void
  with(attributes: Attributes): BoundGauge
}
export interface BoundGauge {
  set(value: number): void
}

export interface LabelledGauge<L extends string> {
  set(value: number, labels: Labels<L>): void
  with(labels: Labels<L>): BoundGauge
}

/** How often values fell in each bucket, with their sum, smallest and largest. */
export interface Histogram {
  record(value: number, attributes?: Attributes): void
  with(attributes: Attributes): BoundHistogram
  /** Starts a clock; the returned function records the seconds since. */
  startTimer(attributes?: Attributes): (more?: Attributes) => number
}
export interface BoundHistogram {
  record(value: number): void
}

export interface LabelledHistogram<L extends string> {
  record(value: number, labels: Labels<L>): void
  with(labels: Labels<L>): BoundHistogram
  /** What is not known yet when the clock starts is given when it stops. */
  startTimer<K extends L = never>(labels?: Labels<K>): (more: Labels<Exclude<L, K>>) => number
}

/** Reports the current value when it is collected. */
export type Observe = (observe: (value: number, attributes?: Attributes) => void) => void | Promise<void>

/**
 * Makes instruments. Asking twice for the same name gives the same instrument; the same name with another kind is
 * said once on stderr and gives an instrument that is not exported. Nothing here throws.
 *
 * ```ts
 * const orders = meter.counter('orders', { labels: ['kind'] })
 * orders.add(1, { kind: 'new' }) // the compiler refuses another label, and a missing one
 * ```
 */
export interface Meter {
  counter<const L extends string>(name: string, options: InstrumentOptions & LabelNames<L>): LabelledCounter<L>
  counter(name: string, options?: InstrumentOptions): Counter
  upDownCounter<const L extends string>(name: string, options: InstrumentOptions & LabelNames<L>): LabelledCounter<L>
  upDownCounter(name: string, options?: InstrumentOptions): UpDownCounter
  gauge<const L extends string>(name: string, options: GaugeOptions & LabelNames<L>): LabelledGauge<L>
  gauge(name: string, options?: GaugeOptions): Gauge
  histogram<const L extends string>(name: string, options: HistogramOptions & LabelNames<L>): LabelledHistogram<L>
  histogram(name: string, options?: HistogramOptions): Histogram
  observableCounter(name: string, options: InstrumentOptions, observe: Observe): void
  observableUpDownCounter(name: string, options: InstrumentOptions, observe: Observe): void
  observableGauge(name: string, options: GaugeOptions, observe: Observe): void
}

/** Everything is optional: what is left out comes from the environment, then from the default. */
export interface StartOptions {
  /** `service.name`. OTEL_SERVICE_NAME; else the name in package.json of the working directory. */
  serviceName?: string
  /** `service.version`. OTEL_RESOURCE_ATTRIBUTES; else the version in package.json of the working directory. */
  serviceVersion?: string
  /** `deployment.environment.name`. */
  environment?: string
  /** More resource attributes. OTEL_RESOURCE_ATTRIBUTES. */
  resource?: Record<string, string | number | boolean>
  /** Base URL of the OTLP/HTTP receiver. WAKELINE_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT. Default http://127.0.0.1:4318 */
  endpoint?: string
  /** Sent as `Authorization: Bearer`. WAKELINE_TOKEN. */
  token?: string
  /** Headers added to each export. OTEL_EXPORTER_OTLP_HEADERS. */
  headers?: Record<string, string>
  /** OTEL_EXPORTER_OTLP_PROTOCOL. Default `http/protobuf` */
  protocol?: 'http/protobuf' | 'http/json'
  /** OTEL_EXPORTER_OTLP_COMPRESSION. Default `none`. */
  compression?: 'none' | 'gzip'
  /** One export request may take this long. OTEL_EXPORTER_OTLP_TIMEOUT. Default 10,000 */
  exportTimeoutMs?: number
  /** Spans and log records wait at most this long before they are sent. WAKELINE_BATCH_DELAY_MS. Default 1,000 */
  batchDelayMs?: number
  /** Spans or log records are sent earlier when this much waits. WAKELINE_BATCH_MAX_BYTES. Default 524,288 */
  batchMaxBytes?: number
  /** Bound of what waits, per signal; what comes when it is full is dropped and counted. WAKELINE_BUFFER_MAX_BYTES. Default 8,388,608 */
  bufferMaxBytes?: number
  /** Time between two pushes of all metrics. OTEL_METRIC_EXPORT_INTERVAL. Default 10,000 */
  metricIntervalMs?: number
  /** At exit, sending the last telemetry may hold the process this long. WAKELINE_EXIT_TIMEOUT_MS. Default 1,000 */
  exitTimeoutMs?: number
  /** Share of new traces that is kept, 0 to 1; a caller's decision always wins. OTEL_TRACES_SAMPLER(_ARG). Default 1 */
  sampleRatio?: number
  /** WAKELINE_LOG_LEVEL. Default `info` */
  logLevel?: LogLevel
  /** Where log lines are shown. WAKELINE_LOG_OUTPUT. Default: `pretty` on a terminal, else `json` */
  logOutput?: 'json' | 'pretty' | 'none'
  /**
   * Where each signal goes: `otlp` (or true), `console`, `none` (or false), `zipkin` for traces, `prometheus` (is scraped)
   * for metrics; several with commas, one of them over the network. OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER, OTEL_LOGS_EXPORTER. Default `otlp`
   */
  export?: { traces?: boolean | string; metrics?: boolean | string; logs?: boolean | string }
  /** How traces go over the wire: `tracecontext`, `baggage`, `b3`, `b3multi`, `jaeger`. OTEL_PROPAGATORS. Default the first two */
  propagators?: readonly string[]
  /** What is instrumented without being asked. Default all */
  instrument?: {
    httpServer?: boolean
    httpClient?: boolean
    fetch?: boolean
    process?: boolean
    /** Libraries that publish what they do: mysql2, ioredis, node-redis. */
    channels?: boolean
    /** Says on a span how long it waited for the event loop and for garbage collection. */
    lanes?: boolean
  }
  /** Series per instrument; more go to one overflow series. WAKELINE_SERIES_MAX. Default 2,000 */
  seriesMax?: number
  /** Series with attributes that get no value for so long are forgotten; 0: never. WAKELINE_SERIES_EXPIRY_MS. Default 3,600,000 */
  seriesExpiryMs?: number
  /** Sums and histograms as totals, or as what came since the last push. OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE. Default `cumulative` */
  temporality?: 'cumulative' | 'delta' | 'lowmemory'
  /** Push exponential histograms in place of those with fixed buckets. OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION. Default false */
  nativeHistograms?: boolean
  /** Longest string value; the rest is cut. OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT, for spans OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT, for the rest OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT. Default 8,192 characters */
  attributeLengthMax?: number
  /** Attributes of one span or record; the rest is dropped and counted. OTEL_ATTRIBUTE_COUNT_LIMIT, for spans OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT, for log records OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT. Default 128 */
  attributesMax?: number
  /** Events of one span; more are dropped and counted. OTEL_SPAN_EVENT_COUNT_LIMIT. Default 128 */
  eventsMax?: number
  /** Links of one span. OTEL_SPAN_LINK_COUNT_LIMIT. Default 128 */
  linksMax?: number
  /** Attributes of one span event. OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT. Default 128 */
  eventAttributesMax?: number
  /** Attributes of one link. OTEL_LINK_ATTRIBUTE_COUNT_LIMIT. Default 128 */
  linkAttributesMax?: number
  /** Flush on SIGTERM and SIGINT, then let the signal do what it did before. Default true */
  handleSignals?: boolean
  /** Register as the provider of `@opentelemetry/api`, when the app has it. Default true */
  registerOpenTelemetry?: boolean
}

/** What the SDK has done so far, counted since the process began. */
export interface SdkCounts {
  /** Records (spans, log records) and data points by what became of them. */
  sent: { traces: number; logs: number; metrics: number }
  dropped: { traces: number; logs: number; metrics: number }
  /** Export requests that failed and were tried again. */
  retries: number
}

/** What is needed of a request of node:http; those of Express and of other frameworks on node:http have it too. */
export interface HttpRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly socket?: { readonly remoteAddress?: string | undefined; readonly bytesWritten?: number }
}

/** What is needed of a response of node:http, or of node:http2's compatibility API. */
export interface HttpResponse {
  statusCode: number
  readonly headersSent: boolean
  readonly writableFinished: boolean
  setHeader(name: string, value: string): unknown
  getHeader(name: string): unknown
  end(body: string): unknown
  once(event: 'close' | 'finish', listener: () => void): unknown
}
