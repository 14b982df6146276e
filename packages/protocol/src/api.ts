/**
 * The shapes of Wakeline's own HTTP API (`/api/v1`), shared by the server that answers and the UI that asks.
 *
 * Times: a record's own time is `...UnixNano`, a decimal string (it does not fit a number); ranges and chart axes
 * are Unix milliseconds. Durations are nanoseconds as numbers (exact to 104 days). Ids are lower-case hex; an
 * absent id is ''. Arrays of a chart run in step with `times`.
 */

/** What was sent, with its type kept: a 64-bit integer and bytes come as tagged strings, the rest as JSON. */
export type AttributeValue =
  | string
  | boolean
  | number
  | null
  | { int: string }
  | { bytes: string }
  | AttributeValue[]
  | { kvlist: Attributes }
export type Attributes = Record<string, AttributeValue>

/** What a question read and took. `sql` is the text that was run, for the curious. */
export type Cost = { rowsRead: number; bytesRead: number; elapsedMs: number; sql: string[] }

export type ApiError = {
  error: {
    code: string
    /** "Cannot <do> <what>: <why>". */
    message: string
    /** Offset in the query text, where the error is about one. */
    position?: number
  }
}

/** GET /api/v1/notifications : who is told of alerts, how that goes, and of each alert that fires who was told, or why nobody is. */
export type NotificationsAnswer = {
  config: {
    /** '' where none is given. */
    file: string
    /** Why it is refused; its last good version goes on. */
    errors: string[]
    /** What of it this server cannot do. */
    leftOut: string[]
  }
  integrations: IntegrationTold[]
  alerts: AlertNotices[]
}
/** One way of telling a receiver. Times are RFC 3339, or ''. */
export type IntegrationTold = {
  /** `team/webhook[0]` */
  id: string
  receiver: string
  kind: 'webhook' | 'slack' | 'pagerduty' | 'email'
  /** Messages that were taken, attempts that were not, and rounds that were given up, since the start. */
  sent: number
  failures: number
  givenUp: number
  /** '' while it takes what it is told. */
  lastError: string
  lastSentAt: string
  lastFailedAt: string
}
export type AlertNotices = {
  fingerprint: string
  labels: Record<string, string>
  annotations: Record<string, string>
  startsAt: string
  generatorUrl: string
  silencedBy: { id: string; createdBy: string; comment: string; endsAt: string }[]
  /** Labels of the alert that inhibits it. */
  inhibitedBy: Record<string, string>[]
  /** Time intervals for which its routes tell nobody now. */
  mutedBy: string[]
  notices: NoticeTold[]
}
export type NoticeTold = {
  integration: string
  receiver: string
  kind: 'webhook' | 'slack' | 'pagerduty' | 'email'
  /** When it was told that the alert fires; '' where it was not. */
  sentAt: string
  /** Why the last attempt failed; '' where it did not. */
  error: string
  failedAt: string
  /** When the alert's group is looked at next. */
  nextAt: string
}

/**
 * GET /api/v1/receipts?from&to : what senders that number their batches produced, and what became of it, by instance, signal
 * and minute of arrival. Other senders are not in it.
 *
 *   produced = stored + what was dropped at the sender (`full`), refused, on its way, or by this server + what is still coming
 */
export type ReceiptsAnswer = { instances: InstanceReceipts[]; cost: Cost }
export type InstanceReceipts = ReceiptCounts & {
  instance: string
  /** Empty where no resource says it. */
  service: string
  signal: 'traces' | 'logs' | 'metrics'
  firstSeenMs: number
  lastSeenMs: number
  /** Numbers that never came: lost on the way, unless they are still being sent again. */
  missing: number
  minutes: (ReceiptCounts & { timeMs: number })[]
}
/** Records; of metrics, data points. */
export type ReceiptCounts = {
  produced: number
  stored: number
  /** By this server: records that made no sense, and what it found no room for. */
  rejected: number
  shed: number
  /** By the sender, by its reason: full, refused, replaced. */
  dropped: Record<string, number>
}

