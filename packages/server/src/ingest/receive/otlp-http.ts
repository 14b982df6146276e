import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AccessRules, accessHeaders, checkHost, checkOrigin, checkToken } from '../../base/access.ts'
import { otlpJsonToProtobuf } from '../decode/otlp-json.ts'
import type { Ingest, Signal, Submitted } from '../ingest.ts'
import { contentTypes, type Encoding, encodeStatus, encodeSuccess } from './otlp-answer.ts'
import { readBody } from './read-body.ts'
import { Refusal } from './refusal.ts'

/** OTLP over HTTP: POST /v1/traces, /v1/logs and /v1/metrics, protobuf or JSON, plain, gzip or deflate. */
export type OtlpHttpOptions = AccessRules & {
  ingest: Pick<Ingest, 'submit'>
  /** 0 takes any free one. */
  port: number
  /** Of one body, expanded. */
  bodySizeMaxBytes: number
  /** Requests whose body is being read or stored; more are told to try again later. */
  requestsAtOnceMax: number
  /** From the first byte of a request to its last. */
  requestTimeoutMs: number
  /** Hears of what is our own fault. */
  report: (sentence: string) => void
}

export type OtlpHttp = {
  url: string
  /** Answers what has been received and closes. */
  stop(): Promise<void>
}

const signals: ReadonlyMap<string, Signal> = new Map([
  ['/v1/traces', 'traces'],
  ['/v1/logs', 'logs'],
  ['/v1/metrics', 'metrics'],
])
const batchIdHeader = 'wakeline-batch-id'
const batchIdLengthMax = 256
const stopTimeoutMs = 5000

export async function startOtlpHttp(options: OtlpHttpOptions): Promise<OtlpHttp> {
  let atOnce = 0
  const server = createServer(
    { requestTimeout: options.requestTimeoutMs, connectionsCheckingInterval: Math.min(5000, options.requestTimeoutMs) },
    (request, response) => {
      atOnce += 1
      respond(request, response, options, atOnce)
        .catch((error) => options.report(`Cannot answer ${request.method} ${request.url}: ${error}`))
        .finally(() => {
          atOnce -= 1
        })
    },
  )
  const port = await listen(server, options)
  const host = options.host.includes(':') ? `[${options.host.replace(/^\[|\]$/g, '')}]` : options.host
  return { url: `http://${host}:${port}`, stop: () => stop(server) }
}

function listen(server: Server, { host, port }: OtlpHttpOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: host.replace(/^\[|\]$/g, ''), port }, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  // A kept-alive connection becomes idle with its last answer, which may come after this.
  const sweep = setInterval(() => server.closeIdleConnections(), 20)
  const impatient = setTimeout(() => server.closeAllConnections(), stopTimeoutMs)
  await closed
  clearInterval(sweep)
  clearTimeout(impatient)
}

/** The one place where what happened becomes a response. */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: OtlpHttpOptions,
  atOnce: number,
): Promise<void> {
  const encoding = encodingOf(request)
  try {
    const signal = admit(request, options, atOnce)
    const { rejected, reason } = await receive(request, signal, options)
    send(response, 200, encoding, encodeSuccess(encoding ?? 'protobuf', signal, rejected, reason))
  } catch (error) {
    const refusal = error instanceof Refusal ? error : ownFault(error, options)
    for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value)
    // Whoever sent something else can more likely read JSON than protobuf.
    const body = encodeStatus(encoding ?? 'json', refusal.status, refusal.message)
    send(response, refusal.status, encoding ?? 'json', body)
  }
}

function send(response: ServerResponse, status: number, encoding: Encoding | undefined, body: Uint8Array): void {
  response.writeHead(status, {
    'Content-Type': contentTypes[encoding ?? 'protobuf'],
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(body)
}

function ownFault(error: unknown, { report }: OtlpHttpOptions): Refusal {
  report(`Cannot take a request: ${error instanceof Error ? error.stack : error}`)
  return new Refusal(500, 'Cannot take this request: something is wrong in the server; its log says what')
}

/** What can be told from the head alone, cheapest and most secret first. */
function admit(request: IncomingMessage, options: OtlpHttpOptions, atOnce: number): Signal {
  const headers = accessHeaders((name) => {
    const value = request.headers[name]
    return Array.isArray(value) ? value[0] : value
  })
  const foreign = checkHost(headers, options) ?? checkOrigin(headers, { navigation: false })
  if (foreign !== undefined) throw new Refusal(403, foreign)
  const unknown = checkToken(headers, options)
  if (unknown !== undefined) throw new Refusal(401, unknown, { 'WWW-Authenticate': 'Bearer' })
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  const signal = signals.get(path)
  if (signal === undefined) {
    const right = [...signals.keys()].join(', ')
    throw new Refusal(404, `Cannot find ${JSON.stringify(path)}: OTLP is taken at ${right}`)
  }
  if (request.method !== 'POST') {
    throw new Refusal(405, `Cannot ${request.method} ${path}: telemetry is sent with POST`, { Allow: 'POST' })
  }
  if (encodingOf(request) === undefined) {
    const type = request.headers['content-type'] ?? 'missing'
    throw new Refusal(
      415,
      `Cannot read the body: its content type is ${JSON.stringify(type)}; send application/x-protobuf or application/json`,
    )
  }
  if (atOnce > options.requestsAtOnceMax) throw later('too many requests are being taken at once', 1000, 429)
  return signal
}

function encodingOf(request: IncomingMessage): Encoding | undefined {
  switch ((request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()) {
    case 'application/x-protobuf':
    case 'application/protobuf':
      return 'protobuf'
    case 'application/json':
      return 'json'
    default:
      return undefined
  }
}

async function receive(
  request: IncomingMessage,
  signal: Signal,
  { ingest, bodySizeMaxBytes }: OtlpHttpOptions,
): Promise<{ rejected: number; reason: string }> {
  const batchId = batchIdOf(request)
  const body = await readBody(request, bodySizeMaxBytes)
  if (encodingOf(request) === 'protobuf') return settle(await ingest.submit(signal, body, batchId))
  const transcoded = otlpJsonToProtobuf(signal, body.length === 0 ? Buffer.from('{}') : body)
  if ('refused' in transcoded) throw new Refusal(400, transcoded.refused)
  const stored = settle(await ingest.submit(signal, transcoded.protobuf, batchId))
  return { rejected: stored.rejected + transcoded.rejected, reason: transcoded.reason || stored.reason }
}

function batchIdOf(request: IncomingMessage): string | undefined {
  const id = request.headers[batchIdHeader]
  if (id === undefined) return undefined
  if (typeof id === 'string' && id.length > 0 && id.length <= batchIdLengthMax) return id
  throw new Refusal(400, `Cannot read the header ${batchIdHeader}: it must have 1 to ${batchIdLengthMax} characters`)
}

function settle(submitted: Submitted): { rejected: number; reason: string } {
  if (submitted.outcome === 'refused') throw new Refusal(400, submitted.reason)
  if (submitted.outcome === 'later') throw later(submitted.reason, submitted.retryAfterMs, 503)
  return submitted
}

function later(reason: string, retryAfterMs: number, status: 429 | 503): Refusal {
  const sentence = reason.startsWith('Cannot') ? reason : `Cannot take more data now: ${reason}`
  return new Refusal(status, sentence, { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) })
}
