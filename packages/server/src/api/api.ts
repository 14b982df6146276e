import { createServer, type IncomingMessage, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { StatusAnswer } from '@wakeline/protocol'
import { type Context, Hono } from 'hono'
import type { RunningGroup } from '../alert/running-group.ts'
import type { Slo } from '../alert/slo/slo.ts'
import { accessHeaders, checkHost, checkOrigin, checkToken, openSessions } from '../base/access.ts'
import { listenOn, urlOf } from '../base/listen-on.ts'
import type { Query } from '../query/query.ts'
import { alertmanagerRoutes } from './alertmanager/alertmanager.ts'
import { noteAddress } from './caller.ts'
import { type DashboardsParts, dashboardsRoutes } from './dashboards.ts'
import { ApiFailure, respondFailure } from './errors.ts'
import { jaegerQuestions, jaegerRoutes } from './jaeger/jaeger.ts'
import { jaegerV3Routes } from './jaeger/jaeger-v3.ts'
import { limitBody } from './limit-body.ts'
import { lokiRoutes } from './loki/loki.ts'
import type { ApiNotifying } from './notifications.ts'
import { prometheusRoutes } from './prometheus.ts'
import { respondPrometheusFailure } from './prometheus-errors.ts'
import type { PrometheusLimits } from './prometheus-status.ts'
import type { ScrapeTargets } from './prometheus-targets.ts'
import { questionRoutes } from './questions.ts'
import { type RulesParts, rulesRoutes } from './rules.ts'
import { sessionRoutes } from './session.ts'
import { tailRoutes } from './tail.ts'
import { tempoRoutes } from './tempo/tempo.ts'
import type { Turns } from './turns.ts'
import { serveUi } from './ui-files.ts'

export type ApiOptions = {
  host: string
  /** 0 takes any free one. */
  port: number
  /** '' where none is needed. */
  token: string
  /** The built UI; '' where there is none. */
  uiDirectory: string
  tailViewersMax: number
}

export type ApiParts = {
  version: string
  query: Query
  /** Shared with whoever else asks; beyond what may wait, 503. */
  turns: Turns
  /** Rules that are evaluated, and whoever is told of their alerts. */
  ruleGroups: () => readonly RunningGroup[]
  /** Objectives whose rules are among them, and what is wrong with the files of others. */
  slos: () => { slos: readonly Slo[]; errors: readonly string[] }
  /** Undefined where none can be made. */
  rules?: RulesParts
  /** Undefined where there are none. */
  dashboards?: DashboardsParts
  alertmanagers: () => readonly string[]
  notifying: ApiNotifying
  status: () => StatusAnswer | Promise<StatusAnswer>
  /** The server's own counters, in Prometheus' text format. */
  metricsText: () => string
  /** What is scraped, and how each target is. */
  scrapeTargets: () => ScrapeTargets
  limits: () => PrometheusLimits
  isReady: () => boolean
  nowUnixMs: () => number
  /** Hears of errors that are this program's fault. */
  report: (error: unknown) => void
}

export type Api = {
  url: string
  /** Ends live tails and waits for answers being sent. */
  stop(): Promise<void>
}

/** Listens, and answers `/api/v1`, `/prometheus/api/v1`, `/jaeger/api`, `/tempo/api`, `/alertmanager/api/v2`, `/mcp`, the UI, `/livez`, `/readyz` and `/metrics`. Throws what listening throws (a taken port). */
export async function startApi(parts: ApiParts & ApiOptions): Promise<Api> {
  const app = apiRoutes(parts)
  const listener = getRequestListener(
    (request, { incoming }) => {
      noteAddress(request, incoming.socket.remoteAddress)
      return app.fetch(request)
    },
    { overrideGlobalObjects: false },
  )
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 15_000 },
    (request: IncomingMessage, response) => {
      void listener(request, response)
    },
  )
  const port = await listenOn(server, parts)
  return { url: urlOf({ ...parts, port }), stop: () => stopped(server, parts.query) }
}

function stopped(server: Server, query: Query): Promise<void> {
  query.tail.closeViewers()
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 2000).unref()
  })
}