/** GET /api/v1/services?from&to : where there are very many services, sparklines have fewer steps. */
export type ServicesAnswer = {
  times: number[]
  stepMs: number
  covered: Covered
  services: ServiceSummary[]
  cost: Cost
}
/** What the counts of a chart are of: whole minutes around the range, up to now. The first and the last step may lie in it in part only. */
export type Covered = { fromMs: number; toMs: number }
export type ServiceSummary = {
  service: string
  /** Server and consumer spans: what the service was asked to do. */
  requests: number
  errors: number
  /** Since `sinceMs`. */
  requestsPerSecond: number
  /** The beginning of the range; or of the service, where nothing was heard of it in as long a time before. */
  sinceMs: number
  errorRatio: number
  durationP50Nano: number
  durationP95Nano: number
  durationP99Nano: number
  logs: number
  errorLogs: number
  lastSeenMs: number
  sparklines: { requests: number[]; errors: number[]; durationP95Nano: (number | null)[] }
}

/** GET /api/v1/services/:service?from&to */
export type ServiceAnswer = {
  service: string
  times: number[]
  stepMs: number
  covered: Covered
  /** Its rates, and those of its operations, are since then; as in `ServiceSummary`. */
  sinceMs: number
  requestsPerSecond: number
  series: {
    requests: number[]
    errors: number[]
    durationP50Nano: (number | null)[]
    durationP95Nano: (number | null)[]
    durationP99Nano: (number | null)[]
  }
  /** The busiest first; `operationsTotal` says how many there are where not all are shown. */
  operations: OperationSummary[]
  operationsTotal: number
  cost: Cost
}
export type OperationSummary = {
  name: string
  kind: SpanKind
  requests: number
  errors: number
  requestsPerSecond: number
  errorRatio: number
  durationP50Nano: number
  durationP95Nano: number
  durationP99Nano: number
}

/**
 * GET /api/v1/services/:service/instances?from&to
 * Where the service ran in this time: each resource that its spans name, the last begun first. Counted from the spans.
 */
export type InstancesAnswer = { instances: ServiceInstance[]; instancesTotal: number; cost: Cost }
export type ServiceInstance = Omit<OperationSummary, 'name' | 'kind' | 'requestsPerSecond'> & {
  resourceId: string
  attributes: Attributes
  /** Before the range, for one that was there already: it is looked for as far back as a quarter of the range is long. */
  firstSeenMs: number
  lastSeenMs: number
}

/**
 * GET /api/v1/services/:service/errors?from&to
 * Spans of the service that failed, those alike together, the most frequent first.
 */
export type ServiceErrorsAnswer = { errors: ServiceError[]; errorsTotal: number; cost: Cost }
export type ServiceError = {
  operation: string
  /** Of the exception, or `error.type`, or the status of the answer; '' where the spans do not say. */
  type: string
  /** As the latest has it; others differ in ids and numbers. */
  message: string
  spans: number
  firstSeenMs: number
  lastSeenMs: number
  /** `service.version` of the resources that it came from. */
  versions: string[]
  /** The latest of them. */
  traceId: string
  spanId: string
  /** So many of them were followed to where they began: to a failed span with none that failed below it. */
  followed: number
  /** Where most of those began, if in another service: `spans` of them. */
  began?: ServiceErrorOrigin & { spans: number }
  /** They all came of another error of this service: its place in `errors`. */
  follows?: number
}
/**
 * GET /api/v1/services/:service/problems?operation&traces&from&to
 * What is wrong in the traces of a service: the same call again and again, retries, slow queries. Judged by a sample of
 * its traces: the slowest, failed ones and others by chance.
 */
export type ServiceProblemsAnswer = {
  tracesTotal: number
  tracesLookedAt: number
  spansLookedAt: number
  /** Traces of which only the first spans were looked at. */
  tracesCut: number
  /** What could be saved most first. */
  problems: ServiceProblem[]
  problemsTotal: number
  cost: Cost
}
export type ServiceProblem = {
  /** As `repeat.sequential`. */
  kind: string
  /** As `N+1 calls`. */
  name: string
  sentence: string
  /** What to do about it. */
  advice: string
  /** Whose code it is in, and which operation of it. */
  service: string
  operation: string
  /** What is done too often or takes too long, without values. */
  subject: string
  /** Calls, attempts or spans in the trace that is in the middle of those that have it, and what they took there. */
  count: number
  totalNano: number
  /** How much sooner that trace would have ended without it; absent where that cannot be told. */
  savingNano?: number
  detail?: string
  /** Of the traces looked at, those that have it, and what all of them could have saved. */
  traces: number
  savingTotalNano: number
  /** Where it costs most, first. */
  examples: { traceId: string; spanId: string; savingNano: number }[]
}
export type ServiceErrorOrigin = {
  service: string
  operation: string
  type: string
  message: string
  traceId: string
  spanId: string
}

