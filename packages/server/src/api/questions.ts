import type { StatusAnswer } from '@wakeline/protocol'
import { type Context, Hono } from 'hono'
import { backtestRule } from '../alert/backtest-rule.ts'
import type { RunningGroup } from '../alert/running-group.ts'
import { askSlos } from '../alert/slo/ask-slos.ts'
import type { Asking } from '../alert/slo/measured.ts'
import type { Slo } from '../alert/slo/slo.ts'
import { isRefused, type Refused } from '../base/refused.ts'
import type { Query } from '../query/query.ts'
import type { TimeRange } from '../query/time-range.ts'
import { type Endpoint, endpoints } from './endpoints.ts'
import { ApiFailure } from './errors.ts'
import { type GivenRange, readInput, readRange } from './input.ts'
import { type ApiNotifying, notificationsAnswer } from './notifications.ts'
import openApi from './openapi.json' with { type: 'json' }
import { sendJson } from './send.ts'
import type { Lane, Turns } from './turns.ts'

export type QuestionsOptions = {
  query: Query
  ruleGroups: () => readonly RunningGroup[]
  slos: () => { slos: readonly Slo[]; errors: readonly string[] }
  status: () => StatusAnswer | Promise<StatusAnswer>
  turns: Turns
  nowUnixMs: () => number
  notifying: ApiNotifying
}

type Asked<Input> = (
  input: Input & TimeRange,
  run: { signal: AbortSignal },
  context: Context,
) => Promise<object | Refused>

/** GET /api/v1/*: read the parameters, ask one question, send its answer. */
export function questionRoutes(options: QuestionsOptions): Hono {
  const { query, status, turns, nowUnixMs, notifying } = options
  const routes = new Hono()
  function question<Input extends GivenRange>({ path, input: schema }: Endpoint<Input>, ask: Asked<Input>): void {
    routes.get(path, async (context) => {
      const input = readInput(context, schema)
      const range = readRange(input, nowUnixMs())
      const signal = context.req.raw.signal
      const answer = await turns.take(signal, () => ask({ ...input, ...range }, { signal }, context), laneOf(context))
      if (isRefused(answer)) throw ApiFailure.ofRefused(answer)
      return sendJson(context, answer)
    })
  }

  question(endpoints.services, (ask, run) => query.services(ask, run))
  question(endpoints.service, (ask, run, context) => query.service({ ...ask, ...serviceOf(context) }, run))
  question(endpoints.instances, (ask, run, context) => query.instances({ ...ask, ...serviceOf(context) }, run))
  question(endpoints.serviceErrors, (ask, run, context) => query.serviceErrors({ ...ask, ...serviceOf(context) }, run))
  question(endpoints.bottlenecks, (ask, run, context) => query.bottlenecks({ ...ask, ...serviceOf(context) }, run))
  question(endpoints.serviceProblems, (ask, run, context) =>
    query.serviceProblems({ ...ask, ...serviceOf(context) }, run),
  )
  question(endpoints.traces, (ask, run) => query.traces(ask, run))
  question(endpoints.traceSample, (ask, run) => query.traceSample(ask, run))
  question(endpoints.spans, (ask, run) => query.spans(ask, run))
  question(endpoints.differences, (ask, run) => query.differences(ask, run))
  question(endpoints.logs, (ask, run) => query.logs(ask, run))
  routes.get(endpoints.logContext.path, async (context) => {
    const { time, service, resource, before, after } = readInput(context, endpoints.logContext.input)
    const ask = { unixNano: BigInt(time), service, resourceId: resource, before, after }
    const { signal } = context.req.raw
    return sendJson(context, await turns.take(signal, () => query.logContext(ask, { signal }), laneOf(context)))
  })
  question(endpoints.logHistogram, (ask, run) => query.logHistogram(ask, run))
  question(endpoints.logPatterns, (ask, run) => query.logPatterns(ask, run))
  question(endpoints.errors, (ask, run) => query.errors(ask, run))
  question(endpoints.table, (ask, run) => query.table(ask, run))
  routes.get(endpoints.sql.path, async (context) => {
    const ask = readInput(context, endpoints.sql.input)
    const { signal } = context.req.raw
    const answer = await turns.take(signal, () => query.sql(ask, { signal }), laneOf(context))
    if (isRefused(answer)) throw ApiFailure.ofRefused(answer)
    return sendJson(context, answer)
  })
  question(endpoints.explain, (ask, run) => query.explain(ask, run))
  question(endpoints.metrics, (ask, run) => query.metrics(ask, run))
  question(endpoints.metricLabels, (ask, run) => query.metricLabels(ask, run))
  question(endpoints.metricRange, (ask, run) => query.metricRange(ask, run))
  question(endpoints.keys, (ask, run) => query.keys(ask, run))
  question(endpoints.values, (ask, run) => query.values(ask, run))
  question(endpoints.edges, (ask, run) => query.serviceEdges(ask, run))
  question(endpoints.backtest, (ask, run) => backtestRule(ask, query, query.running(run)))
  question(endpoints.receipts, (ask, run) => query.receipts(ask, run))
  question(endpoints.trace, (_, run, context) => query.trace({ traceId: traceIdOf(context) }, run))
  routes.get(endpoints.slos.path, (context) => sendSlos(context, options))
  routes.get(endpoints.notifications.path, (context) => {
    readInput(context, endpoints.notifications.input)
    return sendJson(context, notificationsAnswer(notifying, nowUnixMs()))
  })
  routes.get(endpoints.status.path, async (context) => {
    readInput(context, endpoints.status.input)
    return sendJson(context, await status())
  })
  routes.get('/openapi.json', (context) => sendJson(context, openApi))
  return routes
}

async function sendSlos(context: Context, parts: Omit<QuestionsOptions, 'status'>): Promise<Response> {
  const { query, ruleGroups, slos, turns, nowUnixMs } = parts
  readInput(context, endpoints.slos.input)
  const { prometheus } = query
  const { signal } = context.req.raw
  const ask = () => {
    const running = query.running({ signal })
    const asking: Asking = {
      nowMs: nowUnixMs(),
      instant: (asked) => prometheus.instant(asked, running),
      range: (asked) => prometheus.range(asked, running),
    }
    return askSlos({ ...slos(), groups: ruleGroups() }, asking)
  }
  const answer = await turns.take(signal, ask, laneOf(context))
  if (isRefused(answer)) throw ApiFailure.ofRefused(answer)
  return sendJson(context, answer)
}

/** Browsers say of their own accord whether a page of this server asks. */
function laneOf(context: Context): Lane {
  return context.req.header('sec-fetch-site') === 'same-origin' ? 'pages' : 'api'
}

function traceIdOf(context: Context): string {
  const traceId = (context.req.param('traceId') ?? '').toLowerCase()
  if (/^[0-9a-f]{32}$/.test(traceId) && !/^0+$/.test(traceId)) return traceId
  throw new ApiFailure('invalid_request', 'Cannot show this trace: a trace id is 32 hex digits, not all of them 0')
}

function serviceOf(context: Context): { service: string } {
  return { service: context.req.param('service') ?? '' }
}
