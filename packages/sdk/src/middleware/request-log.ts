import { monotonicMs } from '../clock.ts'
import { type Context, rootContext, rpcMetadataKey } from '../context/context.ts'
import type { Core } from '../core.ts'
import { messageOf } from '../encode/plain-value.ts'
import { type Exchange, exchangeIn, exchangeOf } from '../instrument/exchange.ts'
import { knownMethod, routeOf, shownQuery } from '../instrument/http-names.ts'
import type { RequestShape } from '../instrument/request-shape.ts'
import { BoundAttributes } from '../logs/bound-attributes.ts'
import { LogScope, type ScopeStart } from '../logs/log-scope.ts'
import type { Attributes, HttpRequest, HttpResponse } from '../public.ts'
import { holdProgress, progressOf } from './note-error.ts'
import type { OtherRequest, RequestIds, RequestOptions } from './public.ts'
import { type KnownIds, readRequestIds } from './request-ids.ts'
import { endLevel, endMessage, RequestLine } from './request-line.ts'

/** What is known of a request of any framework when it begins. */
export interface RequestFacts {
  readonly method: string | undefined
  readonly url: string
  header(name: string): unknown
  readonly peer: string | undefined
  /** On the monotonic clock, where the beginning was seen; else it is now. */
  readonly startMs?: number | undefined
}

/** Of the body where that is known, else of the whole answer as written to the socket. */
interface Sizes {
  readonly bodySize?: number | undefined
  readonly size?: number | undefined
}

/** How a request ended. */
interface Outcome extends Sizes {
  /** Undefined when the caller went away before there was an answer. */
  readonly status: number | undefined
  readonly aborted: boolean
  /** On the monotonic clock; else it is now. */
  readonly endMs?: number | undefined
  readonly more?: Attributes | undefined
}

/** One request in progress, whatever framework it came through. */
export class RequestInProgress implements ScopeStart {
  readonly ids: KnownIds
  readonly context: Context
  /** The template a framework says it has chosen. */
  route: string | undefined
  error: unknown
  /** `Class.method`, where a framework says so. */
  handler: string | undefined
  private readonly core: Core
  private readonly facts: RequestFacts
  private readonly options: RequestOptions
  private readonly isLogged: boolean
  private readonly startMs: number
  /** The ids, while nothing else is bound to the request. */
  private onlyIds: BoundAttributes | undefined
  private readonly isInForce: boolean

  constructor(core: Core, facts: RequestFacts, options: RequestOptions, current = core.storage.getStore()) {
    this.core = core
    this.facts = facts
    this.options = options
    // Here and not beside their names: initialisers are a call of their own for each request.
    this.route = undefined
    this.error = undefined
    this.handler = undefined
    this.onlyIds = undefined
    this.startMs = facts.startMs ?? monotonicMs()
    this.ids = readRequestIds(facts, options.trustUserId ?? true)
    this.context = this.bind(current)
    this.isInForce = this.context === current
    this.isLogged = options.ignore === undefined || !options.ignore(pathOf(facts.url))
    if (this.isLogged && options.startLine === true) this.line('info', this.described(), 'request started')
  }

  /**
   * The context of the request. The one the instrumentation of node:http has made is used as it is: its log scope is
   * this request's alone. Without it a context is made here, with the caller's trace.
   */
  private bind(current: Context | undefined): Context {
    const scope = current?.scope
    if (current !== undefined && scope !== undefined && scope.request === scope) {
      this.bindTo(scope, scope.bound)
      return current
    }
    const made = LogScope.ofRequest(undefined)
    this.bindTo(made, scope?.bound)
    const context = (current ?? rootContext).withScope(made)
    if (context.span !== undefined) return context
    return context.withSpan(this.core.tracing.propagation.remote((name) => text(this.facts.header(name))))
  }

  private bindTo(scope: LogScope, outer: BoundAttributes | undefined): void {
    // The id of the header, which the instrumentation has bound, is among the ids.
    const isReplaced = outer?.count === 1 && 'request_id' in outer.attributes
    if (outer === undefined || isReplaced) scope.start = this
    else scope.bound = outer.and(this.idAttributes())
  }

  /** For the first line that is written in it. */
  makeBound(): BoundAttributes {
    this.onlyIds = new BoundAttributes(this.idAttributes(), this.core.how, true)
    return this.onlyIds
  }

  private idAttributes(): Attributes {
    const { requestId, userId, correlationId } = this.ids
    const ids: Attributes = { request_id: requestId, correlation_id: correlationId }
    if (userId !== undefined) ids['user_id'] = userId
    return ids
  }