/**
 * GET /api/v1/services/:service/bottlenecks?operation&backMs&from&to
 * Why requests to a service are slower than they were, and what they do that they did not. `backMs`: the time before is the same
 * length so many milliseconds earlier; without it right before. A sample of requests of each side is looked at, in whole traces.
 */
export type BottlenecksAnswer = {
  before: { fromMs: number; toMs: number }
  /** All there were, and those looked at. */
  requests: { now: number; before: number }
  looked: { now: number; before: number }
  /** The mean request, of operations that were there before and now. */
  durationNano: { now: number; before: number }
  /** Services at work and calls that requests waited for: what rose beyond chance first, the most costly first. They sum to `durationNano`, unless there are more than 20. */
  bottlenecks: BottleneckRow[]
  /** Errors that begin more often, and steps left out or new; what could be chance is left out. */
  changes: ChangeRow[]
  /** Services by what they are to blame for; the likeliest first. */
  causes: { service: string; weight: number }[]
  /** Operations that have too few requests before, or now. */
  notCompared: string[]
  cost: Cost
}
/** With a `caller`, the time it waited for `service` beyond what that worked: network, queue, pool. All of a mean request. */
export type BottleneckRow = {
  service: string
  caller?: string
  /** That rose most, of the component; and of which requests to the service. */
  operation: string
  endpoint: string
  beforeNano: number
  nowNano: number
  /** Of all that rose, from 0 to 1. */
  share: number
  spansBefore: number
  spansNow: number
  isBeyondChance: boolean
  /** Trace ids: the one with the most of it, and one in the middle. */
  exemplars: string[]
}
/** `error`: it fails more often in these words; `step`: it takes a step it did not take, or leaves out one it always took. */
export type ChangeRow = {
  is: 'error' | 'step'
  service: string
  operation: string
  what: string
  before: { count: number; of: number }
  now: { count: number; of: number }
  exemplars: string[]
}

/**
 * GET /api/v1/spans/differences?q&chosen&from&to
 * What tells some of the spans that `q` finds from the others: those that `chosen` finds among them, or without it the
 * slowest twentieth. Of very many spans a sample of each side is looked at.
 */
export type DifferencesAnswer = {
  /** All that `q` finds. */
  spans: number
  /** Slower than this are the slowest twentieth. */
  slowFromNano?: number
  /** Spans that were looked at, of the chosen ones and of the others. */
  chosenSpans: number
  otherSpans: number
  /** Those first that tell most; what could be chance is left out. */
  attributes: AttributeDifference[]
  cost: Cost
}
export type AttributeDifference = {
  /** As a search names it: `service`, `http.route`, `resource.service.version`. */
  key: string
  /** The values that differ most: spans of each side that have it. */
  values: { value: string; chosen: number; others: number }[]
}

export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'
export type SpanStatus = 'unset' | 'ok' | 'error'

/**
 * GET /api/v1/traces?q&from&to&order=newest|slowest&limit&cursor
 * Traces with at least one span that matches `q`, and what the store knows of each whole trace; or whole traces, where
 * `q` asks for structure or of the root (`{service:web} >> {status:error} trace.duration>1s`). Newest is by the start of a
 * trace's latest matching span, slowest by the length of its longest matching span.
 */
export type TracesAnswer = {
  traces: TraceSummary[]
  nextCursor?: string
  /** The time for one page ran out before it was full: what comes later is behind `nextCursor`. */
  isPartial?: boolean
  cost: Cost
}
export type TraceSummary = {
  traceId: string
  rootService: string
  rootName: string
  /** False while no span without a parent is here: then the root's name is that of the earliest span. */
  hasRoot: boolean
  startUnixNano: string
  durationNano: number
  spanCount: number
  errorCount: number
  /** Spans of the trace that matched the search. */
  matchedSpans: number
  services: { service: string; spans: number; errors: number }[]
}

/**
 * GET /api/v1/traces/sample?q&from&to&traces
 * A fair sample of all traces that `q` finds: each is as likely as any other to be in it.
 */
export type TraceSampleAnswer = {
  traces: TraceSummary[]
  /** How many there are in all; estimated from the sample where only looking at each would tell. */
  total: number
  isEstimate: boolean
  cost: Cost
}

