import type {
  BacktestAnswer,
  BottlenecksAnswer,
  CompletionAnswer,
  Cost,
  DashboardAnswer,
  DashboardsAnswer,
  DifferencesAnswer,
  ErrorsAnswer,
  ExplainAnswer,
  InstancesAnswer,
  LogContextAnswer,
  LogHistogramAnswer,
  LogPatternsAnswer,
  LogRecord,
  LogsAnswer,
  MetricAggregation,
  MetricLabelsAnswer,
  MetricRangeAnswer,
  MetricsAnswer,
  NotificationsAnswer,
  ReceiptsAnswer,
  RulesAnswer,
  ServiceAnswer,
  ServiceEdgesAnswer,
  ServiceErrorsAnswer,
  ServiceProblemsAnswer,
  ServicesAnswer,
  SessionAnswer,
  SlosAnswer,
  SpansAnswer,
  SqlAnswer,
  StatusAnswer,
  TableAnswer,
  TailEvent,
  TraceAnswer,
  TraceSampleAnswer,
  TracesAnswer,
} from '../api.ts'
import { type PrometheusAnswer, prometheusQuestion, type Question, question } from './client.ts'

/** Unix milliseconds, as `useTime` gives them. */
export type Between = { fromMs: number; toMs: number }
export type Page = { limit: number; cursor?: string | undefined }

export const askStatus = (): Question<StatusAnswer> => question('status', {})

export const askSlos = (): Question<SlosAnswer> => question('slos', {})

/** Whether the server wants a token, and whether it has this asker's. */
export const askSession = (): Question<SessionAnswer> => question('session', {})

export const askServices = (at: Between): Question<ServicesAnswer> => question('services', between(at))

export const askService = (service: string, at: Between): Question<ServiceAnswer> =>
  question(`services/${encodeURIComponent(service)}`, between(at))

export const askInstances = (service: string, at: Between): Question<InstancesAnswer> =>
  question(`services/${encodeURIComponent(service)}/instances`, between(at))

export const askServiceErrors = (service: string, at: Between): Question<ServiceErrorsAnswer> =>
  question(`services/${encodeURIComponent(service)}/errors`, between(at))

/** What is wrong in the traces of a service, or of one of its operations. */
export const askServiceProblems = (service: string, operation: string, at: Between): Question<ServiceProblemsAnswer> =>
  question(`services/${encodeURIComponent(service)}/problems`, { operation, ...between(at) })

/** Why it is slower than before: `backMs` earlier, undefined for right before. `operation` '' for all. */
export const askBottlenecks = (
  service: string,
  at: Between,
  { operation, backMs }: { operation: string; backMs: number | undefined },
): Question<BottlenecksAnswer> =>
  question(`services/${encodeURIComponent(service)}/bottlenecks`, { operation, backMs, ...between(at) })

/** Who called whom. */
export const askServiceEdges = (at: Between): Question<ServiceEdgesAnswer> => question('edges', between(at))

export const askTraces = (
  q: string,
  at: Between,
  page: Page & { order: 'newest' | 'slowest' },
): Question<TracesAnswer> => question('traces', { q, ...between(at), ...page })

/** The spans themselves that match. */
export const askSpans = (q: string, at: Between, page: Page & { order: 'newest' | 'slowest' }): Question<SpansAnswer> =>
  question('spans', { q, ...between(at), ...page })

/** What tells the spans that `chosen` finds among those of `q` from the others; '' for the slowest twentieth. */
export const askDifferences = (q: string, chosen: string, at: Between): Question<DifferencesAnswer> =>
  question('spans/differences', { q, chosen, ...between(at) })

/** A fair sample of all that match, for a picture. */
export const askTraceSample = (q: string, at: Between, traces: number): Question<TraceSampleAnswer> =>
  question('traces/sample', { q, ...between(at), traces })

export const askTrace = (traceId: string): Question<TraceAnswer> =>
  question(`traces/${encodeURIComponent(traceId)}`, {})

export const askLogs = (q: string, at: Between, page: Page & { order: 'newest' | 'oldest' }): Question<LogsAnswer> =>
  question('logs', { q, ...between(at), ...page })

