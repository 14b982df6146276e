import { type Context, Hono } from 'hono'
import type { RunningGroup } from '../alert/running-group.ts'
import type { Explained } from '../query/prometheus/explained.ts'
import type { Exemplars } from '../query/prometheus/metadata.ts'
import type { SampleRange } from '../query/prometheus/plan.ts'
import { type Failed, isFailed } from '../query/prometheus/prometheus.ts'
import { childrenOf, type Expression, type LabelMatcher } from '../query/promql/parse/ast.ts'
import { typeOf } from '../query/promql/parse/check.ts'
import { isWellFormed } from '../query/promql/parse/literals.ts'
import { printExpression } from '../query/promql/parse/print.ts'
import type { Query } from '../query/query.ts'
import type { Running } from '../query/run.ts'
import { DeflatedJson } from './deflated-json.ts'
import { ApiFailure } from './errors.ts'
import type { JsonBytes, JsonWriting } from './json-bytes.ts'
import { limitBody } from './limit-body.ts'
import { isCutBy, labelsOf, printValue, timeOf, writeLabels, writeList, writeResult } from './prometheus-answer.ts'
import { PrometheusFailure } from './prometheus-errors.ts'
import {
  labelOfPath,
  parseWhole,
  readExpression,
  readInstant,
  readLimit,
  readParameters,
  readRangeQuery,
  readSampleRange,
  readSelector,
  readSelectors,
} from './prometheus-input.ts'
import { alertsAnswer, rulesAnswer } from './prometheus-rules.ts'
import { type PrometheusLimits, statusOf, tsdbStatus } from './prometheus-status.ts'
import { type ScrapeTargets, scrapePoolsOf, targetsAnswer } from './prometheus-targets.ts'
import { treeOf } from './prometheus-tree.ts'
import { sendWrittenJson } from './send.ts'
import type { Turns } from './turns.ts'
import { WrittenNumbers } from './written-numbers.ts'

export type PrometheusOptions = {
  query: Query
  turns: Turns
  nowUnixMs: () => number
  scrapeTargets: () => ScrapeTargets
  ruleGroups: () => readonly RunningGroup[]
  alertmanagers: () => readonly string[]
  limits: () => PrometheusLimits
}

/** What an endpoint answers: its data, and what is to be said beside it. */
type Told = ({ data: unknown } | { write: (into: JsonBytes) => JsonWriting }) & {
  warnings?: readonly string[]
  infos?: readonly string[]
}
type Endpoint = (parameters: URLSearchParams, running: Running, context: Context) => Promise<Told> | Told
type AddEndpoint = (methods: readonly ('GET' | 'POST')[], path: string, ask: Endpoint) => void

const formMaxBytes = 1024 * 1024
const resultsTruncated = 'results truncated due to limit'

/** `/prometheus/api/v1/*`: Prometheus' HTTP API, for GET and for POST with a form. */
export function prometheusRoutes(options: PrometheusOptions): Hono {
  const { query, turns } = options
  const routes = new Hono()
  const deflated = new DeflatedJson()
  // Not of all methods: where there is no body, it makes a request that fails.
  routes.post(
    '*',
    limitBody({
      maxSize: formMaxBytes,
      onError: () => {
        throw new PrometheusFailure('bad_data', `the form is larger than ${formMaxBytes} bytes`)
      },
    }),
  )
  const endpoint: AddEndpoint = (methods, path, ask) => {
    routes.on([...methods], path, async (context) => {
      const parameters = await readParameters(context)
      const { signal } = context.req.raw
      const told = await turns.take(signal, async () => ask(parameters, query.running({ signal }), context))
      return sendWrittenJson(context, (into) => writeTold(told, into), deflated)
    })
    routes.all(path, (context) => {
      context.header('Allow', methods.join(', '))
      const { method, path: asked } = context.req
      throw new ApiFailure('method_not_allowed', `${asked} is answered to ${methods.join(' and ')}, not to ${method}`)
    })
  }
  addQueries(endpoint, options)
  addLists(endpoint, options)
  addStatus(endpoint, options)
  routes.all('*', (context) => {
    throw new PrometheusFailure('not_found', `there is no ${context.req.method} ${context.req.path} here`)
  })
  return routes
}

const both = ['GET', 'POST'] as const