/**
 * GET /api/v1/spans?q&from&to&order=newest|slowest&limit&cursor
 * The spans themselves that `q` finds. Where it asks for structure, a page has the spans found in up to `limit` traces.
 */
export type SpansAnswer = {
  spans: SpanRecord[]
  resources: Record<string, ResourceRecord>
  scopes: Record<string, ScopeRecord>
  nextCursor?: string
  /** As in `TracesAnswer`. */
  isPartial?: boolean
  cost: Cost
}

/** GET /api/v1/traces/:traceId : no time range is needed. Spans in start order. */
export type TraceAnswer = {
  traceId: string
  /** The first 20,000; `spansTotal` says how many there are. */
  spans: SpanRecord[]
  spansTotal: number
  resources: Record<string, ResourceRecord>
  scopes: Record<string, ScopeRecord>
  cost: Cost
}
export type SpanRecord = {
  traceId: string
  spanId: string
  parentSpanId: string
  service: string
  name: string
  kind: SpanKind
  startUnixNano: string
  durationNano: number
  status: SpanStatus
  statusMessage: string
  traceState: string
  flags: number
  resourceId: string
  scopeId: string
  attributes: Attributes
  events: SpanEvent[]
  links: SpanLink[]
  droppedAttributes: number
  droppedEvents: number
  droppedLinks: number
}
export type SpanEvent = { timeUnixNano: string; name: string; attributes: Attributes; droppedAttributes: number }
export type SpanLink = {
  traceId: string
  spanId: string
  traceState: string
  flags: number
  attributes: Attributes
  droppedAttributes: number
}
export type ResourceRecord = { attributes: Attributes; schemaUrl: string; droppedAttributes: number }
export type ScopeRecord = ResourceRecord & { name: string; version: string }

/** GET /api/v1/logs?q&from&to&order=newest|oldest&limit&cursor ; the same records come over GET /api/v1/logs/tail?q */
export type LogsAnswer = {
  records: LogRecord[]
  resources: Record<string, ResourceRecord>
  scopes: Record<string, ScopeRecord>
  nextCursor?: string
  cost: Cost
}
export type LogRecord = {
  timeUnixNano: string
  observedUnixNano: string
  service: string
  /** OpenTelemetry severity number, 0 (not given) to 24. */
  severity: number
  severityText: string
  eventName: string
  body: AttributeValue
  traceId: string
  spanId: string
  flags: number
  resourceId: string
  scopeId: string
  attributes: Attributes
  droppedAttributes: number
}

/**
 * GET /api/v1/logs/context?time&service&resource&before&after
 * The lines around one, oldest first, from its own stream: those of its service and resource (`resourceId`). `time` is its
 * `timeUnixNano`; it is among the records.
 */
export type LogContextAnswer = {
  records: LogRecord[]
  resources: Record<string, ResourceRecord>
  scopes: Record<string, ScopeRecord>
  cost: Cost
}

/** GET /api/v1/logs/histogram?q&from&to&buckets */
export type LogHistogramAnswer = {
  times: number[]
  stepMs: number
  /** By severity range, most severe first; absent ranges are left out. */
  series: { severity: SeverityName; counts: number[] }[]
  total: number
  cost: Cost
}
export type SeverityName = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'unset'

/**
 * GET /api/v1/logs/patterns?q&from&to
 * What the lines that `q` finds say, those alike together, the most frequent first. Lines that name their own pattern
 * (`log.pattern_id`, as those of our SDK do) are counted one by one; of the others a sample is looked at, and its counts are estimates.
 */
export type LogPatternsAnswer = {
  /** All that `q` finds, and of how many of them the answer was made. */
  records: number
  recordsLookedAt: number
  /** As long a time before, which tells what is new. */
  before: { fromMs: number; records: number; recordsLookedAt: number }
  times: number[]
  stepMs: number
  patterns: LogPatternSummary[]
  patternsTotal: number
  cost: Cost
}
export type LogPatternSummary = {
  /** What its lines have in common, `<*>` for what differs. */
  pattern: string
  /** The term of a search that finds its lines. */
  search: string
  records: number
  isEstimate: boolean
  /** Of all that `q` finds. */
  share: number
  /** Of the lines that were looked at. */
  firstSeenMs: number
  lastSeenMs: number
  levels: { level: SeverityName; records: number }[]
  services: string[]
  example: string
  /** In step with `times`. */
  counts: number[]
  /** Not in the time before, as far as it was looked at. */
  isNew: boolean
}

