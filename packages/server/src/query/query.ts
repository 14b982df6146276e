import type {
  BottlenecksAnswer,
  CompletionAnswer,
  DifferencesAnswer,
  ErrorsAnswer,
  ExplainAnswer,
  InstancesAnswer,
  LogContextAnswer,
  LogHistogramAnswer,
  LogPatternsAnswer,
  LogsAnswer,
  MetricLabelsAnswer,
  MetricRangeAnswer,
  MetricsAnswer,
  ReceiptsAnswer,
  ServiceAnswer,
  ServiceEdgesAnswer,
  ServiceErrorsAnswer,
  ServiceProblemsAnswer,
  ServicesAnswer,
  SpansAnswer,
  SqlAnswer,
  TableAnswer,
  TraceAnswer,
  TraceSampleAnswer,
  TracesAnswer,
} from '@wakeline/protocol'
import type { Refused } from '../base/refused.ts'
import type { Reader, ReadLimits } from '../store/store.ts'
import { askBottlenecks, type BottlenecksAsk } from './bottlenecks.ts'
import { askKeys, askValues, type CompletionAsk } from './completion.ts'
import { askDifferences, type DifferencesAsk } from './differences.ts'
import { askErrors, type ErrorsAsk } from './errors.ts'
import { type ExplainAsk, explain } from './explain.ts'
import { noOrigins } from './known-origins.ts'
import { askLogContext, type LogContextAsk } from './log-context.ts'
import { askLogPatterns, type LogPatternsAsk } from './log-patterns.ts'
import { askLabelKeys, askLabelValues } from './logql/label-keys.ts'
import {
  askLogQl,
  askLogStreams,
  type LogMetrics,
  type LogQlAsk,
  type LogStream,
  type LogStreams,
} from './logql/logql.ts'
import { askLogHistogram, askLogs, type LogHistogramAsk, type LogsAsk } from './logs.ts'
import { askMetricRange, type MetricRangeAsk } from './metric-range.ts'
import { askMetricLabels, askMetrics, type MetricLabelsAsk, type MetricsAsk } from './metrics.ts'
import { askProblems, type ProblemsAsk } from './problems.ts'
import { openPrometheus, type Prometheus, type PrometheusOptions, usualSpeed } from './prometheus/prometheus.ts'
import { askReceipts } from './receipts.ts'
import { type Running, type RunOptions, startRunning } from './run.ts'
import {
  askDueMinutes,
  askServiceEdges,
  type DueMinute,
  type EdgesOfMinute,
  type MinutesAsk,
  makeEdges,
} from './service-edges.ts'
import { askInstances, askServiceErrors } from './service-parts.ts'
import { askService, askServices } from './services.ts'
import { askSpans } from './spans.ts'
import { askTable, type TableAsk } from './table.ts'
import { startTail, type Tail, type TailOptions } from './tail.ts'
import type { TimeRange } from './time-range.ts'
import { askTraceSample, type TraceSampleAsk } from './trace-sample.ts'
import { askTrace, askTraces, type TracesAsk } from './traces.ts'
import { askSql } from './typed-sql.ts'
import { askOperationNames, askWholeTraces, type OperationName, type WholeTraces } from './whole-traces.ts'

export type QueryOptions = {
  queryTimeoutMs: number
  queryMemoryMaxBytes: number
  /** Rows one statement may give back; more is an error, never a silent cut. */
  queryRowsMax: number
} & TailOptions &
  PrometheusOptions

type Asked<Answer> = Promise<Answer | Refused>

/**
 * The one door for questions: one method for each endpoint of `protocol/api.ts`. What is asked wrongly comes back
 * as a `Refused`; what the engine stopped is thrown as the store's `QueryError` or `StoreAwayError`.
 * Aborting `signal` stops the question in the engine.
 */