function addQueries(endpoint: AddEndpoint, { query: { prometheus }, nowUnixMs }: PrometheusOptions): void {
  const numbers = new WrittenNumbers()
  const tellingOf = (parameters: URLSearchParams, running: Running): Telling => ({
    limit: readLimit(parameters),
    numbers,
    stats: statsFor(parameters, running),
  })
  endpoint(both, '/query', async (parameters, running) => {
    const telling = tellingOf(parameters, running)
    return toldOf(await prometheus.instant(readInstant(parameters, nowUnixMs()), running), telling)
  })
  endpoint(both, '/query_range', async (parameters, running) => {
    const telling = tellingOf(parameters, running)
    const ask = readRangeQuery(parameters)
    checkRangeType(ask.expression)
    return toldOf(await prometheus.range(ask, running), telling)
  })
  endpoint(both, '/format_query', (parameters) => ({ data: printExpression(readExpression(parameters).expression) }))
  endpoint(both, '/parse_query', (parameters) => ({ data: treeOf(readExpression(parameters).expression) }))
  endpoint(both, '/query_exemplars', async (parameters, running) => {
    const ask = { selectors: selectorsOf(readExpression(parameters).expression), range: readSampleRange(parameters) }
    if (isBackwards(ask.range))
      throw new PrometheusFailure('bad_data', 'end timestamp must not be before start timestamp')
    const { exemplars } = notFailed(await prometheus.exemplars(ask, running))
    return { data: exemplars.map(exemplarsOf) }
  })
}

/** In such a range lies nothing. Only where exemplars are asked for, Prometheus refuses it. */
const isBackwards = ({ afterMs, untilMs }: SampleRange): boolean => untilMs <= afterMs

function addLists(endpoint: AddEndpoint, { query }: PrometheusOptions): void {
  const { prometheus } = query
  endpoint(both, '/series', async (parameters, running) => {
    const limit = readLimit(parameters)
    const ask = neededSelectors(parameters)
    if (isBackwards(ask.range)) return { data: [] }
    return limited(notFailed(await prometheus.series(ask, running)).series, limit, writeLabels)
  })
  endpoint(both, '/labels', async (parameters, running) => {
    const limit = readLimit(parameters)
    const ask = { selectors: readSelectors(parameters), range: readSampleRange(parameters) }
    if (isBackwards(ask.range)) return { data: [] }
    return limited(notFailed(await prometheus.labelNames(ask, running)).names, limit, writeText)
  })
  endpoint(['GET'], '/label/:name/values', async (parameters, running, context) => {
    const limit = readLimit(parameters)
    const label = labelOfPath(context.req.param('name') ?? '')
    const ask = { selectors: readSelectors(parameters), range: readSampleRange(parameters), label }
    if (isBackwards(ask.range)) return { data: [] }
    return limited(notFailed(await prometheus.labelValues(ask, running)).values, limit, writeText)
  })
  endpoint(['GET'], '/metadata', async (parameters, running) => ({
    data: await metadataOf(parameters, query, running),
  }))
}

/** The series of today and of yesterday are what Prometheus calls its head. */
const statisticsUsual = 10
const statisticsMax = 10_000

function statisticsLimit(parameters: URLSearchParams): number {
  const text = parameters.get('limit') ?? ''
  if (text === '') return statisticsUsual
  const limit = parseWhole(text)
  if (typeof limit !== 'number' || limit < 1) throw new PrometheusFailure('bad_data', 'limit must be a positive number')
  if (limit > statisticsMax) throw new PrometheusFailure('bad_data', `limit must not exceed ${statisticsMax}`)
  return limit
}

function addStatus(
  endpoint: AddEndpoint,
  { query: { prometheus }, nowUnixMs, scrapeTargets, ruleGroups, alertmanagers, limits }: PrometheusOptions,
): void {
  endpoint(['GET'], '/targets', (parameters) => ({ data: targetsAnswer(scrapeTargets(), parameters) }))
  // What targets say of their metrics is kept by metric alone: /metadata tells it.
  endpoint(['GET'], '/targets/metadata', (parameters) => {
    numberOf(parameters, 'limit')
    readSelector('match_target', parameters.get('match_target') || 'any')
    return { data: [] }
  })
  endpoint(['GET'], '/scrape_pools', () => ({ data: { scrapePools: scrapePoolsOf(scrapeTargets()) } }))
  endpoint(['GET'], '/rules', (parameters) => ({ data: rulesAnswer(ruleGroups(), parameters) }))
  endpoint(['GET'], '/notifications', () => ({ data: [] }))
  endpoint(['GET'], '/alerts', () => ({ data: alertsAnswer(ruleGroups()) }))
  endpoint(['GET'], '/alertmanagers', () => ({
    data: { activeAlertmanagers: alertmanagers().map((url) => ({ url })), droppedAlertmanagers: [] },
  }))
  endpoint(['GET'], '/status/tsdb', async (parameters, running) => {
    const now = { afterMs: nowUnixMs() - 1, untilMs: nowUnixMs() }
    return { data: tsdbStatus(await prometheus.statistics(now, statisticsLimit(parameters), running)) }
  })
  for (const [path, told] of Object.entries(statusOf(nowUnixMs())))
    endpoint(['GET'], path, () => ({ data: told(limits()) }))
}