/**
 * GET /api/v1/errors?from&to&service
 * Exceptions in events of spans and in log records, the same error together, the most frequent first. One that a span and its
 * log records both tell of counts once.
 */
export type ErrorsAnswer = {
  times: number[]
  stepMs: number
  /** What was there before the range was looked for from here on: as long a time. */
  lookedBackToMs: number
  errors: ErrorGroup[]
  errorsTotal: number
  /** There were too many different stacks to look at each: rare ones are missing. */
  isPartial: boolean
  cost: Cost
}
export type ErrorGroup = {
  /** Stays the same through deploys; begins with the version of how it is made. */
  hash: string
  /** Of type and innermost frame alone: errors that share it may be one. */
  looseHash: string
  /** What the hash is of. */
  by: 'fingerprint' | 'stack' | 'exception' | 'message'
  type: string
  /** Message and stack of a latest one. */
  message: string
  stack: string
  /** The innermost frame of the program, `charge (src/pay.ts)`; '' without a stack. */
  culprit: string
  occurrences: number
  /** In the time before the range; 0: it is new, as far back as was looked. */
  occurrencesBefore: number
  /** May lie before the range, since `lookedBackToMs`. */
  firstSeenMs: number
  lastSeenMs: number
  services: string[]
  /** `service.version` of the resources that it came from. */
  versions: string[]
  /** Some spans that have it. */
  places: { traceId: string; spanId: string }[]
  /** In step with `times`. */
  counts: number[]
}

/**
 * GET /api/v1/table?signal=logs|spans&q&from&to : figures of what matches, as the pipes of `q` say
 * (`level:error | count by (service)`). With `| timeseries` they are series over time. The first 1,000 rows or 100 groups
 * where `q` sets no limit; the total says how many there are.
 */
export type TableAnswer = (TableRows | SeriesTable) & { cost: Cost }
export type TableRows = {
  is: 'table'
  /** Keys first, then figures. */
  columns: TableColumn[]
  /** Texts of keys ('' where a record has none), numbers of figures; null where there is nothing to make one of. */
  rows: (string | number | null)[][]
  rowsTotal: number
}
export type TableColumn = { name: string; is: 'key' | 'figure'; unit: string }
export type SeriesTable = {
  is: 'series'
  times: number[]
  stepMs: number
  series: { labels: Record<string, string>; figure: string; unit: string; values: (number | null)[] }[]
  seriesTotal: number
}

/**
 * GET /api/v1/edges?from&to
 * Who called whom, the most requests first. Minutes are whole; those of the last few are counted from the spans.
 */
export type ServiceEdgesAnswer = {
  edges: ServiceEdge[]
  /** Where there were too many spans to look at each trace: figures are then estimates from a fair sample, and rare edges may be missing. */
  isEstimate?: boolean
  cost: Cost
}
/**
 * Figures are of the callee's spans. Of a database (`postgresql`), queue (`kafka`) or host (`api.example.com`), which send none, and of a
 * service that sends none, they are the caller's.
 */
export type ServiceEdge = Omit<OperationSummary, 'name' | 'kind'> & {
  caller: string
  callee: string
  kind: 'service' | 'database' | 'queue' | 'host'
}

/**
 * GET /api/v1/explain?of=logs|histogram|traces|spans|table&q&signal&from&to
 * The SQL of a question and what it would read, before it is asked; `cost` is that of explaining.
 */
export type ExplainAnswer = { statements: ExplainedStatement[]; rows: number; bytes: number; cost: Cost }
export type ExplainedStatement = {
  sql: string
  params: Record<string, string>
  /** Rows from the engine's indexes; bytes of the columns named, at their average size, uncompressed (0: not known). */
  reads: { table: string; parts: number; rows: number; bytes: number }[]
}

/**
 * GET /api/v1/sql?sql
 * One SELECT over the tables of telemetry, read-only. 64-bit integers come as text, ids (FixedString) as hex digits; `cost.sql` is what was understood.
 */
export type SqlAnswer = { columns: { name: string; type: string }[]; rows: unknown[][]; cost: Cost }

