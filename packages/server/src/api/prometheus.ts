import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Explained } from '../query/prometheus/explained.ts'
import type { Exemplars } from '../query/prometheus/metadata.ts'
import { type Failed, isFailed } from '../query/prometheus/prometheus.ts'
import { childrenOf, type Expression, type LabelMatcher } from '../query/promql/parse/ast.ts'
import { typeOf } from '../query/promql/parse/check.ts'
import { isWellFormed } from '../query/promql/parse/literals.ts'
import { printExpression } from '../query/promql/parse/print.ts'
import type { Query } from '../query/query.ts'
import type { Running } from '../query/run.ts'
import { JsonBytes } from './json-bytes.ts'
import { isCutBy, labelsOf, printValue, timeOf, writeResult } from './prometheus-answer.ts'
import { PrometheusFailure } from './prometheus-errors.ts'
import {
  labelOfPath,
  readExpression,
  readInstant,
  readLimit,
  readParameters,
  readRangeQuery,
  readSampleRange,
  readSelectors,
} from './prometheus-input.ts'
import { statusOf } from './prometheus-status.ts'
import { type ScrapeTargets, scrapePoolsOf, targetsAnswer } from './prometheus-targets.ts'
import { treeOf } from './prometheus-tree.ts'
import { sendJsonBytes } from './send.ts'
import type { Turns } from './turns.ts'

export type PrometheusOptions = {
  query: Query
  turns: Turns
  nowUnixMs: () => number
  scrapeTargets: () => ScrapeTargets
}

/** What an endpoint answers: its data, and what is to be said beside it. */
type Told = ({ data: unknown } | { write: (into: JsonBytes) => void }) & {
  warnings?: readonly string[]
  infos?: readonly string[]
}
type Endpoint = (parameters: URLSearchParams, running: Running, context: Context) => Promise<Told> | Told

const formMaxBytes = 1024 * 1024
const resultsTruncated = 'results truncated due to limit'

/** `/prometheus/api/v1/*`: Prometheus' HTTP API, for GET and for POST with a form. */
export function prometheusRoutes({ query, turns, nowUnixMs, scrapeTargets }: PrometheusOptions): Hono {
  const routes = new Hono()
  const { prometheus } = query
  // Not of all methods: where there is no body, it makes a request that fails.
  routes.post(
    '*',
    bodyLimit({
      maxSize: formMaxBytes,
      onError: () => {
        throw new PrometheusFailure('bad_data', `the form is larger than ${formMaxBytes} bytes`)
      },
    }),
  )
  const endpoint = (methods: readonly ('GET' | 'POST')[], path: string, ask: Endpoint): void => {
    routes.on([...methods], path, async (context) => {
      const parameters = await readParameters(context)
      const { signal } = context.req.raw
      const told = await turns.take(signal, async () => ask(parameters, query.running({ signal }), context))
      return sendJsonBytes(context, bytesOf(told))
    })
  }
  const both = ['GET', 'POST'] as const

  endpoint(both, '/query', async (parameters, running) => {
    const limit = readLimit(parameters)
    return toldOf(
      await prometheus.instant(readInstant(parameters, nowUnixMs()), running),
      limit,
      statsFor(parameters, running),
    )
  })
  endpoint(both, '/query_range', async (parameters, running) => {
    const limit = readLimit(parameters)
    const ask = readRangeQuery(parameters)
    checkRangeType(ask.expression)
    return toldOf(await prometheus.range(ask, running), limit, statsFor(parameters, running))
  })
  endpoint(both, '/format_query', (parameters) => ({ data: printExpression(readExpression(parameters).expression) }))
  endpoint(both, '/parse_query', (parameters) => ({ data: treeOf(readExpression(parameters).expression) }))
  endpoint(both, '/series', async (parameters, running) => {
    const { series } = notFailed(await prometheus.series({ ...neededSelectors(parameters) }, running))
    return limited(series.map(labelsOf), readLimit(parameters))
  })
  endpoint(both, '/labels', async (parameters, running) => {
    const ask = { selectors: readSelectors(parameters), range: readSampleRange(parameters) }
    return limited(notFailed(await prometheus.labelNames(ask, running)).names, readLimit(parameters))
  })
  endpoint(['GET'], '/label/:name/values', async (parameters, running, context) => {
    const label = labelOfPath(context.req.param('name') ?? '')
    const ask = { selectors: readSelectors(parameters), range: readSampleRange(parameters), label }
    return limited(notFailed(await prometheus.labelValues(ask, running)).values, readLimit(parameters))
  })
  endpoint(['GET'], '/metadata', async (parameters, running) => ({
    data: await metadataOf(parameters, query, running),
  }))
  endpoint(both, '/query_exemplars', async (parameters, running) => {
    const ask = { selectors: selectorsOf(readExpression(parameters).expression), range: readSampleRange(parameters) }
    const { exemplars } = notFailed(await prometheus.exemplars(ask, running))
    return { data: exemplars.map(exemplarsOf) }
  })
  endpoint(['GET'], '/targets', (parameters) => ({ data: targetsAnswer(scrapeTargets(), parameters) }))
  endpoint(['GET'], '/scrape_pools', () => ({ data: { scrapePools: scrapePoolsOf(scrapeTargets()) } }))
  for (const [path, data] of Object.entries(statusOf(nowUnixMs()))) endpoint(['GET'], path, () => ({ data }))
  routes.all('*', (context) => {
    throw new PrometheusFailure('not_found', `there is no ${context.req.method} ${context.req.path} here`)
  })
  return routes
}