/** The lines before and after a record, from its own stream. */
export const askLogContext = (
  record: Pick<LogRecord, 'timeUnixNano' | 'service' | 'resourceId'>,
  lines: { before: number; after: number },
): Question<LogContextAnswer> =>
  question('logs/context', {
    time: record.timeUnixNano,
    service: record.service,
    resource: record.resourceId,
    before: lines.before,
    after: lines.after,
  })

export const askLogHistogram = (q: string, at: Between, buckets: number): Question<LogHistogramAnswer> =>
  question('logs/histogram', { q, ...between(at), buckets })

/** What the lines that match say, those alike together. */
export const askLogPatterns = (q: string, at: Between): Question<LogPatternsAnswer> =>
  question('logs/patterns', { q, ...between(at) })

/** Errors of one service, or with '' of all. */
export const askErrors = (service: string, at: Between): Question<ErrorsAnswer> =>
  question('errors', { service, ...between(at) })

/** Figures of what matches, as the pipes of `q` say. */
export const askTable = (signal: 'logs' | 'spans', q: string, at: Between): Question<TableAnswer> =>
  question('table', { signal, q, ...between(at) })

export const askLogTail = (q: string): Question<TailEvent> => question('logs/tail', { q })

export const askMetrics = (search: string, at: Between): Question<MetricsAnswer> =>
  question('metrics', { search, ...between(at) })

export const askMetricLabels = (metric: string, at: Between): Question<MetricLabelsAnswer> =>
  question('metrics/labels', { metric, ...between(at) })

export type MetricRange = {
  metric: string
  stepMs: number
  aggregation: MetricAggregation
  by: string[]
  /** `key:value` each. */
  filter: string[]
}
export const askMetricRange = (range: MetricRange, at: Between): Question<MetricRangeAnswer> =>
  question('metrics/range', { ...range, ...between(at) })

export type Completing = Between & { signal: 'logs' | 'spans'; prefix: string }
export const askKeys = ({ signal, prefix, ...at }: Completing): Question<CompletionAnswer> =>
  question('keys', { signal, prefix, ...between(at) })
export const askValues = (key: string, { signal, prefix, ...at }: Completing): Question<CompletionAnswer> =>
  question('values', { signal, key, prefix, ...between(at) })

/** Times of a value: seconds since 1970, with decimals; values as text, since JSON knows no NaN or infinity. */
export type PrometheusPoint = [time: number, value: string]
export type PrometheusResult =
  | {
      resultType: 'matrix'
      result: { metric: Record<string, string>; values?: PrometheusPoint[]; histograms?: unknown[] }[]
    }
  | { resultType: 'vector'; result: { metric: Record<string, string>; value?: PrometheusPoint; histogram?: unknown }[] }
  | { resultType: 'scalar' | 'string'; result: PrometheusPoint }

/** With `stats: 'all'`: how its samples were come by, as Prometheus tells it, and what that cost here. */
export type PromqlStats = {
  /** Seconds. */
  timings: { evalTotalTime: number }
  samples: { totalQueryableSamples: number }
  explain?: {
    /** Computed by the engine, kept in memory from an earlier question, or read from the store. */
    steps: { from: 'engine' | 'memory' | 'store'; what: string; series: number; samples: number }[]
    /** What the values are counted in, as far as names tell: UCUM, `/s` behind it for what is counted a second, `ratio` for a share of one. */
    unit: string
    seriesRead: number
    cost: Cost
  }
}
export type PromqlAnswer = PrometheusAnswer<PrometheusResult & { stats?: PromqlStats }>
/** At most `limit` series; that there are more is then among the warnings. */
export type PromqlOptions = { limit?: number; stats?: 'all' }

export const askPromql = (query: string, atMs: number, options: PromqlOptions = {}): Question<PromqlAnswer> =>
  prometheusQuestion('query', { query, time: atMs / 1000, ...options })

export const askPromqlRange = (
  query: string,
  at: Between,
  stepMs: number,
  options: PromqlOptions = {},
): Question<PromqlAnswer> =>
  prometheusQuestion('query_range', {
    query,
    start: at.fromMs / 1000,
    end: at.toMs / 1000,
    step: stepMs / 1000,
    ...options,
  })

