import { channel } from 'node:diagnostics_channel'
import { IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Baggage } from '../context/baggage.ts'
import { Context, rpcMetadataKey } from '../context/context.ts'
import { parseTraceParent } from '../context/trace-parent.ts'
import { LogScope } from '../logs/log-scope.ts'
import type { HistogramInstrument } from '../metrics/instruments.ts'
import { type Span, spanKind, statusCode } from '../traces/span.ts'
import { Hosts, knownMethod, routeOf, shownQuery } from './http-names.ts'
import { httpServerScope, type InstrumentParts } from './instrument.ts'

interface RequestStart {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly socket: Socket
  readonly server: Server
}

/** What OpenTelemetry's framework instrumentations find in the context: they write the route there. */
interface RpcMetadata {
  readonly type: 'http'
  readonly span: Span
  route: string | undefined
}

/** One request in progress, kept on the request and on its response. */
interface Exchange {
  readonly span: Span
  readonly context: Context
  readonly request: IncomingMessage
  readonly metadata: RpcMetadata
  readonly startMs: number
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  ended: boolean
}

const exchangeKey = Symbol('wakeline.exchange')
const patched = Symbol('wakeline.patched')

/**
 * Traces and measures every request a node:http or node:https server answers, whenever it was created. The start is
 * learned from diagnostics_channel; `emit` of that server, and of requests and responses, then runs in the context
 * of the request, so that handlers and their listeners see it and no other request does.
 */
export class HttpServerInstrument {
  private readonly parts: InstrumentParts
  private readonly duration: HistogramInstrument
  private readonly hosts = new Hosts()

  constructor(parts: InstrumentParts) {
    this.parts = parts
    this.duration = parts.metering.histogram(httpServerScope, 'http.server.request.duration', {
      unit: 's',
      description: 'Duration of HTTP server requests.',
    })
  }

  /** Returns how to stop. */
  start(): () => void {
    const onStart = (message: unknown) => this.started(message as RequestStart)
    const onFinish = (message: unknown) => {
      const exchange = exchangeOf((message as RequestStart).response)
      if (exchange !== undefined) this.end(exchange, (message as RequestStart).response, false)
    }
    channel('http.server.request.start').subscribe(onStart)
    channel('http.server.response.finish').subscribe(onFinish)
    return () => {
      channel('http.server.request.start').unsubscribe(onStart)
      channel('http.server.response.finish').unsubscribe(onFinish)
    }
  }

  private started({ request, response, socket, server }: RequestStart): void {
    if (this.parts.yields() || this.parts.storage.getStore()?.suppressed === true) return
    this.patchServer(server)
    this.patchMessages()
    const headers = request.headers
    const remote = parseTraceParent(textOf(headers['traceparent']), textOf(headers['tracestate']))
    const baggage = headers['baggage'] === undefined ? undefined : Baggage.parse(textOf(headers['baggage']) ?? '')
    const scope = LogScope.ofRequest(this.requestId(headers['x-request-id']))
    const carried = { span: remote, scope, baggage, suppressed: false }
    const method = knownMethod(request.method)
    const outer = new Context(carried)
    const span = this.parts.tracing.start(this.parts.chunk, method, outer, {
      kind: spanKind.server,
      startUnixMs: 0,
      root: false,
    })
    const metadata: RpcMetadata = { type: 'http', span, route: undefined }
    const held = { key: rpcMetadataKey, value: metadata, next: undefined }
    const exchange: Exchange = {
      span,
      context: new Context({ span, scope, baggage, suppressed: false }, held),
      request,
      metadata,
      startMs: performance.now(),
      remoteAddress: socket.remoteAddress,
      encrypted: 'encrypted' in socket && socket.encrypted === true,
      ended: false,
    }
    mark(request, exchange)
    mark(response, exchange)
  }

  /** An id that could break a log line or a header is not taken over. */
  private requestId(header: string | string[] | undefined) {
    if (typeof header !== 'string' || !/^[\w.:@/+=-]{1,128}$/.test(header)) return undefined
    return this.parts.logging.bind({ request_id: header })
  }

