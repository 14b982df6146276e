import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AccessRules, accessHeaders, checkHost, checkOrigin, checkToken } from '../../base/access.ts'
import { listenOn, urlOf } from '../../base/listen-on.ts'
import { Expander } from '../expand/expander.ts'
import { type Failure, failures } from './answer.ts'
import { BodyBuffers } from './body-buffers.ts'
import { refuseOtlp } from './otlp-protocol.ts'
import type { OtlpReceiver, OtlpReceiverOptions } from './otlp-receiver.ts'
import type { Asked, Protocol, Reply } from './protocol.ts'
import { findProtocol, protocolPaths } from './protocols.ts'
import { drain, type ReadBodyLimits, readBody } from './read-body.ts'

/** How often connections are looked at for requests that take too long. */
const timeoutLookMs = 2000
const askAliveMs = 60_000
/** A connection on which nothing moves for so long is closed. */
const silenceMaxMs = 5 * 60_000

/**
 * The receiver's port, OTLP's own: OTLP over HTTP, and every other protocol of `protocols.ts` by its path. In all of
 * them success means durable, 4xx means do not send this again, 503 with Retry-After means send it again.
 *
 * Rejects with the socket's error when the port cannot be listened on.
 */
export async function startOtlpHttp(options: OtlpReceiverOptions): Promise<OtlpReceiver> {
  const limits = {
    bodySizeMaxBytes: options.bodySizeMaxBytes,
    budget: options.budget,
    buffers: new BodyBuffers(),
    expander: new Expander(),
  }
  const server = createServer(
    {
      requestTimeout: options.requestTimeoutMs,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: timeoutLookMs,
      // Of a sender that is gone without a word, the kernel hears nothing until it asks.
      keepAlive: true,
      keepAliveInitialDelay: askAliveMs,
    },
    (request, response) => {
      void handle(request, response, options, limits)
    },
  )
  server.maxConnections = options.connectionsMax
  server.timeout = silenceMaxMs
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
  return {
    url: urlOf({ ...options, port: await listenOn(server, options) }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: OtlpReceiverOptions,
  limits: ReadBodyLimits,
): Promise<void> {
  const asked = askedOf(request)
  const protocol = findProtocol(asked.path)
  const fail = async (failure: Failure): Promise<void> => {
    if (failure.retryAfterSeconds !== undefined) response.setHeader('Retry-After', failure.retryAfterSeconds)
    if (failure.failure === 'method') response.setHeader('Allow', protocol?.methods.join(', ') ?? 'POST')
    if (failure.failure === 'unauthenticated') response.setHeader('WWW-Authenticate', 'Bearer')
    await drain(request)
    // What is left even then is let go by closing the connection once the answer is out.
    if (!request.complete) response.setHeader('Connection', 'close')
    send(response, (protocol?.refuse ?? refuseOtlp)(failure, asked))
  }
  try {
    const closed = checkAccess(request, options)
    if (closed !== undefined) return await fail(closed)
    if (protocol === undefined) return await fail(unknownPath(asked))
    const misled = checkForm(asked, protocol)
    if (misled !== undefined) return await fail(misled)
    const { takesSnappy } = protocol
    const body = await readBody(request, limits, { implied: protocol.impliedCoding?.(asked), takesSnappy })
    if (body === undefined) return
    if ('failure' in body) return await fail(body)
    try {
      const { bytes, sentHash, isSnappy } = body
      const answer = await protocol.receive({ ...asked, body: bytes, sentHash, isSnappy }, options.submit)
      if ('failure' in answer) await fail(answer)
      else send(response, answer)
    } finally {
      body.release()
    }
  } catch (error) {
    options.onFault(error)
    await fail({ failure: 'fault', message: 'Cannot store the telemetry: the server has a fault; its log says more' })
  }
}

function askedOf(request: IncomingMessage): Asked {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2)
  const header = (name: string): string | undefined => {
    const value = request.headers[name]
    return typeof value === 'string' ? value : undefined
  }
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return { method: request.method ?? '', path, query, mediaType, header }
}

/** What the headers alone say: whether this sender may send. */
function checkAccess(request: IncomingMessage, rules: AccessRules): Failure | undefined {
  const headers = accessHeaders((name) => {
    const value = request.headers[name]
    return typeof value === 'string' ? value : undefined
  })
  const foreign = checkHost(headers, rules) ?? checkOrigin(headers, { navigation: false })
  if (foreign !== undefined) return { failure: 'forbidden', message: foreign }
  const unknown = checkToken(headers, rules)
  return unknown === undefined ? undefined : { failure: 'unauthenticated', message: unknown }
}

function unknownPath({ path }: Asked): Failure {
  const known = protocolPaths.join(', ')
  return { failure: 'path', message: `Cannot receive ${JSON.stringify(path.slice(0, 200))}: data goes to ${known}` }
}

/** Whether a request to this protocol looks as it should. */
function checkForm({ method, path, mediaType: type }: Asked, protocol: Protocol): Failure | undefined {
  if (!protocol.methods.includes(method)) {
    const known = protocol.methods.join(' or ')
    return { failure: 'method', message: `Cannot receive ${method} ${path}: send it with ${known}` }
  }
  const isTaken = type === '' ? protocol.isTypeOptional === true : protocol.mediaTypes.includes(type)
  if (isTaken || protocol.mediaTypes.length === 0) return undefined
  const given = type === '' ? 'it has no Content-Type' : `its Content-Type is ${JSON.stringify(type.slice(0, 200))}`
  return { failure: 'type', message: `Cannot receive the body: ${given}; send ${protocol.mediaTypes.join(' or ')}` }
}

function send(response: ServerResponse, { status, mediaType, body, headers }: Reply): void {
  if (response.headersSent || response.destroyed) return
  const lines = mediaType === '' ? [] : ['Content-Type', mediaType]
  if (status !== 204) lines.push('Content-Length', String(body.length))
  for (const [name, value] of Object.entries(headers ?? {})) lines.push(name, value)
  response.writeHead(status, lines)
  // Nothing, but given, it would be a second piece to send.
  if (body.length === 0) response.end()
  else response.end(body)
}