function* writeTold(told: Told, into: JsonBytes): JsonWriting {
  into.text('{"status":"success","data":')
  if ('write' in told) yield* told.write(into)
  else into.text(JSON.stringify(told.data))
  const beside = (name: 'warnings' | 'infos'): string =>
    told[name] === undefined || told[name].length === 0 ? '' : `,"${name}":${JSON.stringify(told[name])}`
  into.text(`${beside('warnings')}${beside('infos')}}`)
}

function notFailed<Answer extends object>(answer: Answer | Failed): Answer {
  if (isFailed(answer)) throw PrometheusFailure.ofFailed(answer)
  return answer
}

type Asked = Awaited<ReturnType<Query['prometheus']['instant']>>

/** Of what is not taken apart here. */
const noTimes = { resultSortTime: 0, queryPreparationTime: 0, execQueueTime: 0 }

/** `stats=all`, as Prometheus has it, and beside its counts how the samples were come by and what that cost. */
function statsFor(parameters: URLSearchParams, running: Running): (explained: Explained) => string {
  if ((parameters.get('stats') ?? '') === '') return () => ''
  return ({ steps, unit, seriesRead, samplesRead, elapsedMs }) => {
    const seconds = elapsedMs / 1000
    const stats = {
      timings: { ...noTimes, evalTotalTime: seconds, innerEvalTime: seconds, execTotalTime: seconds },
      samples: { totalQueryableSamples: samplesRead, samplesRead, peakSamples: samplesRead },
      explain: { steps, unit, seriesRead, cost: running.cost() },
    }
    return `,"stats":${JSON.stringify(stats)}`
  }
}

type Telling = { limit: number; numbers: WrittenNumbers; stats: (explained: Explained) => string }

function toldOf(asked: Asked, { limit, numbers, stats }: Telling): Told {
  const { value, warnings, infos, explained } = notFailed(asked)
  return {
    write: (json) => writeResult({ value, limit, more: stats(explained) }, { json, numbers }),
    infos,
    warnings: isCutBy(value, limit) ? [...warnings, resultsTruncated] : warnings,
  }
}

/** Written item by item, as there may be a hundred thousand series of them. */
function limited<Item>(all: readonly Item[], limit: number, writeItem: (item: Item, into: JsonBytes) => void): Told {
  const shown = all.slice(0, limit)
  return {
    write: (into) => writeList(shown, into, (item) => writeItem(item, into)),
    warnings: shown.length < all.length ? [resultsTruncated] : [],
  }
}

const writeText = (text: string, into: JsonBytes): void => into.quoted(text)

const exemplarsOf = ({ series, exemplars }: Exemplars): object => ({
  seriesLabels: labelsOf(series),
  exemplars: exemplars.map(({ labels, value, timeMs }) => ({
    labels: labelsOf(labels),
    value: printValue(value),
    timestamp: timeOf(timeMs),
  })),
})

function checkRangeType(expression: Expression): void {
  const type = typeOf(expression)
  if (type === 'scalar' || type === 'vector') return
  const name = type === 'string' ? 'string' : 'range vector'
  throw new PrometheusFailure(
    'bad_data',
    `invalid parameter "query": invalid expression type "${name}" for range query, must be Scalar or instant Vector`,
  )
}

function neededSelectors(parameters: URLSearchParams) {
  const selectors = readSelectors(parameters)
  if (selectors.length === 0) throw new PrometheusFailure('bad_data', 'no match[] parameter provided')
  return { selectors, range: readSampleRange(parameters) }
}

function selectorsOf(expression: Expression): (readonly LabelMatcher[])[] {
  return expression.kind === 'vector-selector'
    ? [expression.matchers]
    : childrenOf(expression).flatMap((child) => selectorsOf(child))
}

async function metadataOf(parameters: URLSearchParams, { prometheus }: Query, running: Running): Promise<object> {
  // Unlike elsewhere, 0 is none here, as it is in Prometheus.
  const limit = orAll(numberOf(parameters, 'limit') ?? -1)
  const limitEach = orAll((numberOf(parameters, 'limit_per_metric') ?? 0) || -1)
  const metric = parameters.get('metric') ?? ''
  if (!isWellFormed(metric)) throw new PrometheusFailure('bad_data', 'invalid parameter "metric": it is not text')
  const metadata = await prometheus.metadata(readSampleRange(parameters), running)
  const wanted = [...metadata].filter(([name]) => metric === '' || name === metric).slice(0, limit)
  return Object.fromEntries(wanted.map(([name, each]) => [name, each.slice(0, limitEach)]))
}

function numberOf(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name) ?? ''
  const whole = text === '' ? undefined : parseWhole(text)
  if (typeof whole === 'object') throw new PrometheusFailure('bad_data', `${name} must be a number`)
  return whole
}

const orAll = (limit: number): number => (limit < 0 ? Infinity : limit)