/** Server-sent events of GET /api/v1/logs/tail?q */
export type TailEvent =
  | {
      event: 'records'
      data: { records: LogRecord[]; resources: Record<string, ResourceRecord>; scopes: Record<string, ScopeRecord> }
    }
  /** The viewer was too slow, or records came faster than can be shown: this many were not sent. */
  | { event: 'lost'; data: { records: number } }

/** GET /api/v1/metrics?from&to&search */
export type MetricsAnswer = { metrics: MetricSummary[]; cost: Cost }
export type MetricKind = 'gauge' | 'sum' | 'histogram' | 'exponential_histogram' | 'summary'
export type MetricSummary = {
  metric: string
  kind: MetricKind
  unit: string
  description: string
  temporality: '' | 'delta' | 'cumulative'
  monotonic: boolean
  series: number
  services: string[]
}

/** GET /api/v1/metrics/labels?metric&from&to : keys of the series' attributes, `service` first. */
export type MetricLabelsAnswer = { labels: { key: string; values: string[]; distinct: number }[]; cost: Cost }

/**
 * GET /api/v1/metrics/range?metric&from&to&stepMs&aggregation&by=key(repeated)&filter=key:value(repeated)
 * The unit is that of the metric, a second less for `rate`.
 */
export type MetricAggregation = 'avg' | 'sum' | 'min' | 'max' | 'rate' | 'increase' | 'p50' | 'p90' | 'p95' | 'p99'
export type MetricRangeAnswer = {
  times: number[]
  stepMs: number
  unit: string
  aggregation: MetricAggregation
  series: { labels: Record<string, string>; values: (number | null)[] }[]
  /** Set when there were more series than are shown: how many there are. */
  seriesTotal: number
  cost: Cost
}

/**
 * GET /api/v1/rules/backtest?expression&holdMs&keepFiringMs&intervalMs&zoneOffsetMs&from&to
 * What an alert would have done, tried on what is stored with the state machine that runs rules.
 */
export type BacktestAnswer = {
  fromMs: number
  toMs: number
  /** Where the data it asks for begin; null where there are none in this time. */
  dataFromMs: number | null
  intervalMs: number
  /** By when they began; `episodesTotal` says how many there are where only the last 1000 are told. */
  episodes: AlertEpisode[]
  episodesTotal: number
  figures: BacktestFigures
  cost: Cost
}
/** From where an alert fires until it fires no longer: null where it still does at the end. */
export type AlertEpisode = { startMs: number; endMs: number | null; labels: Record<string, string> }
/** Of the time from where the data begin; weeks are any seven days, nights from 22 to 6 o'clock by the zone given. */
export type BacktestFigures = {
  episodes: number
  perWeek: number
  /** Between which the mean of a week lies, 19 times of 20. */
  perWeekLow: number
  perWeekHigh: number
  firingMinutes: number
  nightEpisodes: number
  worstWeek: number
}

/** GET /api/v1/keys?signal=logs|spans&from&to&prefix and /api/v1/values?signal&key&from&to&prefix : completion. */
export type CompletionAnswer = { items: { text: string; count: number }[]; cost: Cost }

/**
 * POST /api/v1/session {token} : sets the UI's cookie (204) or refuses (401; 429 after too many attempts).
 * GET /api/v1/session : whether a token is needed, and whether this request carried a right one.
 */
export type SessionAnswer = { tokenRequired: boolean; signedIn: boolean }

/** GET /api/v1/slos : every objective whose rules run here. */
export type SlosAnswer = {
  nowMs: number
  slos: Slo[]
  /** What is wrong with files that are not among them, or not as they are now. */
  errors: string[]
}
export type Slo = {
  /** `SERVICE-NAME`: `sloth_id` of its series. */
  id: string
  service: string
  name: string
  description: string
  file: string
  /** In percent: 99.9. */
  objective: number
  periodMs: number
  /** How much of the period was measured; the figures of the period are those of this. */
  measuredMs: number
  /** The share of bad events over the period; null before anything was measured. */
  errorRatio: number | null
  /** The share of the error budget that is left; below 0 when the objective is missed. */
  budgetLeft: number | null
  /** How many times faster than evenly the budget burned over the long window of the quickest alert. */
  burnRate: number | null
  /** When the budget will be used up if it goes on burning so; null when it will not be, 0 when it is. */
  exhaustedInMs: number | null
  /** Of its alerts: both windows have to burn faster than `factor`. */
  windows: SloWindow[]
  alerts: SloAlert[]
  /** What was left of the budget after each step of the period; `times` are ends of steps. */
  budget: { times: number[]; stepMs: number; left: (number | null)[] }
  /** The tightest objective that would have left room; null while there is too little measured, or when none would. */
  proposed: { objective: number; budgetUsed: number } | null
}
export type SloWindow = {
  severity: 'page' | 'ticket'
  shortMs: number
  longMs: number
  factor: number
  /** Burn rates over each; null where nothing was measured. */
  short: number | null
  long: number | null
  burns: boolean
}
export type SloAlert = {
  name: string
  severity: string
  state: 'inactive' | 'pending' | 'firing' | 'unknown'
}

