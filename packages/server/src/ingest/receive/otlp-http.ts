import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AccessRules, accessHeaders, checkHost, checkOrigin, checkToken } from '../../base/access.ts'
import type { Signal } from '../decode/otlp-json.ts'
import {
  contentTypes,
  type Encoding,
  encodeStatus,
  encodeStored,
  type Failure,
  failures,
  submittedFailure,
} from './answer.ts'
import { BodyBudget, type ReadBodyLimits, readBody } from './read-body.ts'
import type { Submit } from './submit.ts'

/**
 * OTLP over HTTP: POST /v1/traces, /v1/logs, /v1/metrics, in protobuf or JSON, answered in the encoding of the request.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 *
 * 200 means durable. 4xx: do not send this again. 503 with Retry-After: send it again.
 */
export type OtlpHttpOptions = {
  host: string
  /** 0 takes any free one. */
  port: number
  token: string
  /** Of one body, inflated. */
  bodySizeMaxBytes: number
  /** Of all bodies being received and decoded. */
  bodiesMaxBytes: number
  connectionsMax: number
  /** From the first byte of a request to its last. */
  requestTimeoutMs: number
  submit: Submit
  /** Hears of our own faults; senders are told only that there was one. */
  onFault: (error: unknown) => void
}

export type OtlpHttp = {
  url: string
  /** Takes no new request, answers those begun, and closes. */
  stop(): Promise<void>
}

/** Rejects with the socket's error when the port cannot be listened on. */
export async function startOtlpHttp(options: OtlpHttpOptions): Promise<OtlpHttp> {
  const limits = { bodySizeMaxBytes: options.bodySizeMaxBytes, budget: new BodyBudget(options.bodiesMaxBytes) }
  const server = createServer(
    { requestTimeout: options.requestTimeoutMs, keepAliveTimeout: 65_000 },
    (request, response) => {
      void handle(request, response, options, limits)
    },
  )
  server.maxConnections = options.connectionsMax
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    const message = late
      ? 'Cannot receive the request: it took too long'
      : 'Cannot receive the request: it is not HTTP/1.1'
    const body = JSON.stringify({ code: failures[late ? 'timeout' : 'refused'].code, message })
    const status = late ? '408 Request Timeout' : '400 Bad Request'
    socket.end(
      `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
  })
  await listen(server, options)
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    url: `http://${host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

function listen(server: Server, { host, port }: OtlpHttpOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: OtlpHttpOptions,
  limits: ReadBodyLimits,
): Promise<void> {
  const encoding: Encoding = mediaType(request) === contentTypes.protobuf ? 'protobuf' : 'json'
  try {
    const target = aim(request, options)
    if ('failure' in target) return fail(response, target, encoding)
    const body = await readBody(request, limits)
    if (body === undefined) return
    if ('failure' in body) return fail(response, body, encoding)
    try {
      const batchId = request.headers['wakeline-batch-id']
      const submitted = await options.submit({
        signal: target.signal,
        encoding,
        body: body.bytes,
        ...(typeof batchId === 'string' ? { batchId } : {}),
      })
      if (submitted.kind !== 'stored') return fail(response, submittedFailure(submitted), encoding)
      send(response, 200, encodeStored(target.signal, submitted, encoding), encoding)
    } finally {
      limits.budget.give(body.heldBytes)
    }
  } catch (error) {
    options.onFault(error)
    fail(
      response,
      { failure: 'fault', message: 'Cannot store the telemetry: the server has a fault; its log says more' },
      encoding,
    )
  }
}

const signals: Readonly<Record<string, Signal>> = {
  '/v1/traces': 'traces',
  '/v1/logs': 'logs',
  '/v1/metrics': 'metrics',
}

/** What the headers alone say: whether this sender may send, and what it sends. */
function aim(request: IncomingMessage, rules: AccessRules): { signal: Signal } | Failure {
  const headers = accessHeaders((name) => {
    const value = request.headers[name]
    return typeof value === 'string' ? value : undefined
  })
  const foreign = checkHost(headers, rules) ?? checkOrigin(headers, { navigation: false })
  if (foreign !== undefined) return { failure: 'forbidden', message: foreign }
  const unknown = checkToken(headers, rules)
  if (unknown !== undefined) return { failure: 'unauthenticated', message: unknown }
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  const signal = Object.hasOwn(signals, path) ? signals[path] : undefined
  if (signal === undefined) {
    const known = Object.keys(signals).join(', ')
    return { failure: 'path', message: `Cannot receive ${JSON.stringify(path.slice(0, 200))}: OTLP goes to ${known}` }
  }
  if (request.method !== 'POST') {
    return { failure: 'method', message: `Cannot receive ${request.method} ${path}: send it with POST` }
  }
  const type = mediaType(request)
  if (type === contentTypes.protobuf || type === contentTypes.json) return { signal }
  const given = type === '' ? 'it has no Content-Type' : `its Content-Type is ${JSON.stringify(type.slice(0, 200))}`
  return {
    failure: 'type',
    message: `Cannot receive the body: ${given}; send ${contentTypes.protobuf} or ${contentTypes.json}`,
  }
}

/** `application/json; charset=utf-8` without its parameters. */
function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

function fail(response: ServerResponse, failure: Failure, encoding: Encoding): void {
  if (failure.retryAfterSeconds !== undefined) response.setHeader('Retry-After', failure.retryAfterSeconds)
  if (failure.failure === 'method') response.setHeader('Allow', 'POST')
  if (failure.failure === 'unauthenticated') response.setHeader('WWW-Authenticate', 'Bearer')
  // What is left of a body that was not read is let go by closing the connection once the answer is out.
  if (!response.req.complete) response.setHeader('Connection', 'close')
  response.req.resume()
  send(response, failures[failure.failure].status, encodeStatus(failure, encoding), encoding)
}

function send(response: ServerResponse, status: number, body: Uint8Array, encoding: Encoding): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'Content-Type': contentTypes[encoding], 'Content-Length': body.length })
  response.end(body)
}