function bytesOf(told: Told): Uint8Array<ArrayBuffer> {
  const json = new JsonBytes()
  json.text('{"status":"success","data":')
  if ('write' in told) told.write(json)
  else json.text(JSON.stringify(told.data))
  const beside = (name: 'warnings' | 'infos'): string =>
    told[name] === undefined || told[name].length === 0 ? '' : `,"${name}":${JSON.stringify(told[name])}`
  json.text(`${beside('warnings')}${beside('infos')}}`)
  return json.bytes
}

function notFailed<Answer extends object>(answer: Answer | Failed): Answer {
  if (isFailed(answer)) throw PrometheusFailure.ofFailed(answer)
  return answer
}

type Asked = Awaited<ReturnType<Query['prometheus']['instant']>>

/** `stats=all`, as Prometheus has it, and beside its counts how the samples were come by and what that cost. */
function statsFor(parameters: URLSearchParams, running: Running): (explained: Explained) => string {
  if ((parameters.get('stats') ?? '') === '') return () => ''
  return ({ steps, seriesRead, samplesRead, elapsedMs }) => {
    const stats = {
      timings: { evalTotalTime: elapsedMs / 1000, execTotalTime: elapsedMs / 1000 },
      samples: { totalQueryableSamples: samplesRead, peakSamples: samplesRead },
      explain: { steps, seriesRead, cost: running.cost() },
    }
    return `,"stats":${JSON.stringify(stats)}`
  }
}

function toldOf(asked: Asked, limit: number, stats: (explained: Explained) => string): Told {
  const { value, warnings, infos, explained } = notFailed(asked)
  return {
    write: (into) => writeResult(value, limit, stats(explained), into),
    infos,
    warnings: isCutBy(value, limit) ? [...warnings, resultsTruncated] : warnings,
  }
}

function limited(all: readonly unknown[], limit: number): Told {
  const data = all.slice(0, limit)
  return data.length < all.length ? { data, warnings: [resultsTruncated] } : { data }
}

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
  const limit = readLimit(parameters)
  const limitEach = readLimit(parameters, 'limit_per_metric')
  const metric = parameters.get('metric') ?? ''
  if (!isWellFormed(metric)) throw new PrometheusFailure('bad_data', 'invalid parameter "metric": it is not text')
  const metadata = await prometheus.metadata(readSampleRange(parameters), running)
  const wanted = [...metadata].filter(([name]) => metric === '' || name === metric).slice(0, limit)
  return Object.fromEntries(wanted.map(([name, each]) => [name, each.slice(0, limitEach)]))
}