/** Values of a label, of the series of a selector where one is given. */
export const askLabelValues = (label: string, selector: string, at: Between): Question<PrometheusAnswer<string[]>> =>
  prometheusQuestion(`label/${encodeURIComponent(label)}/values`, {
    'match[]': selector === '' ? undefined : selector,
    start: at.fromMs / 1000,
    end: at.toMs / 1000,
  })

/** Whether a query can be read: refused with the sentence and place of its first error. */
export const askPromqlTree = (query: string): Question<PrometheusAnswer<unknown>> =>
  prometheusQuestion('parse_query', { query })

/** A target that is scraped, in the shape of Prometheus' API. */
export type ScrapeTarget = {
  scrapePool: string
  scrapeUrl: string
  labels: Record<string, string>
  health: 'unknown' | 'up' | 'down'
  /** '' where the last scrape went well. */
  lastError: string
  /** RFC 3339; of the year 1 before the first. */
  lastScrape: string
  /** Seconds. */
  lastScrapeDuration: number
  /** `1m30s` */
  scrapeInterval: string
}
export const askTargets = (): Question<PrometheusAnswer<{ activeTargets: ScrapeTarget[] }>> =>
  prometheusQuestion('targets', { state: 'active' })

/** As Prometheus tells of them. */
export type AlertTold = {
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
  state: 'pending' | 'firing'
  activeAt: string
  /** A number, as text. */
  value: string
}
export type RuleTold = {
  type: 'alerting' | 'recording'
  name: string
  query: string
  health: 'ok' | 'err' | 'unknown'
  lastError?: string
  /** Of alerts alone; `duration` in seconds. */
  state?: 'inactive' | 'pending' | 'firing' | 'unknown'
  duration?: number
  keepFiringFor?: number
  /** Of alerts that tell of what was never seen before in their series. */
  novelty?: 'up' | 'down' | 'both'
  alerts?: readonly AlertTold[]
}
export type RuleGroupTold = {
  name: string
  file: string
  /** Seconds. */
  interval: number
  evaluationTime: number
  lastEvaluation: string
  rules: readonly RuleTold[]
}
/** All rules, with what can be done with those made here. */
export const askMadeRules = (): Question<RulesAnswer> => question('rules', {})

export const askRules = (): Question<PrometheusAnswer<{ groups: readonly RuleGroupTold[] }>> =>
  prometheusQuestion('rules', {})

/** A silence, as Alertmanager tells of it. Times are RFC 3339. */
export type SilenceTold = {
  id: string
  status: { state: 'active' | 'pending' | 'expired' }
  matchers: readonly { name: string; value: string; isRegex: boolean; isEqual: boolean }[]
  startsAt: string
  endsAt: string
  createdBy: string
  comment: string
}
/** Active ones first, then those to come, then those that have expired. */
export const askSilences = (): Question<readonly SilenceTold[]> => ({
  path: '/alertmanager/api/v2/silences',
  search: '',
})

export const askNotifications = (): Question<NotificationsAnswer> => question('notifications', {})
/** A rule to try on the past: an alert's expression, and its `for` and `keep_firing_for`. */
export type Backtesting = { expression: string; holdMs: number; keepFiringMs: number; intervalMs: number }
export const askBacktest = (
  { expression, holdMs, keepFiringMs, intervalMs }: Backtesting,
  at: Between,
  zoneOffsetMs = 0,
): Question<BacktestAnswer> =>
  question('rules/backtest', { expression, holdMs, keepFiringMs, intervalMs, zoneOffsetMs, ...between(at) })

export const askDashboards = (): Question<DashboardsAnswer> => question('dashboards', {})

export const askDashboard = (id: string): Question<DashboardAnswer> =>
  question(`dashboards/${encodeURIComponent(id)}`, {})

export const askReceipts = (at: Between): Question<ReceiptsAnswer> => question('receipts', between(at))

export type Explaining = { of: 'logs' | 'histogram' | 'traces' | 'spans' | 'table'; signal: 'logs' | 'spans' }
/** What a search would read, before it is asked. */
export const askExplain = (q: string, at: Between, explaining: Explaining): Question<ExplainAnswer> =>
  question('explain', { q, ...between(at), ...explaining })

export const askSql = (sql: string): Question<SqlAnswer> => question('sql', { sql })

function between({ fromMs, toMs }: Between): { from: number; to: number } {
  return { from: Math.floor(fromMs), to: Math.ceil(toMs) }
}