/** GET /api/v1/status */
export type StatusAnswer = {
  version: string
  startedMs: number
  nowMs: number
  store: {
    driver: 'embedded' | 'cluster'
    engineVersion: string
    diskBytes: number
    diskFreeBytes: number
    /** 0 is no limit. */
    budgetBytes: number
    /** As the tables have it: what waits to be loaded is not in it yet. */
    kept: KeptData[]
  }
  ingest: {
    spans: SignalCounts
    logs: SignalCounts
    points: SignalCounts
    duplicatedRequests: number
    /** Requests forgotten before their time, as there were too many: one of them sent again would be stored twice. */
    forgottenRequests: number
    /** Values that were not stored because they were, or had in them, a secret. */
    redactedValues: number
    /** What finds no room because the disk is nearly full (level 0 is nothing), and how much did not since the start. */
    shed: { level: number; sinceMs: number | null; logs: number; spans: number }
    waitingSegments: number
    waitingBytes: number
    poisonedSegments: number
  }
  /** What is scraped: targets by how their last scrape went, samples stored and given up since the start. */
  scraping: { targets: number; up: number; down: number; samplesStored: number; samplesLost: number }
  endpoints: { ui: string; otlpHttp: string; otlpGrpc: string }
  residentBytes: number
}
/** What is stored of one kind. Rollups are the counts by minute that pages are answered from. */
export type KeptData = {
  name: 'spans' | 'logs' | 'metrics' | 'rollups'
  rows: number
  bytes: number
  /** Times of the oldest and the newest row, in whole seconds; null when there is none. */
  oldestMs: number | null
  newestMs: number | null
  /** How long it is kept. */
  keepMs: number
}
export type SignalCounts = { accepted: number; rejected: number; loaded: number }

/** A rule as a rule file has it, and as the page of a rule edits it: docs/guide/alerting.md says what each word means. */
export type RuleDraft = {
  alert: string
  /** One of the two: PromQL, or a search over the signal. */
  expr?: string
  search?: string
  signal?: 'logs' | 'traces'
  window?: string
  step?: string
  match?: string
  thresholds?: RuleDraftThreshold[]
  no_data?: string
  for?: string
  keep_firing_for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  disabled?: boolean
  /** How often it is evaluated; of its group in a file. */
  interval?: string
}
/** One of the comparisons, with a number or, of a search, a time: `{ severity: 'critical', above: 50 }`. */
export type RuleDraftThreshold = Record<string, string | number>

/** What is wrong with a draft: at which of its words, `thresholds.0.above`, and in a text at which offset. */
export type RuleProblem = { at: string; message: string; position?: number }

/**
 * GET /api/v1/rules
 * All rules: those of files, which are changed there, and those made here.
 */
export type RulesAnswer = { rules: RuleListed[]; changes: RuleChange[] }
export type RuleListed = {
  /** Of one that was made here; '' of one of a file. */
  id: string
  /** Goes up with each change: who changes or deletes a rule says which one was seen. */
  revision: number
  kind: 'alert' | 'record'
  name: string
  /** '' of one that was made here. */
  file: string
  group: string
  /** The question, as it is written. */
  query: string
  signal: 'metrics' | 'logs' | 'traces'
  isDisabled: boolean
  health: 'unknown' | 'ok' | 'err'
  lastError: string
  /** 0 before the first. */
  lastEvaluationMs: number
  evaluationMs: number
  pending: number
  firing: number
  /** What the last evaluation read. */
  cost: { rowsRead: number; bytesRead: number; elapsedMs: number }
  /** Of one that was made here. */
  draft?: RuleDraft
}
/** Who changed which rule of those made here, the last first. `by` is what is known of the asker: its address and program. */
export type RuleChange = {
  atMs: number
  by: string
  act: 'made' | 'changed' | 'disabled' | 'enabled' | 'deleted'
  id: string
  name: string
  /** As it was after the change; of a deletion, before it. */
  draft: RuleDraft
}

