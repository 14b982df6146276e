import { type Context, rootContext, rpcMetadataKey } from '../context/context.ts'
import { parseTraceParent } from '../context/trace-parent.ts'
import type { Core } from '../core.ts'
import { knownMethod, routeOf, shownQuery } from '../instrument/http-names.ts'
import { LogScope } from '../logs/log-scope.ts'
import type { Attributes, HttpRequest, HttpResponse } from '../public.ts'
import type { OtherRequest, RequestIds, RequestOptions } from './public.ts'
import { readRequestIds } from './request-ids.ts'

const seen = Symbol('wakeline.request')

/** What is known of a request of any framework when it begins. */
export interface RequestFacts {
  readonly method: string | undefined
  readonly url: string
  header(name: string): unknown
  readonly peer: string | undefined
}

/** One request in progress, whatever framework it came through. */
export class RequestInProgress {
  readonly ids: RequestIds
  readonly context: Context
  /** The template a framework says it has chosen. */
  route: string | undefined = undefined
  error: unknown = undefined
  private readonly core: Core
  private readonly facts: RequestFacts
  private readonly isLogged: boolean
  private readonly startMs = performance.now()

  constructor(core: Core, facts: RequestFacts, options: RequestOptions) {
    this.core = core
    this.facts = facts
    this.ids = readRequestIds((name) => facts.header(name), options.trustUserId ?? true)
    this.context = this.bind(core.storage.getStore())
    this.isLogged = !(options.ignore?.(pathOf(facts.url)) ?? false)
    if (this.isLogged && options.startLine === true) this.line('info', this.described(), 'request started')
  }

  /**
   * The context of the request. The one the instrumentation of node:http has made is used as it is: its log scope is
   * this request's alone. Without it a context is made here, with the caller's trace.
   */
  private bind(current: Context | undefined): Context {
    const { requestId: request_id, userId: user_id, correlationId: correlation_id } = this.ids
    const ids = { request_id, user_id, correlation_id }
    const { logging } = this.core
    const scope = current?.scope
    if (current !== undefined && scope !== undefined && scope.request === scope) {
      scope.bound = scope.bound === undefined ? logging.bind(ids) : scope.bound.and(ids)
      return current
    }
    const made = LogScope.ofRequest(scope?.bound === undefined ? logging.bind(ids) : scope.bound.and(ids))
    const context = (current ?? rootContext).withScope(made)
    if (context.span !== undefined) return context
    return context.withSpan(
      parseTraceParent(text(this.facts.header('traceparent')), text(this.facts.header('tracestate'))),
    )
  }

  run<T>(fn: () => T): T {
    return this.core.storage.getStore() === this.context ? fn() : this.core.storage.run(this.context, fn)
  }

  /** The span and the metrics of the request get the template too. */
  setRoute(route: string | undefined): void {
    if (route === undefined) return
    this.route = route
    const metadata: unknown = this.context.getValue(rpcMetadataKey)
    if (typeof metadata === 'object' && metadata !== null) Reflect.set(metadata, 'route', route)
  }

  /** The one line. `status` is undefined when the caller went away before there was an answer. */
  end(outcome: { status: number | undefined; aborted: boolean; more: Attributes }): void {
    if (!this.isLogged) return
    const { status, aborted, more } = outcome
    const attributes = {
      ...this.context.scope?.request?.wide,
      ...more,
      ...this.described(),
      'http.route': this.route,
      'http.response.status_code': status,
      duration_seconds: Math.round(performance.now() - this.startMs) / 1000,
    }
    const level = status !== undefined && status >= 500 ? 'error' : aborted ? 'warn' : 'info'
    this.line(level, attributes, aborted ? 'request aborted' : 'request completed')
  }

  private line(level: 'info' | 'warn' | 'error', attributes: Attributes, message: string): void {
    const { log } = this.core
    this.run(() => {
      if (this.error === undefined) log[level](attributes, message)
      else
        log.error(this.error instanceof Error ? this.error : new Error(String(this.error)), { ...attributes }, message)
    })
  }

