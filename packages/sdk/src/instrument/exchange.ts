import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Context, rpcMetadataKey } from '../context/context.ts'
import type { LogScope } from '../logs/log-scope.ts'
import type { RequestInProgress } from '../middleware/request-log.ts'
import type { Span } from '../traces/span.ts'
import type { AddedLater } from './added-later.ts'
import type { RequestShape } from './request-shape.ts'

/**
 * One request in progress, kept on the request and on its response. It is also what OpenTelemetry's framework
 * instrumentations find in the context as RPC metadata: they write the route there.
 *
 * What is known at the start is read then and kept here: Express gives each request and response another prototype, after
 * which every property that is read or added on them is looked up as if for the first time (decision 0029).
 */
export class Exchange {
  readonly type = 'http'
  readonly span: Span
  readonly context: Context
  /** Undefined once the end was told: what still refers to the context must not keep them alive. */
  request: IncomingMessage | undefined
  response: ServerResponse | undefined
  readonly startMs: number
  readonly socket: Socket
  readonly method: string | undefined
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly version: string
  /** What the middleware keeps of it; that it is there says that a middleware has taken the request. */
  progress: RequestInProgress | undefined
  readonly peer: string | undefined
  readonly encrypted: boolean
  route: string | undefined
  /** Told once, after the request is over: the middleware that writes its line. */
  atEnd: ((exchange: Exchange, shape: RequestShape) => void) | undefined
  /** On the monotonic clock; 0 while it is in progress. */
  endMs: number
  aborted: boolean
  /** Of its server. */
  readonly added: AddedLater | undefined
  /** Bytes written to its connection from the beginning to the end of the request. */
  written: number

  constructor(parts: {
    span: Span
    scope: LogScope
    baggage: unknown
    request: IncomingMessage
    response: ServerResponse
    added: AddedLater | undefined
  }) {
    const { span, scope, baggage, request, response } = parts
    const { socket } = request
    this.span = span
    this.request = request
    this.response = response
    this.startMs = span.startMonotonicMs
    this.socket = socket
    this.method = request.method
    this.url = request.url ?? ''
    this.headers = request.headers
    this.version = request.httpVersion
    this.progress = undefined
    this.peer = socket.remoteAddress
    this.encrypted = 'encrypted' in socket && socket.encrypted === true
    this.route = undefined
    this.atEnd = undefined
    this.endMs = 0
    this.aborted = false
    this.added = parts.added
    this.written = socket.bytesWritten
    const held = { key: rpcMetadataKey, value: this, next: undefined }
    this.context = new Context({ span, scope, baggage, suppressed: false }, held)
  }

  header(name: string): unknown {
    return this.headers[name]
  }

  /** Notes what changes when the connection goes on to the next request; the rest is read when the end is told. */
  end(aborted: boolean): void {
    this.endMs = performance.now()
    this.aborted = aborted
    this.written = this.socket.bytesWritten - this.written
  }
}

/** The same for both module faces of the SDK: a middleware of one finds what the instrumentation of the other made. */
const exchangeKey = Symbol.for('wakeline.1.exchange')

interface Marked {
  [exchangeKey]?: Exchange
}

/** A plain assignment: defineProperty and a WeakMap cost many times as much, on every request. */
export function mark(message: object & Marked, exchange: Exchange): void {
  message[exchangeKey] = exchange
}

/** The one a context carries, if it is that of this request or response. Cheaper than a look at the message itself. */
export function exchangeIn(context: Context | undefined, message: object): Exchange | undefined {
  const around = context?.getValue(rpcMetadataKey)
  if (around instanceof Exchange && (around.request === message || around.response === message)) return around
  return undefined
}

export function exchangeOf(message: object & Marked): Exchange | undefined {
  return message[exchangeKey]
}
