import type { z } from 'zod'
import { inputs } from './input.ts'

/**
 * What `/api/v1` can be asked, once: the routes take their inputs from this table, and openapi.json is made
 * from it and from the answers' types in packages/protocol.
 */
export type Endpoint<Input> = {
  /** After `/api/v1`; a parameter of the path begins with a colon. */
  path: string
  input: z.ZodType<Input>
  /** Name of the type in packages/protocol/src/api.ts. */
  answer: string
  sentence: string
}

function endpoint<Input>(path: string, input: z.ZodType<Input>, answer: string, sentence: string): Endpoint<Input> {
  return { path, input, answer, sentence }
}

export const endpoints = {
  services: endpoint(
    '/services',
    inputs.range,
    'ServicesAnswer',
    'Every service seen in the time: requests, errors, latency, logs.',
  ),
  service: endpoint('/services/:service', inputs.range, 'ServiceAnswer', 'One service over time, and its operations.'),
  instances: endpoint(
    '/services/:service/instances',
    inputs.range,
    'InstancesAnswer',
    'Where a service ran, and how each of its instances did.',
  ),
  serviceErrors: endpoint(
    '/services/:service/errors',
    inputs.range,
    'ServiceErrorsAnswer',
    'What fails in a service: spans that failed, those alike together.',
  ),
  bottlenecks: endpoint(
    '/services/:service/bottlenecks',
    inputs.bottlenecks,
    'BottlenecksAnswer',
    'Why requests to a service are slower than before, and what they do that they did not, from a sample of traces.',
  ),
  serviceProblems: endpoint(
    '/services/:service/problems',
    inputs.serviceProblems,
    'ServiceProblemsAnswer',
    'What is wrong in the traces of a service: the same call again and again, retries, slow queries.',
  ),
  notifications: endpoint(
    '/notifications',
    inputs.nothing,
    'NotificationsAnswer',
    'Who is told of alerts, and of each alert that fires who was told, or why nobody is.',
  ),
  edges: endpoint('/edges', inputs.range, 'ServiceEdgesAnswer', 'Who called whom, with requests, errors and latency.'),
  traces: endpoint('/traces', inputs.traces, 'TracesAnswer', 'Traces with at least one span that matches a search.'),
  trace: endpoint('/traces/:traceId', inputs.range, 'TraceAnswer', 'One trace, whole; no time range is needed.'),
  traceSample: endpoint(
    '/traces/sample',
    inputs.traceSample,
    'TraceSampleAnswer',
    'A fair sample of all traces that a search finds.',
  ),
  spans: endpoint('/spans', inputs.traces, 'SpansAnswer', 'Spans that match a search, each for itself.'),
  differences: endpoint(
    '/spans/differences',
    inputs.differences,
    'DifferencesAnswer',
    'What tells some spans from the others that a search finds: attributes they have more often, or less.',
  ),
  logs: endpoint('/logs', inputs.logs, 'LogsAnswer', 'Log records that match a search.'),
  logContext: endpoint(
    '/logs/context',
    inputs.logContext,
    'LogContextAnswer',
    'The lines around a line, from its own stream.',
  ),
  logHistogram: endpoint(
    '/logs/histogram',
    inputs.logHistogram,
    'LogHistogramAnswer',
    'How many records match a search, over time and by severity.',
  ),
  logPatterns: endpoint(
    '/logs/patterns',
    inputs.search,
    'LogPatternsAnswer',
    'What the records that match say, those alike together, and which of them are new.',
  ),
  errors: endpoint(
    '/errors',
    inputs.errors,
    'ErrorsAnswer',
    'Exceptions of spans and log records, the same error together, and which of them are new.',
  ),
  table: endpoint('/table', inputs.table, 'TableAnswer', 'Figures of what matches, as the pipes of the search say.'),
  explain: endpoint('/explain', inputs.explain, 'ExplainAnswer', 'The SQL of a question, and what it would read.'),
  sql: endpoint('/sql', inputs.sql, 'SqlAnswer', 'One SELECT over the tables of telemetry.'),
  metrics: endpoint('/metrics', inputs.metrics, 'MetricsAnswer', 'Metrics seen in the time.'),
  metricLabels: endpoint(
    '/metrics/labels',
    inputs.metricLabels,
    'MetricLabelsAnswer',
    'Keys and values of a metric’s attributes.',
  ),
  metricRange: endpoint('/metrics/range', inputs.metricRange, 'MetricRangeAnswer', 'A metric over time.'),
  keys: endpoint('/keys', inputs.keys, 'CompletionAnswer', 'Attribute keys, the most frequent first.'),
  values: endpoint('/values', inputs.values, 'CompletionAnswer', 'Values of a key, the most frequent first.'),
  backtest: endpoint(
    '/rules/backtest',
    inputs.backtest,
    'BacktestAnswer',
    'What an alert would have done: its episodes, and how often a week.',
  ),
  receipts: endpoint(
    '/receipts',
    inputs.range,
    'ReceiptsAnswer',
    'What senders that number their batches produced, and what became of it.',
  ),
  slos: endpoint(
    '/slos',
    inputs.nothing,
    'SlosAnswer',
    'Service level objectives: what was attained, and what is left.',
  ),
  rules: endpoint(
    '/rules',
    inputs.nothing,
    'RulesAnswer',
    'All alerting and recording rules, and who changed those made here.',
  ),
  dashboards: endpoint(
    '/dashboards',
    inputs.nothing,
    'DashboardsAnswer',
    'All dashboards: made here, of files, and ready-made.',
  ),
  dashboard: endpoint('/dashboards/:id', inputs.nothing, 'DashboardAnswer', 'One dashboard, whole.'),
  status: endpoint('/status', inputs.nothing, 'StatusAnswer', 'The state of this server.'),
}