function apiRoutes(parts: ApiParts & ApiOptions): Hono {
  const { query, nowUnixMs, report } = parts
  const access = { host: parts.host, token: parts.token }
  const sessions = openSessions()
  const app = new Hono()
  app.onError((error, context) =>
    isPrometheus(context) ? respondPrometheusFailure(context, error, report) : respondFailure(context, error, report),
  )
  app.use(async (context, next) => {
    secureHeaders(context)
    checkAccess(context, parts)
    await next()
  })
  // The other names of each are Prometheus': some clients ask for its first page to see whether it is there.
  for (const path of ['/livez', '/prometheus/-/healthy', '/prometheus', '/prometheus/', '/alertmanager/-/healthy'])
    app.get(path, (context) => context.text('ok\n'))
  for (const path of ['/readyz', '/prometheus/-/ready', '/alertmanager/-/ready'])
    app.get(path, (context) => (parts.isReady() ? context.text('ok\n') : context.text('not ready\n', 503)))
  app.route('/api/v1/session', sessionRoutes({ rules: access, sessions, nowUnixMs }))

  const guarded = async (context: Context, next: () => Promise<void>): Promise<void> => {
    const headers = accessHeaders((name) => context.req.header(name))
    const refused = checkToken(headers, access)
    if (refused !== undefined && !sessions.isValid(headers.cookie, nowUnixMs()))
      throw new ApiFailure('unauthorized', refused)
    await next()
  }
  for (const root of dataRoots) app.use(`${root}/*`, guarded)
  app.use('/metrics', guarded)
  app.get('/metrics', (context) =>
    context.text(parts.metricsText(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
  )
  app.route('/api/v1', tailRoutes({ query, viewersMax: parts.tailViewersMax }))
  app.route('/api/v1', questionRoutes(parts))
  if (parts.rules !== undefined) app.route('/api/v1/rules', rulesRoutes({ nowUnixMs, rules: parts.rules }))
  if (parts.dashboards !== undefined) app.route('/api/v1/dashboards', dashboardsRoutes(parts.dashboards))
  addOtherApis(app, parts)
  // Agents are few and their protocol's library is large: it is loaded with the first of them.
  app.post('/mcp', limitBody({ maxSize: messageMaxBytes, onError: messageTooLarge }), async (context) => {
    const { answerMcp } = await loadMcp()
    return answerMcp(context, { ...parts, answer: (request) => app.fetch(request) })
  })
  for (const root of dataRoots) {
    app.all(`${root}/*`, (context) => {
      const { method, path } = context.req
      if (method !== 'GET' && root === '/api') {
        throw new ApiFailure('method_not_allowed', `Cannot ${method} ${path}: it is answered to GET only`)
      }
      throw new ApiFailure('not_found', `Cannot answer ${path}: there is nothing of this name under ${root}`)
    })
  }
  app.get('*', (context) => serveUi(context, parts.uiDirectory))
  app.notFound((context) =>
    respondFailure(
      context,
      new ApiFailure(
        'method_not_allowed',
        `Cannot ${context.req.method} ${context.req.path}: it is answered to GET only`,
      ),
      report,
    ),
  )
  return app
}

/** The query APIs of other systems, for their clients. */
function addOtherApis(app: Hono, parts: ApiParts): void {
  app.route('/prometheus/api/v1', prometheusRoutes(parts))
  const jaeger = jaegerQuestions(parts)
  // Grafana's search leaves the path of a data source's URL away; nothing of our own has these names.
  for (const root of ['/jaeger/api', '/api']) {
    app.route(`${root}/v3`, jaegerV3Routes(jaeger))
    app.route(root, jaegerRoutes(jaeger))
  }
  // The paths of Loki's API begin with its name, so that its URL is this server's own; with the prefix it is right too.
  for (const root of ['/loki/api/v1', '/loki/loki/api/v1']) {
    app.route(root, lokiRoutes(parts))
  }
  app.route('/tempo/api', tempoRoutes(parts))
  app.route('/alertmanager/api/v2', alertmanagerRoutes(parts))
}

/** When the files of a running server were replaced, what it has not loaded yet is no longer under the name that it knows. */
const loadMcp = (): Promise<typeof import('./mcp.ts')> =>
  import('./mcp.ts').catch((error: unknown) => {
    throw new ApiFailure(
      'internal',
      `Cannot answer agents: a part of this server is not where it was when it started, as after an upgrade; restart it (${error})`,
    )
  })

const messageMaxBytes = 1024 * 1024

function messageTooLarge(): never {
  throw new ApiFailure('too_large', `Cannot read this message: it has more than ${messageMaxBytes} bytes`)
}

/** Below these is data; everything else is the pages. */
const dataRoots = ['/api', '/prometheus', '/jaeger', '/loki', '/tempo', '/alertmanager', '/mcp'] as const

const isPrometheus = (context: Context): boolean => context.req.path.startsWith('/prometheus/')

function checkAccess(context: Context, { host, token }: ApiOptions): void {
  const headers = accessHeaders((name) => context.req.header(name))
  const isPage = context.req.method === 'GET' && !dataRoots.some((root) => context.req.path.startsWith(`${root}/`))
  const refused = checkHost(headers, { host, token }) ?? checkOrigin(headers, { navigation: isPage })
  if (refused !== undefined) throw new ApiFailure('forbidden', refused)
}

function secureHeaders(context: Context): void {
  context.header('X-Content-Type-Options', 'nosniff')
  context.header('X-Frame-Options', 'DENY')
  context.header('Referrer-Policy', 'no-referrer')
  context.header('Cross-Origin-Opener-Policy', 'same-origin')
  context.header('Cross-Origin-Resource-Policy', 'same-origin')
  context.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
}