  private described(): Attributes {
    const { method, url, peer } = this.facts
    const at = url.indexOf('?')
    const known = knownMethod(method)
    return {
      'http.request.method': known,
      'url.path': at < 0 ? url : url.slice(0, at),
      'url.query': at < 0 ? undefined : shownQuery(url.slice(at + 1)),
      'http.request.body.size': sizeOf(this.facts.header('content-length')),
      'user_agent.original': text(this.facts.header('user-agent')),
      'client.address': peer,
    }
  }
}

/** A request of node:http, from here to its end; undefined when a middleware before has taken it already. */
export function beginNodeRequest(
  core: Core,
  request: HttpRequest & { [seen]?: true },
  response: HttpResponse,
  options: RequestOptions,
): RequestInProgress | undefined {
  if (request[seen] === true) return undefined
  request[seen] = true
  const { socket } = request
  const facts = {
    method: request.method,
    url: originalUrl(request),
    header: (name: string) => request.headers[name],
    peer: socket?.remoteAddress,
  }
  const progress = new RequestInProgress(core, facts, options)
  response.setHeader('x-request-id', progress.ids.requestId)
  response.setHeader('x-correlation-id', progress.ids.correlationId)
  const writtenBefore = socket?.bytesWritten ?? 0
  response.once('close', () => {
    const aborted = !response.writableFinished
    progress.route ??= routeOf(request)
    const bodySize = sizeOf(response.getHeader('content-length'))
    const sent = (socket?.bytesWritten ?? writtenBefore) - writtenBefore
    const size = bodySize === undefined ? { 'http.response.size': sent } : { 'http.response.body.size': bodySize }
    progress.end({
      status: aborted && !response.headersSent ? undefined : response.statusCode,
      aborted,
      more: { ...options.attributes?.(request), ...size },
    })
  })
  return progress
}

/** Runs work that is a request of another kind: with ids of its own, and one line at its end. */
export function runOtherRequest<T>(core: Core, name: string, given: OtherRequest, fn: () => T): T {
  const startMs = performance.now()
  const ids = readRequestIds(
    (header) =>
      header === 'x-request-id' ? given.requestId : header === 'x-user-id' ? given.userId : given.correlationId,
    true,
  )
  const outer = core.storage.getStore() ?? rootContext
  const bound = { request_id: ids.requestId, user_id: ids.userId, correlation_id: ids.correlationId }
  const scope = LogScope.ofRequest(core.logging.bind({ ...outer.scope?.bound?.attributes, ...bound }))
  const context = outer.withScope(scope)
  const end = (error?: unknown) => {
    const outcome = error === undefined ? 'ok' : 'error'
    const duration_seconds = Math.round(performance.now() - startMs) / 1000
    const attributes = { ...scope.wide, ...given.attributes, operation: name, outcome, duration_seconds }
    core.storage.run(context, () => {
      if (error === undefined) core.log.info(attributes, `${name} completed`)
      else core.log.error(error instanceof Error ? error : new Error(String(error)), attributes, `${name} failed`)
    })
  }
  return core.storage.run(context, () => {
    let result: T
    try {
      result = fn()
    } catch (thrown) {
      end(thrown ?? new Error('nothing was thrown'))
      throw thrown
    }
    if (!(result instanceof Promise)) {
      end()
      return result
    }
    const derived: unknown = result.then(
      (value) => {
        end()
        return value
      },
      (thrown) => {
        end(thrown ?? new Error('nothing was thrown'))
        throw thrown
      },
    )
    return derived as T
  })
}

/** Express changes `url` inside a router and keeps the whole one in `originalUrl`. */
function originalUrl(request: HttpRequest): string {
  const original: unknown = Reflect.get(request, 'originalUrl')
  return typeof original === 'string' ? original : (request.url ?? '')
}

function pathOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? url : url.slice(0, at)
}

function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : Array.isArray(value) ? value.join(',') : undefined
}