  /** The first piece of it, right after this was made: what is in force is known. */
  begin<T>(fn: () => T): T {
    return this.isInForce ? fn() : this.core.storage.run(this.context, fn)
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

  /** The one line of a request of node:http; as a rule there is nothing to be said of it but what is known already. */
  endSeen(exchange: Exchange, shape: RequestShape): void {
    const { request, response, route, status, aborted, written, endMs } = exchange
    if (!this.isLogged || request === undefined || response === undefined) return
    this.route ??= route
    const sizes = sizesOf(response, written)
    const more = this.asked(request)
    if (more === undefined && this.isUsual()) {
      const { logging } = this.core
      logging.writeReady(new RequestLine(logging, exchange, { shape, ids: this.ids, values: this.usual(sizes, endMs) }))
    } else this.end({ status, aborted, endMs, more, ...sizes })
  }

  /**
   * The same without the instrumentation. HTTP/2 says `finish` of what was cut off before it began; what a framework injects for tests is
   * not `writableFinished` when it is over.
   */
  endNode(request: HttpRequest, response: HttpResponse, finished: boolean, written: number | undefined): void {
    this.route ??= routeOf(request)
    const aborted = !finished || !response.headersSent
    const status = aborted && !response.headersSent ? undefined : response.statusCode
    this.end({ status, aborted, more: this.asked(request), ...sizesOf(response, written) })
  }

  /** Whether the program has bound or said nothing of its own. */
  private isUsual(): boolean {
    const { scope } = this.context
    if (scope === undefined || scope.wide !== undefined || this.error !== undefined) return false
    const isOnlyIds = scope.start === this || (this.onlyIds !== undefined && scope.bound === this.onlyIds)
    return isOnlyIds && this.core.logging.base.bound === undefined
  }

  private secondsUntil(endMs: number): number {
    return Math.round(endMs - this.startMs) / 1000
  }

  /** What the program adds to the line; its mistake must not end the program. */
  private asked(request: HttpRequest): Attributes | undefined {
    try {
      return this.options.attributes?.(request)
    } catch (thrown) {
      this.core.report(`Cannot ask for the attributes of a request: ${messageOf(thrown)}`)
      return undefined
    }
  }

  /** The one line. */
  end({ status, aborted, bodySize, size, more, endMs = monotonicMs() }: Outcome): void {
    if (!this.isLogged) return
    const attributes = {
      ...this.context.scope?.wide,
      ...more,
      ...this.described(),
      'http.response.body.size': bodySize,
      'http.response.size': size,
      'code.function.name': this.handler,
      'http.route': this.route,
      'http.response.status_code': status,
      duration_seconds: this.secondsUntil(endMs),
    }
    this.line(endLevel(status, aborted), attributes, endMessage(aborted))
  }

  /** In the order of the names of `RequestLine`. */
  private usual({ bodySize, size }: Sizes, endMs: number): unknown[] {
    const { facts, ids } = this
    const { url } = facts
    const at = url.indexOf('?')
    return [
      ids.userId,
      at < 0 ? url : url.slice(0, at),
      at < 0 ? undefined : shownQuery(url.slice(at + 1)),
      sizeOf(facts.header('content-length')),
      text(facts.header('user-agent')),
      facts.peer,
      bodySize,
      size,
      this.handler,
      this.secondsUntil(endMs),
    ]
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
    return {
      'http.request.method': knownMethod(method),
      'url.path': at < 0 ? url : url.slice(0, at),
      'url.query': at < 0 ? undefined : shownQuery(url.slice(at + 1)),
      'http.request.body.size': sizeOf(this.facts.header('content-length')),
      'user_agent.original': text(this.facts.header('user-agent')),
      'client.address': peer,
    }
  }
}

/** What is known of a request of node:http that the instrumentation does not see. */
class NodeFacts implements RequestFacts {
  readonly method: string | undefined
  readonly url: string
  readonly peer: string | undefined
  private readonly headers: HttpRequest['headers']

  constructor(request: HttpRequest) {
    this.method = request.method
    this.url = originalUrl(request)
    this.peer = request.socket?.remoteAddress
    this.headers = request.headers
  }

  header(name: string): unknown {
    return this.headers[name]
  }
}

/** A request of node:http, from here to its end; undefined when a middleware before has taken it already. */
export function beginNodeRequest(
  core: Core,
  request: HttpRequest,
  response: HttpResponse,
  options: RequestOptions,
): RequestInProgress | undefined {
  const current = core.storage.getStore()
  const exchange = exchangeIn(current, request) ?? exchangeOf(request)
  if ((exchange === undefined ? progressOf(request) : exchange.progress) !== undefined) return undefined
  const progress = new RequestInProgress(core, exchange ?? new NodeFacts(request), options, current)
  echoIds(response, progress.ids)
  if (exchange !== undefined) {
    exchange.progress = progress
    exchange.atEnd = tellEnd
    return progress
  }
  holdProgress(request, progress)
  const { socket } = request
  const writtenBefore = socket?.bytesWritten ?? 0
  let finished = false
  response.once('finish', () => {
    finished = true
  })
  response.once('close', () => {
    // A stream of HTTP/2 does not say how much was written.
    const written = (socket?.bytesWritten ?? writtenBefore) - writtenBefore || undefined
    progress.endNode(request, response, finished, written)
  })
  return progress
}

export function echoIds(response: HttpResponse, { requestId, correlationId }: RequestIds): void {
  response.setHeader('x-request-id', requestId)
  response.setHeader('x-correlation-id', correlationId)
}

/** One function for all requests: a closure for each would keep a context of its own beside it. */
function tellEnd(exchange: Exchange, shape: RequestShape): void {
  exchange.progress?.endSeen(exchange, shape)
}

function sizesOf(response: HttpResponse, written: number | undefined): Sizes {
  const bodySize = sizeOf(response.getHeader('content-length'))
  return { bodySize, size: bodySize === undefined ? written : undefined }
}

/** Runs work that is a request of another kind: with ids of its own, and one line at its end. */
export function runOtherRequest<T>(core: Core, name: string, given: OtherRequest, fn: () => T): T {
  const startMs = monotonicMs()
  const header = (name: string) =>
    name === 'x-request-id' ? given.requestId : name === 'x-user-id' ? given.userId : given.correlationId
  const ids = readRequestIds({ header }, true)
  const outer = core.storage.getStore() ?? rootContext
  const bound = { request_id: ids.requestId, user_id: ids.userId, correlation_id: ids.correlationId }
  const scope = LogScope.ofRequest(core.logging.bind({ ...outer.scope?.bound?.attributes, ...bound }))
  const context = outer.withScope(scope)
  const end = (error?: unknown) => {
    const outcome = error === undefined ? 'ok' : 'error'
    const duration_seconds = Math.round(monotonicMs() - startMs) / 1000
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