export interface Query {
  services(ask: TimeRange, run: RunOptions): Promise<ServicesAnswer>
  service(ask: TimeRange & { service: string }, run: RunOptions): Asked<ServiceAnswer>
  instances(ask: TimeRange & { service: string }, run: RunOptions): Promise<InstancesAnswer>
  serviceErrors(ask: TimeRange & { service: string }, run: RunOptions): Promise<ServiceErrorsAnswer>
  serviceProblems(ask: ProblemsAsk, run: RunOptions): Promise<ServiceProblemsAnswer>
  bottlenecks(ask: BottlenecksAsk, run: RunOptions): Promise<BottlenecksAnswer>
  traces(ask: TracesAsk, run: RunOptions): Asked<TracesAnswer>
  traceSample(ask: TraceSampleAsk, run: RunOptions): Asked<TraceSampleAnswer>
  trace(ask: { traceId: string }, run: RunOptions): Asked<TraceAnswer>
  spans(ask: TracesAsk, run: RunOptions): Asked<SpansAnswer>
  differences(ask: DifferencesAsk, run: RunOptions): Asked<DifferencesAnswer>
  serviceEdges(ask: TimeRange, run: RunOptions): Promise<ServiceEdgesAnswer>
  /** For the rollup of edges: which minutes of a range it lacks or has too old, and its rows of such minutes. */
  dueMinutes(ask: TimeRange, run: RunOptions): Promise<DueMinute[]>
  makeEdges(ask: MinutesAsk, run: RunOptions): Promise<EdgesOfMinute[]>
  /** For the query APIs of other systems: whole traces, and names of operations. */
  wholeTraces(ask: { traceIds: readonly string[] }, run: RunOptions): Promise<WholeTraces>
  operationNames(ask: TimeRange & { service: string }, run: RunOptions): Promise<OperationName[]>
  logs(ask: LogsAsk, run: RunOptions): Asked<LogsAnswer>
  logContext(ask: LogContextAsk, run: RunOptions): Promise<LogContextAnswer>
  /** LogQL: records or figures; the streams a selector finds; labels and their values. */
  logql(ask: LogQlAsk, run: RunOptions): Asked<LogStreams | LogMetrics>
  logStreams(ask: TimeRange & { query: string }, run: RunOptions): Asked<LogStream[]>
  logLabels(ask: TimeRange, run: RunOptions): Promise<readonly string[]>
  logLabelValues(ask: TimeRange & { label: string }, run: RunOptions): Promise<readonly string[]>
  logHistogram(ask: LogHistogramAsk, run: RunOptions): Asked<LogHistogramAnswer>
  logPatterns(ask: LogPatternsAsk, run: RunOptions): Asked<LogPatternsAnswer>
  errors(ask: ErrorsAsk, run: RunOptions): Promise<ErrorsAnswer>
  sql(ask: { sql: string }, run: RunOptions): Asked<SqlAnswer>
  explain(ask: ExplainAsk, run: RunOptions): Asked<ExplainAnswer>
  table(ask: TableAsk, run: RunOptions): Asked<TableAnswer>
  metrics(ask: MetricsAsk, run: RunOptions): Promise<MetricsAnswer>
  metricLabels(ask: MetricLabelsAsk, run: RunOptions): Promise<MetricLabelsAnswer>
  metricRange(ask: MetricRangeAsk, run: RunOptions): Asked<MetricRangeAnswer>
  keys(ask: CompletionAsk, run: RunOptions): Promise<CompletionAnswer>
  values(ask: CompletionAsk & { key: string }, run: RunOptions): Promise<CompletionAnswer>
  receipts(ask: TimeRange, run: RunOptions): Asked<ReceiptsAnswer>
  /** PromQL; each question is made with `running`. */
  prometheus: Prometheus
  running(run: RunOptions): Running
  tail: Tail
  /** Stops listening for live tail. */
  close(): void
}

export function openQuery({
  reader,
  options,
  nowUnixMs,
}: {
  reader: Reader
  options: QueryOptions
  nowUnixMs: () => number
}): Query {
  const knownOrigins = noOrigins()
  const running = (run: RunOptions): Running => startRunning(reader, limitsOf(options), knownOrigins, run)
  const tail = startTail({ reader, options, nowUnixMs })
  return {
    services: (ask, run) => askServices(ask, { running: running(run), nowMs: nowUnixMs() }),
    service: (ask, run) => askService(ask, { running: running(run), nowMs: nowUnixMs() }),
    instances: (ask, run) => askInstances(ask, running(run)),
    serviceErrors: (ask, run) => askServiceErrors(ask, running(run)),
    serviceProblems: (ask, run) => askProblems(ask, running(run)),
    bottlenecks: (ask, run) => askBottlenecks(ask, running(run)),
    serviceEdges: (ask, run) => askServiceEdges(ask, { running: running(run), nowMs: nowUnixMs() }),
    dueMinutes: (ask, run) => askDueMinutes(ask, running(run)),
    makeEdges: (ask, run) => makeEdges(ask, running(run)),
    traces: (ask, run) => askTraces(ask, running(run)),
    traceSample: (ask, run) => askTraceSample(ask, running(run)),
    trace: (ask, run) => askTrace(ask, running(run)),
    spans: (ask, run) => askSpans(ask, running(run)),
    differences: (ask, run) => askDifferences(ask, running(run)),
    wholeTraces: ({ traceIds }, run) => askWholeTraces(traceIds, running(run)),
    operationNames: (ask, run) => askOperationNames(ask, running(run)),
    logs: (ask, run) => askLogs(ask, running(run)),
    logContext: (ask, run) => askLogContext(ask, running(run)),
    logql: (ask, run) => askLogQl(ask, running(run)),
    logStreams: (ask, run) => askLogStreams(ask, running(run)),
    logLabels: async (ask, run) => (await askLabelKeys(ask, running(run))).streamLabels,
    logLabelValues: (ask, run) => askLabelValues(ask, running(run)),
    logHistogram: (ask, run) => askLogHistogram(ask, running(run)),
    logPatterns: (ask, run) => askLogPatterns(ask, running(run)),
    errors: (ask, run) => askErrors(ask, running(run)),
    sql: (ask, run) => askSql(ask, running(run)),
    explain: (ask, run) => explain(ask, running(run)),
    table: (ask, run) => askTable(ask, running(run)),
    metrics: (ask, run) => askMetrics(ask, running(run)),
    metricLabels: (ask, run) => askMetricLabels(ask, running(run)),
    metricRange: (ask, run) => askMetricRange(ask, running(run)),
    keys: (ask, run) => askKeys(ask, running(run)),
    values: (ask, run) => askValues(ask, running(run)),
    receipts: (ask, run) => askReceipts(ask, running(run)),
    prometheus: openPrometheus(options, usualSpeed, nowUnixMs),
    running,
    tail,
    close: () => tail.stop(),
  }
}

/** Read for each question: options may change while the server runs. */
function limitsOf(options: QueryOptions): ReadLimits {
  return {
    timeoutMs: options.queryTimeoutMs,
    memoryMaxBytes: options.queryMemoryMaxBytes,
    rowsMax: options.queryRowsMax,
  }
}
