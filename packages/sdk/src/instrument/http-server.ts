import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type Context, rootContext, rpcMetadataKey } from '../context/context.ts'
import { LogScope } from '../logs/log-scope.ts'
import { spanKind, statusCode } from '../traces/span.ts'
import { AddedLater } from './added-later.ts'
import { Connection, Exchange, exchangeIn, exchangeOf } from './exchange.ts'
import { Hosts, knownMethod, otherMethod, routeOf, shownQuery } from './http-names.ts'
import { httpServerScope, type InstrumentParts } from './instrument.ts'
import { type RequestShape, RequestShapes } from './request-shape.ts'

interface RequestStart {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly server: PatchedServer
}

type PatchedServer = Server & { [patched]?: AddedLater }

const patched: unique symbol = Symbol('wakeline.patched')
const serverNow = { kind: spanKind.server, startUnixMs: 0, root: false, saysWhenPieceEnds: true }
const failed = { code: statusCode.error }
/** A context of its own: `run` puts nothing back when it is given the one that is in force. */
const telling = rootContext.withSpan(undefined)
/** So many requests that are over may wait for the end of the turn. */
const overMax = 256

/**
 * Traces and measures every request a node:http or node:https server answers, whenever it was created. The start is
 * learned from diagnostics_channel; `emit` of that server, and of requests and responses, then runs in the context
 * of the request, so that handlers and their listeners see it and no other request does, and tells of its end. Of the requests that end in one
 * turn of the event loop, spans, series and lines are made together at its end (decision 0060).
 */
export class HttpServerInstrument {
  private readonly parts: InstrumentParts
  private readonly shapes: RequestShapes
  private readonly hosts = new Hosts()
  private over: Exchange[] = []
  private lastServer: PatchedServer | undefined = undefined

  constructor(parts: InstrumentParts) {
    this.parts = parts
    const duration = parts.metering.histogram(httpServerScope, 'http.server.request.duration', {
      unit: 's',
      description: 'Duration of HTTP server requests.',
    })
    this.shapes = new RequestShapes(duration, parts.logging.how)
  }

  /** Returns how to stop. */
  start(): () => void {
    const onStart = (message: unknown) => this.started(message as RequestStart)
    const started = process.getBuiltinModule('node:diagnostics_channel').channel('http.server.request.start')
    started.subscribe(onStart)
    return () => {
      started.unsubscribe(onStart)
      this.tellOver()
    }
  }

  private started(start: RequestStart): void {
    if (this.parts.yields()) return
    const { request, response, server } = start
    const connection = Connection.of(request.socket, this.parts.storage)
    if (connection.around?.suppressed === true) return
    if (server !== this.lastServer) {
      this.lastServer = server
      this.patchServer(server)
      this.patchMessages()
    }
    const added = server[patched]
    added?.add(request, response)
    const { headers } = request
    const { propagation } = this.parts.tracing
    // By their names as they stand here: a look by a name that changes is one without a cache, a tenth of a microsecond each.
    const isTraced = headers['traceparent'] !== undefined || headers['baggage'] !== undefined
    const read = isTraced || propagation.formats.length > 0 ? (name: string) => textOf(headers[name]) : undefined
    const remote = read === undefined ? undefined : propagation.remote(read)
    const baggage = read === undefined ? undefined : propagation.baggage(read)
    const scope = LogScope.ofRequest(this.requestId(headers['x-request-id']))
    const outer = remote === undefined ? rootContext : { span: remote, suppressed: false }
    const span = this.parts.tracing.start(this.parts.chunk, knownMethod(request.method), outer, serverNow)
    new Exchange({ span, scope, baggage, suppressed: false }, start, connection).added = added
  }

  /** An id that could break a log line or a header is not taken over. */
  private requestId(header: string | string[] | undefined) {
    if (typeof header !== 'string' || !/^[\w.:@/+=-]{1,128}$/.test(header)) return undefined
    return this.parts.logging.bind({ request_id: header })
  }

  private end(exchange: Exchange, aborted: boolean): void {
    if (exchange.endMs !== 0) return
    exchange.end(aborted)
    const waiting = this.over.push(exchange)
    if (waiting === 1) setImmediate(() => this.tellOver())
    else if (waiting >= overMax) this.tellOver()
  }

  /** The process ends in the middle of the request of this context, if it is one's. */
  cut(context: Context | undefined): void {
    const exchange = context?.getValue(rpcMetadataKey)
    if (exchange instanceof Exchange) this.end(exchange, true)
    this.tellOver()
  }

  /** Also called when there is no end of this turn: before a flush, and when the process ends. */
  tellOver(): void {
    const { over } = this
    this.over = []
    const { storage } = this.parts
    // The context around is put back once, by `run`; for each request it is only exchanged.
    storage.run(telling, () => {
      for (const exchange of over) {
        storage.enterWith(exchange)
        this.tell(exchange)
      }
    })
  }

