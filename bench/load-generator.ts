import { randomBytes, randomFillSync } from 'node:crypto'
import { Agent, request } from 'node:http'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { type BodyKind, prepareBodies, recordsPerBody, renew } from './otlp-bodies.ts'

/**
 * A process of its own that sends prepared bodies as fast as the server acknowledges them, over some connections, each
 * with a batch id of its own so that no repeat is taken for one. Told what to do by its arguments; says what was
 * acknowledged as JSON on its last line.
 */
export type LoadOptions = {
  /** Of OTLP over HTTP (`http:`) or gRPC (`grpc:`). */
  url: string
  kind: BodyKind
  seconds: number
  /** Ends before, when so many were sent (whole bodies). */
  records?: number
  connections: number
}
export type LoadResult = {
  acknowledged: number
  seconds: number
  /** Requests told to come back later. */
  later: number
  bodyBytes: number
}

const paths: Readonly<Record<BodyKind, string>> = { spans: '/v1/traces', logs: '/v1/logs', samples: '/v1/metrics' }
const bodyCount = 128

async function load({
  url,
  kind,
  seconds,
  records = Number.POSITIVE_INFINITY,
  connections,
}: LoadOptions): Promise<LoadResult> {
  const bodies = prepareBodies(kind, bodyCount, 42)
  const isGrpc = url.startsWith('grpc:')
  const senders = Array.from({ length: connections }, () => (isGrpc ? grpcSender(url, kind) : httpSender(url, kind)))
  const result: LoadResult = { acknowledged: 0, seconds: 0, later: 0, bodyBytes: 0 }
  const startMs = performance.now()
  const endMs = startMs + seconds * 1000
  let next = 0
  const sendAll = async ({ send }: Sender): Promise<void> => {
    while (performance.now() < endMs && next * recordsPerBody < records) {
      const body = bodies[next++ % bodies.length]
      if (body === undefined) return
      renew(body, randomFillSync, Date.now())
      const answer = await send(body.bytes)
      if (answer === 'stored') {
        result.acknowledged += recordsPerBody
        result.bodyBytes += body.bytes.length
      } else if (answer === 'later') {
        result.later += 1
        await new Promise((resolve) => setTimeout(resolve, 100))
      } else throw new Error(`The server answered ${answer}`)
    }
  }
  await Promise.all(senders.map(sendAll))
  result.seconds = (performance.now() - startMs) / 1000
  for (const sender of senders) sender.close()
  return result
}

/** One connection. Anything else than these two answers is a failure and is named. */
type Sender = { send(body: Uint8Array): Promise<'stored' | 'later' | string>; close(): void }

const batchId = (): string => randomBytes(16).toString('hex')

function httpSender(url: string, kind: BodyKind): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const send = (body: Uint8Array): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/x-protobuf',
        'content-length': body.length,
        'wakeline-batch-id': batchId(),
      }
      const sent = request(`${url}${paths[kind]}`, { method: 'POST', agent, headers }, (response) => {
        const { statusCode } = response
        response.resume()
        response.on('end', () =>
          resolve(statusCode === 200 ? 'stored' : statusCode === 503 ? 'later' : `${statusCode}`),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    })
  return { send, close: () => agent.destroy() }
}

const methods: Readonly<Record<BodyKind, string>> = {
  spans: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  samples: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
}
/** google.rpc.Code UNAVAILABLE and RESOURCE_EXHAUSTED. */
const laterCodes: readonly (number | undefined)[] = [14, 8]

function grpcSender(url: string, kind: BodyKind): Sender {
  const { host } = new URL(url)
  const client = new Client(host, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  const asIs = (bytes: Buffer): Buffer => bytes
  const send = (body: Uint8Array): Promise<string> => {
    const metadata = new Metadata()
    metadata.set('wakeline-batch-id', batchId())
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
    return new Promise((resolve) => {
      client.makeUnaryRequest(methods[kind], asIs, asIs, bytes, metadata, (error) =>
        resolve(error === null ? 'stored' : laterCodes.includes(error.code) ? 'later' : error.message),
      )
    })
  }
  return { send, close: () => client.close() }
}

console.log(JSON.stringify(await load(JSON.parse(process.argv[2] ?? '{}'))))