/** POST /api/v1/rules, PUT /api/v1/rules/:id: the rule as it is now. */
export type RuleSaved = { id: string; revision: number }

/** POST /api/v1/rules/preview: what a draft finds in a time, and what would have fired. */
export type RulePreview = {
  /** Series of figures, at most a hundred; `seriesTotal` says how many there are. */
  series: { labels: Record<string, string>; values: (number | null)[] }[]
  seriesTotal: number
  times: number[]
  /** The rule was evaluated so often for this. */
  stepMs: number
  thresholds: { severity: string; operator: string; value: number }[]
  /** Alerts that would have fired, the first first, at most two hundred of `firedTotal`; `toMs` null for one that fires still. */
  firedTotal: number
  fired: {
    labels: Record<string, string>
    annotations: Record<string, string>
    value: number
    fromMs: number
    toMs: number | null
  }[]
  cost: { rowsRead: number; bytesRead: number; elapsedMs: number }
}

/** A dashboard, as its file and `/api/v1/dashboards` have it: docs/guide/dashboards.md says what each word means. */
export type Dashboard = {
  title: string
  description?: string
  /** Of the last so much where a link names no time: `1h`. */
  last?: string
  variables?: DashboardVariable[]
  panels: DashboardPanel[]
  /** Of a ready-made one: names of metrics, one of which must be there for it to be offered. */
  needs?: string[]
}
/** What questions name as `$name`. Its values are those of a label of series, of a key of logs or spans, or a list. */
export type DashboardVariable = {
  name: string
  label?: string
  values: DashboardValues
  /** Several may be chosen, and all of them; else one. */
  several?: boolean
  /** Chosen at first; of several, none means all. */
  initial?: string[]
}
export type DashboardValues =
  | { is: 'label'; label: string; of?: string }
  | { is: 'key'; key: string; signal: 'logs' | 'spans' }
  | { is: 'list'; list: string[] }
export type DashboardPanelKind = 'timeseries' | 'value' | 'table' | 'bars' | 'text' | 'heading'
export type DashboardPanel = {
  title: string
  description?: string
  kind: DashboardPanelKind
  /** In columns, of which there are 24; and in rows of 40 px. */
  width?: number
  height?: number
  questions?: DashboardQuestion[]
  /** UCUM, as metrics have it; without it what the answer says of itself. */
  unit?: string
  /** From a value on it is well, a warning or an error; without a value, below all others. */
  thresholds?: DashboardThreshold[]
  stacked?: boolean
  text?: string
}
export type DashboardThreshold = { from?: number; is: 'ok' | 'warn' | 'error' }
/** `legend` names a series by its labels: `{{job}} {{http_route}}`. */
export type DashboardQuestion = { ask: string; of: 'metrics' | 'logs' | 'spans'; legend?: string }

/** What is wrong with a dashboard, at which of its words: `panels.2.questions.0.ask`. */
export type DashboardProblem = { at: string; message: string; position?: number }

/**
 * GET /api/v1/dashboards
 * Those made here, those of files and those that come with the product; and what is wrong with files.
 */
export type DashboardsAnswer = { dashboards: DashboardListed[]; errors: string[] }
export type DashboardListed = {
  id: string
  from: 'made' | 'file' | 'ready'
  /** Of a file: its path. */
  file: string
  title: string
  description: string
  /** '' where it names no time. */
  last: string
  panels: number
  needs: string[]
  /** Of those made here; 0 where it never changed. */
  changedMs: number
  changedBy: string
}

/** GET /api/v1/dashboards/:id */
export type DashboardAnswer = {
  id: string
  from: 'made' | 'file' | 'ready'
  /** Goes up with each change: who changes or deletes one says which was seen. */
  revision: number
  dashboard: Dashboard
  /** What could not be taken of a file of Grafana's. */
  notTaken: DashboardProblem[]
}
/** POST /api/v1/dashboards, PUT /api/v1/dashboards/:id */
export type DashboardSaved = { id: string; revision: number }
/** POST /api/v1/dashboards/import: Grafana's JSON as a dashboard, which is not kept yet, and what of it could not be taken. */
export type DashboardImported = { dashboard: Dashboard; notTaken: DashboardProblem[] }