  private tell(exchange: Exchange): void {
    const { request, response } = exchange
    if (request === undefined || response === undefined) return
    exchange.route ??= routeOf(request)
    exchange.status = exchange.aborted && !response.headersSent ? undefined : response.statusCode
    exchange.host = this.hosts.of(exchange.headers.host)
    const shape = this.shapes.of(exchange)
    shape.duration.record((exchange.endMs - exchange.startMs) / 1000)
    if (exchange.span.sampled) endSpan(exchange, shape, request.method)
    exchange.atEnd?.(exchange, shape)
    exchange.added?.learn(request, response, this.parts.logging.report)
    exchange.request = undefined
    exchange.response = undefined
  }

  private patchServer(server: PatchedServer): void {
    if (Object.hasOwn(server, patched)) return
    const { storage, tracing } = this.parts
    const original: Emit = server.emit
    Object.defineProperty(server, patched, { value: new AddedLater() })
    server.emit = function emit(this: Server, type: string, ...rest: unknown[]): boolean {
      // Of a request and what is like it (`checkContinue`), that is the first argument; nothing else is marked.
      const exchange = exchangeOf(Object(rest[0]))
      if (exchange === undefined) return original.call(this, type, ...rest)
      const outer = exchange.wasEmitted ? storage.getStore() : exchange.connection.around
      exchange.wasEmitted = true
      // What `run` does, without its lists of arguments.
      storage.enterWith(exchange)
      try {
        return original.call(this, type, ...rest)
      } catch (thrown) {
        tracing.thrownIn(exchange, thrown)
        exchange.span.recordError(thrown)
        throw thrown
      } finally {
        storage.enterWith(outer)
        tracing.atPieceEnd?.()
      }
    }
  }

  /** Body, close and finish events come from the socket: their listeners belong to the request all the same. */
  private patchMessages(): void {
    const { IncomingMessage, ServerResponse } = process.getBuiltinModule('node:http')
    if (Object.hasOwn(IncomingMessage.prototype, patched)) return
    const { storage } = this.parts
    const ends = (exchange: Exchange, aborted: boolean) => this.end(exchange, aborted)
    // Of the response that was the last to finish, which is the next to close as a rule.
    const isKnown = (message: Message) => this.over.at(-1)?.response === message
    for (const prototype of [IncomingMessage.prototype, ServerResponse.prototype]) {
      const original: Emit = prototype.emit
      // Who has replaced it before may listen there.
      const tellsAll = original !== process.getBuiltinModule('node:events').prototype.emit
      const saysEnd = prototype === ServerResponse.prototype
      Object.defineProperty(prototype, patched, { value: true })
      prototype.emit = function emit(this: Message, type: string, ...rest: unknown[]): boolean {
        // Most events of a request have no listener: no context is looked for or entered for them, and Node would do nothing either.
        const isHeard = tellsAll || type === 'error' || this.listenerCount(type) > 0
        if (!isHeard && (!saysEnd || type !== 'close' || isKnown(this))) return false
        const current = storage.getStore()
        const exchange = exchangeIn(current, this) ?? exchangeOf(this)
        // Before its listeners, who may take long.
        if (type === 'finish' && exchange?.response === this) ends(exchange, false)
        const result =
          exchange === undefined || exchange === current
            ? original.call(this, type, ...rest)
            : storage.run(exchange, emitIt, original, this, type, ...rest)
        if (type === 'close' && exchange?.endMs === 0 && exchange.response === this)
          ends(exchange, !exchange.response.writableFinished)
        return result
      }
    }
  }
}

type Message = IncomingMessage | ServerResponse
type Emit = (this: object, type: string, ...rest: unknown[]) => boolean

/** One function for all emits: a closure for each would be made on every event. */
function emitIt(emit: Emit, emitter: object, type: string, ...rest: unknown[]): boolean {
  return emit.call(emitter, type, ...rest)
}

function endSpan(exchange: Exchange, shape: RequestShape, method: string | undefined): void {
  const { span, url, status } = exchange
  const at = url.indexOf('?')
  if (exchange.route !== undefined) span.updateName(shape.spanName)
  if (status !== undefined && status >= 500) span.setStatus(failed)
  const path = at < 0 ? url : url.slice(0, at)
  const more: unknown[] = [
    'url.path',
    path,
    'client.address',
    exchange.peer,
    'user_agent.original',
    exchange.headers['user-agent'],
  ]
  // Of an error that is known, its own type and not that the answer was cut off by it.
  const type = span.attributes.indexOf('error.type')
  if (type >= 0) more.push('error.type', span.attributes[type + 1])
  if (exchange.method === otherMethod) more.push('http.request.method_original', method)
  if (at >= 0) more.push('url.query', shownQuery(url.slice(at + 1)))
  span.endWith(shape.span, more, exchange.endMs)
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header
}