  private end(exchange: Exchange, response: ServerResponse, aborted: boolean): void {
    if (exchange.ended) return
    exchange.ended = true
    const { span, request, metadata } = exchange
    const method = knownMethod(request.method)
    const route = metadata.route ?? routeOf(request)
    const status = aborted && !response.headersSent ? undefined : response.statusCode
    // A caller that went away is not this server's fault: the error is named, the span is not marked as failed.
    const errorType = aborted ? 'ECONNRESET' : status !== undefined && status >= 500 ? String(status) : undefined
    this.duration.record((performance.now() - exchange.startMs) / 1000, {
      'http.request.method': method,
      'url.scheme': exchange.encrypted ? 'https' : 'http',
      'http.response.status_code': status,
      'http.route': route,
      'error.type': errorType,
    })
    if (!span.sampled) return
    if (route !== undefined) span.updateName(`${method} ${route}`)
    this.describe(exchange, { method, route, status, errorType })
    if (status !== undefined && status >= 500) span.setStatus({ code: statusCode.error })
    span.end()
  }

  private describe(
    { span, request, remoteAddress, encrypted }: Exchange,
    found: { method: string; route: string | undefined; status: number | undefined; errorType: string | undefined },
  ): void {
    const url = originalUrl(request)
    const at = url.indexOf('?')
    const host = this.hosts.of(request.headers.host)
    span.setAttributes({
      'http.request.method': found.method,
      'http.request.method_original': found.method === '_OTHER' ? request.method : undefined,
      'url.path': at < 0 ? url : url.slice(0, at),
      'url.query': at < 0 ? undefined : shownQuery(url.slice(at + 1)),
      'url.scheme': encrypted ? 'https' : 'http',
      'http.route': found.route,
      'http.response.status_code': found.status,
      'error.type': found.errorType,
      'server.address': host.address,
      'server.port': host.port,
      'client.address': remoteAddress,
      'network.protocol.version': request.httpVersion,
      'user_agent.original': request.headers['user-agent'],
    })
  }

  private patchServer(server: Server): void {
    if (Object.hasOwn(server, patched)) return
    const { storage } = this.parts
    const original = server.emit
    Object.defineProperty(server, patched, { value: true })
    server.emit = function emit(this: Server, ...args: unknown[]): boolean {
      const exchange = args[1] instanceof IncomingMessage ? exchangeOf(args[1]) : undefined
      if (exchange === undefined) return apply(original, this, args)
      return storage.run(exchange.context, apply, original, this, args)
    }
  }

  /** Body, close and finish events come from the socket: their listeners belong to the request all the same. */
  private patchMessages(): void {
    if (Object.hasOwn(IncomingMessage.prototype, patched)) return
    const { storage } = this.parts
    const ended = (exchange: Exchange, response: ServerResponse) =>
      this.end(exchange, response, !response.writableFinished)
    for (const prototype of [IncomingMessage.prototype, ServerResponse.prototype]) {
      const original = prototype.emit
      Object.defineProperty(prototype, patched, { value: true })
      prototype.emit = function emit(this: IncomingMessage | ServerResponse, ...args: unknown[]): boolean {
        const exchange = exchangeOf(this)
        // Most events of a request have no listener: a context for nobody is not entered.
        const type = args[0]
        const isHeard = typeof type !== 'string' || this.listenerCount(type) > 0
        const result =
          exchange !== undefined && isHeard && storage.getStore() !== exchange.context
            ? storage.run(exchange.context, apply, original, this, args)
            : apply(original, this, args)
        if (exchange?.ended === false && type === 'close' && this instanceof ServerResponse) ended(exchange, this)
        return result
      }
    }
  }
}

/** One function for all emits: a closure for each would be made on every event. */
function apply(emit: Server['emit'] | IncomingMessage['emit'], emitter: object, args: unknown[]): boolean {
  return Reflect.apply(emit, emitter, args)
}

interface Marked {
  [exchangeKey]?: Exchange
}

/** A plain assignment: defineProperty and a WeakMap cost many times as much, on every request. */
function mark(message: object & Marked, exchange: Exchange): void {
  message[exchangeKey] = exchange
}

function exchangeOf(message: object & Marked): Exchange | undefined {
  return message[exchangeKey]
}

/** Express changes `url` inside a router and keeps the whole one in `originalUrl`. */
function originalUrl(request: IncomingMessage): string {
  const original: unknown = Reflect.get(request, 'originalUrl')
  return typeof original === 'string' ? original : (request.url ?? '')
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header
}
