import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { monotonicMs } from '../clock.ts'
import { type Carried, Context, type ContextStorage, rpcMetadataKey } from '../context/context.ts'
import type { RequestInProgress } from '../middleware/request-log.ts'
import type { Span } from '../traces/span.ts'
import type { AddedLater } from './added-later.ts'
import type { Host } from './http-names.ts'
import type { RequestShape, ShapeFacts } from './request-shape.ts'

/**
 * One request in progress, kept on the request and on its response, and the context its handlers run in. It is also what
 * OpenTelemetry's framework instrumentations find in that context as RPC metadata: they write the route there.
 *
 * What is known at the start is read then and kept here: Express gives each request and response another prototype, after
 * which every property that is read or added on them is looked up as if for the first time (decision 0029).
 */
export class Exchange extends Context implements ShapeFacts {
  readonly type: 'http'
  declare readonly span: Span
  /** Undefined once the end was told: what still refers to the context must not keep them alive. */
  request: IncomingMessage | undefined
  response: ServerResponse | undefined
  readonly startMs: number
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly version: string
  /** What the middleware keeps of it; that it is there says that a middleware has taken the request. */
  progress: RequestInProgress | undefined
  route: string | undefined
  /** Told once, after the request is over: the middleware that writes its line. */
  atEnd: ((exchange: Exchange, shape: RequestShape) => void) | undefined
  /** On the monotonic clock; 0 while it is in progress. */
  endMs: number
  aborted: boolean
  /** This and the host are known when its end is told. */
  status: number | undefined
  host: Host | undefined
  /** Bytes written to its connection from the beginning to the end of the request. */
  written: number
  /** Of its server. */
  added: AddedLater | undefined
  /** Its server has told of it. */
  wasEmitted: boolean
  readonly connection: Connection

  constructor(carried: Carried & { readonly span: Span }, { request, response }: Messages, connection: Connection) {
    super(carried)
    const { span } = carried
    // Contexts that are derived from it find it through this.
    this.foreign = this
    this.type = 'http'
    this.request = request
    this.response = response
    this.startMs = span.startMonotonicMs
    // A span begins with it as its name.
    this.method = span.name
    this.url = request.url ?? ''
    this.headers = request.headers
    this.version = request.httpVersion
    this.progress = undefined
    this.route = undefined
    this.atEnd = undefined
    this.endMs = 0
    this.aborted = false
    this.status = undefined
    this.host = undefined
    this.written = 0
    this.added = undefined
    this.wasEmitted = false
    this.connection = connection
    // Plain assignments: defineProperty and a WeakMap cost many times as much, on every request.
    request[exchangeKey] = this
    response[exchangeKey] = this
  }

  get peer(): string | undefined {
    return this.connection.peer
  }

  get encrypted(): boolean {
    return this.connection.encrypted
  }

  override getValue(key: symbol): unknown {
    return key === rpcMetadataKey ? this : super.getValue(key)
  }

  /** Those that every line asks for by a name that stands here: a look by one that changes is a look without a cache. */
  header(name: string): unknown {
    const { headers } = this
    if (name === 'x-request-id') return headers['x-request-id']
    if (name === 'x-correlation-id') return headers['x-correlation-id']
    if (name === 'x-user-id') return headers['x-user-id']
    if (name === 'content-length') return headers['content-length']
    if (name === 'user-agent') return headers['user-agent']
    return headers[name]
  }

  /** Notes what changes when the connection goes on to the next request; the rest is read when the end is told. */
  end(aborted: boolean): void {
    this.endMs = monotonicMs()
    this.aborted = aborted
    this.written = this.connection.writtenSince()
  }
}

/** What all requests of one connection have in common. */
export class Connection {
  readonly peer: string | undefined
  readonly encrypted: boolean
  /** In force whenever Node reads from it: its parser is an async resource of its own. Asked of Node, it is three calls into C++ a request. */
  readonly around: Context | undefined
  private readonly socket: Socket
  /** Up to the end of the last request: asked once for each, because Node puts a list together to answer. */
  private written: number

  constructor(socket: Socket, around: Context | undefined) {
    this.peer = socket.remoteAddress
    this.encrypted = 'encrypted' in socket && socket.encrypted === true
    this.socket = socket
    this.written = socket.bytesWritten
    this.around = around
  }

  /** The one of this socket; made by its first request. */
  static of(socket: Socket & { [connectionKey]?: Connection }, storage: ContextStorage): Connection {
    socket[connectionKey] ??= new Connection(socket, storage.getStore())
    return socket[connectionKey]
  }

  /** Bytes since the last time it was asked. */
  writtenSince(): number {
    const before = this.written
    this.written = this.socket.bytesWritten
    return this.written - before
  }
}

const connectionKey = Symbol('wakeline.connection')

/** The same for both module faces of the SDK: a middleware of one finds what the instrumentation of the other made. */
const exchangeKey = Symbol.for('wakeline.1.exchange')

interface Marked {
  [exchangeKey]?: Exchange
}

interface Messages {
  readonly request: IncomingMessage & Marked
  readonly response: ServerResponse & Marked
}

/** The one a context carries, if it is that of this request or response. Cheaper than a look at the message itself. */
export function exchangeIn(context: Context | undefined, message: object): Exchange | undefined {
  const around = context instanceof Exchange ? context : context?.getValue(rpcMetadataKey)
  if (around instanceof Exchange && (around.request === message || around.response === message)) return around
  return undefined
}

export function exchangeOf(message: object & Marked): Exchange | undefined {
  return message[exchangeKey]
}
