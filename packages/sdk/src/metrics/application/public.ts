import type {
  Attributes,
  Histogram,
  HistogramOptions,
  InstrumentOptions,
  LabelledHistogram,
  LabelNames,
} from '../../public.ts'

/**
 * Metrics by name, for code that has no handle. A name that was never made, or was made as another kind, is said once on
 * stderr and records nothing.
 */
export interface NamedMetrics {
  /** Adds to a counter or an up-down counter. */
  add(name: string, value: number, attributes?: Attributes): void
  /** Sets a gauge. */
  set(name: string, value: number, attributes?: Attributes): void
  /** Records into a histogram or a summary. */
  record(name: string, value: number, attributes?: Attributes): void
  /** Starts a clock; the returned function records the seconds since into a histogram. */
  startTimer(name: string, attributes?: Attributes): (more?: Attributes) => number
}

export interface HandledRequest {
  readonly method: string
  /** The template (`/users/:id`), never the path that was asked for. */
  readonly route: string
  readonly status: number
  readonly seconds: number
}

export interface DatabaseQuery {
  /** `SELECT`, `findOne`. */
  readonly operation: string
  readonly table: string
}

/** What most services measure, under the names OpenTelemetry gives them where it has one. */
export interface ApplicationMetrics {
  /** For servers that are not node:http: those are measured without being asked. `http.server.request.duration` */
  request(request: HandledRequest): void
  /** Runs a query and measures it with its outcome. `db.client.operation.duration` */
  query<T>(query: DatabaseQuery, run: () => T): T
  /** A query that was measured elsewhere; `error` is the error's type. */
  queried(query: DatabaseQuery & { readonly seconds: number; readonly error?: string }): void
  /** One more of a business event. `business.events` with `event.name` */
  event(name: string, attributes?: Attributes): void
  /** Someone was here: the distinct ones of the last five minutes are counted. `users.active` */
  userSeen(userId: string): void
  /** `queue.size` with `queue.name` */
  queueSize(queue: string, size: number): void
}

export interface SystemMetricsOptions {
  /** Time between two looks. Default 15,000 */
  intervalMs?: number
  /** The file system whose space is measured. Default `/` */
  disk?: string
}

/** CPU, memory, disk and network of the machine, under their OpenTelemetry names. Off until started. */
export interface SystemMetrics {
  /** A second start changes nothing until it is stopped. */
  start(options?: SystemMetricsOptions): void
  stop(): void
}

export interface NativeHistogramOptions extends HistogramOptions {
  /** Exponential buckets of each sign; what needs more makes all of them twice as wide. 160 to 1,000. Default 160 */
  maxBuckets?: number
  /** The finest width: buckets grow by 2^(2^-maxScale). -4 to 20. Default 20 */
  maxScale?: number
}

/**
 * Makes a histogram whose buckets follow the values, with a bounded relative error: an OTLP exponential histogram, a native
 * histogram for a Prometheus that scrapes protobuf. Where neither can be told (text formats) `boundaries` are. The same
 * name again gives the same histogram.
 *
 * ```ts
 * const wait = nativeHistogram('queue.wait', { unit: 's', labels: ['queue'] })
 * wait.record(0.017, { queue: 'mail' })
 * ```
 */
export interface MakeNativeHistogram {
  <const L extends string>(name: string, options: NativeHistogramOptions & LabelNames<L>): LabelledHistogram<L>
  (name: string, options?: NativeHistogramOptions): Histogram
}

export interface SummaryOptions extends InstrumentOptions {
  /** Shares from 0 to 1. Default 0.5, 0.9, 0.95, 0.99 */
  quantiles?: readonly number[]
  /** Quantiles are those of the values of this time. Default 600,000 */
  maxAgeMs?: number
  /** The time is forgotten a piece at a time: so many pieces, 1 to 60. Default 5 */
  ageBuckets?: number
}

/**
 * Makes a summary: count and sum of all values, and quantiles of those of a sliding window. The quantiles are within 0.55 %
 * of the true values when those span up to 8 doublings, 1.1 % up to 16 (1 ms to a minute), 2.2 % up to 32. Quantiles
 * of several processes cannot be put together by a query, which histograms can: use those unless you need a quantile here.
 */
export interface MakeSummary {
  <const L extends string>(name: string, options: SummaryOptions & LabelNames<L>): LabelledHistogram<L>
  (name: string, options?: SummaryOptions): Histogram
}
