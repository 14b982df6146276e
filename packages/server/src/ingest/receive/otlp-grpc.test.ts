import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2'
import { connect } from 'node:net'
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, expect, test } from 'vitest'
import { bodyText } from '../expand/body-text.case.ts'
import { packedBodies } from '../expand/packed-bodies.case.ts'
import { startOtlpGrpc } from './otlp-grpc.ts'
import type { OtlpReceiver, OtlpReceiverOptions } from './otlp-receiver.ts'
import { BodyBudget } from './read-body.ts'
import type { Submitted, TelemetryRequest } from './submit.ts'

const stored: Submitted = { kind: 'stored', rejected: 0, reason: '' }
const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const open of running.splice(0).reverse()) await open.stop()
})

type Started = OtlpReceiver & { submitted: TelemetryRequest[]; faults: unknown[] }

async function start(answer: () => Promise<Submitted>, options: Partial<OtlpReceiverOptions> = {}): Promise<Started> {
  const submitted: TelemetryRequest[] = []
  const faults: unknown[] = []
  const receiver = await startOtlpGrpc({
    host: '127.0.0.1',
    port: 0,
    token: '',
    bodySizeMaxBytes: 1000,
    budget: new BodyBudget(2500),
    connectionsMax: 100,
    requestTimeoutMs: 10_000,
    onFault: (error) => faults.push(error),
    submit: (request) => {
      submitted.push(request)
      return answer()
    },
    ...options,
  })
  running.push(receiver)
  return { ...receiver, submitted, faults }
}

const path = (service: string): string => `/opentelemetry.proto.collector.${service}/Export`
const traces = path('trace.v1.TraceService')

type Sent = { path?: string; body?: Uint8Array; metadata?: Record<string, string>; gzip?: boolean }

function call(url: string, { path = traces, body = new Uint8Array(), metadata = {}, gzip = false }: Sent) {
  const compression = { 'grpc.default_compression_algorithm': gzip ? 2 : 0 }
  const client = new Client(new URL(url).host, credentials.createInsecure(), compression)
  running.push({ stop: async () => client.close() })
  const sent = new Metadata()
  for (const [name, value] of Object.entries(metadata)) sent.set(name, value)
  const same = (bytes: Buffer): Buffer => bytes
  return new Promise<{ body: Buffer } | ServiceError>((resolve) => {
    client.makeUnaryRequest(path, same, same, Buffer.from(body), sent, (error, answer) =>
      resolve(error ?? { body: answer ?? Buffer.alloc(0) }),
    )
  })
}

function connectRaw(url: string): ClientHttp2Session {
  const session = connectHttp2(url)
  running.push({ stop: async () => session.close() })
  return session
}

function openStream(session: ClientHttp2Session, headers: Record<string, string> = {}): ClientHttp2Stream {
  const usual = { ':method': 'POST', ':path': traces, te: 'trailers', 'content-type': 'application/grpc' }
  return session.request({ ...usual, ...headers })
}

/** What was sent before it has been seen on the other side. */
const pinged = (session: ClientHttp2Session): Promise<void> => new Promise((resolve) => session.ping(() => resolve()))

test.each([
  ['traces', traces],
  ['logs', path('logs.v1.LogsService')],
  ['metrics', path('metrics.v1.MetricsService')],
])('a call with %s arrives whole, with its batch id, plain and in gzip', async (signal, path) => {
  const server = await start(async () => stored)
  const body = Buffer.from('telemetry')
  for (const gzip of [false, true]) {
    const answer = await call(server.url, { path, body, gzip, metadata: { 'wakeline-batch-id': 'abc' } })
    expect(answer).toEqual({ body: Buffer.alloc(0) })
    expect(server.submitted.at(-1)).toEqual({ signal, encoding: 'protobuf', body, batchId: 'abc' })
  }
})

test('what was rejected of a call comes as a partial success', async () => {
  const server = await start(async () => ({ kind: 'stored', rejected: 2, reason: 'no' }))
  expect(await call(server.url, {})).toEqual({ body: Buffer.from('\x0a\x06\x08\x02\x12\x02no') })
})

const wrong: [string, Sent, Submitted | Error, number, string][] = [
  [
    'a body that is no OTLP',
    {},
    { kind: 'refused', message: 'Cannot decode' },
    status.INVALID_ARGUMENT,
    'Cannot decode',
  ],
  [
    'a busy server',
    {},
    { kind: 'later', message: 'Cannot now', retryAfterSeconds: 7 },
    status.UNAVAILABLE,
    'Cannot now',
  ],
  ['our own fault', {}, new Error('secret'), status.INTERNAL, 'its log says more'],
  ['a message over the limit', { body: Buffer.alloc(1001) }, stored, status.RESOURCE_EXHAUSTED, '1000'],
  [
    'gzip that expands over the limit',
    { body: Buffer.alloc(100_000), gzip: true },
    stored,
    status.RESOURCE_EXHAUSTED,
    'inflated it has more than 1000 bytes',
  ],
  ['a wrong method', { path: `${traces}s` }, stored, status.UNIMPLEMENTED, 'does not implement'],
]
test.each(wrong)('%s gets its code and a sentence', async (_, sent, next, code, sentence) => {
  const server = await start(async () => {
    if (next instanceof Error) throw next
    return next
  })
  expect(await call(server.url, sent)).toMatchObject({ code, details: expect.stringContaining(sentence) })
  expect(server.faults).toEqual(next instanceof Error ? [next] : [])
  expect(await call(server.url, { path: path('logs.v1.LogsService') })).toBeDefined()
})

test('later says when, in RetryInfo', async () => {
  const server = await start(async () => ({ kind: 'later', message: 'no', retryAfterSeconds: 7 }))
  const answer = await call(server.url, {})
  const [details] = 'metadata' in answer ? answer.metadata.get('grpc-status-details-bin') : []
  expect(String(details)).toBe(
    '\x08\x0e\x12\x02no\x1a\x30\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x07',
  )
})

test('where a token is needed, a call is refused without the right one before its message is read', async () => {
  const server = await start(async () => stored, { token: 'right' })
  const codes = []
  for (const metadata of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Bearer right' }]) {
    const answer = await call(server.url, { metadata: { ...metadata } })
    codes.push('code' in answer ? answer.code : status.OK)
  }
  expect(codes).toEqual([status.UNAUTHENTICATED, status.UNAUTHENTICATED, status.OK])
  expect(server.submitted.length).toBe(1)
})

test('calls beyond the memory for bodies wait for it, and all are answered', async () => {
  const server = await start(() => new Promise((resolve) => setImmediate(resolve, stored)))
  const answers = await Promise.all(Array.from({ length: 30 }, () => call(server.url, { body: Buffer.alloc(900) })))
  expect(answers).toEqual(answers.map(() => ({ body: Buffer.alloc(0) })))
})

test('a message that does not come within the time is not waited for', async () => {
  const server = await start(async () => stored, { requestTimeoutMs: 100 })
  const client = new Client(new URL(server.url).host, credentials.createInsecure())
  running.push({ stop: async () => client.close() })
  const same = (bytes: Buffer): Buffer => bytes
  const failed = await new Promise<ServiceError | null>((resolve) => {
    client.makeClientStreamRequest(traces, same, same, (error) => resolve(error))
  })
  expect(failed).toMatchObject({ code: status.DEADLINE_EXCEEDED, details: expect.stringContaining('took too long') })
})

test('a connection that speaks no HTTP/2 harms nobody', async () => {
  const server = await start(async () => stored)
  await new Promise<void>((resolve) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.end('GET / HTTP/1.1\r\n\r\n'))
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.resume()
  })
  expect(await call(server.url, {})).toEqual({ body: Buffer.alloc(0) })
})

test('a port that is taken is said with its code', async () => {
  const server = await start(async () => stored)
  await expect(start(async () => stored, { port: Number(new URL(server.url).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
})

test('stopping answers the calls that were begun', async () => {
  let store = (_: Submitted): void => {}
  const server = await start(() => new Promise((resolve) => (store = resolve)))
  const answer = call(server.url, { body: Buffer.from('x') })
  while (server.submitted.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const stopped = server.stop()
  running.shift()
  store(stored)
  expect(await answer).toEqual({ body: Buffer.alloc(0) })
  await stopped
})

test('the unmodified exporter of OpenTelemetry JS is heard', async () => {
  const server = await start(async () => stored)
  const exporter = new OTLPTraceExporter({ url: server.url })
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  provider.getTracer('test').startSpan('a span by gRPC').end()
  await provider.forceFlush()
  await provider.shutdown()
  expect(server.submitted.map(({ signal }) => signal)).toEqual(['traces'])
  expect(Buffer.from(server.submitted[0]?.body ?? []).includes('a span by gRPC')).toBe(true)
})

test.each([
  ['zstd', 'zstd'],
  ['snappy', 'x-snappy-framed'],
  ['lz4', 'lz4'],
])('a message in %s, as the collector of OpenTelemetry sends it, arrives whole', async (coding, packing) => {
  const { packed = '', of = [] } =
    packedBodies.find((each) => each.coding === packing && each.of[0]?.[1] === 6000) ?? {}
  const message = Buffer.from(packed, 'base64')
  const head = Buffer.from([1, 0, 0, message.length >> 8, message.length & 255])
  const limits = { bodySizeMaxBytes: 10_000, budget: new BodyBudget(30_000) }
  const server = await start(async () => stored, limits)
  const stream = openStream(connectRaw(server.url), { 'grpc-encoding': coding }).end(Buffer.concat([head, message]))
  await once(stream.resume(), 'end')
  expect(server.faults).toEqual([])
  expect(server.submitted.map(({ body }) => Buffer.from(body))).toEqual([bodyText(...(of[0] ?? [0, 0]))])
})

const gzip = { 'grpc-encoding': 'gzip' }
test.each<[string, Record<string, string>, number[], Record<string, unknown>]>([
  ['a message that cannot be expanded', gzip, [1, 0, 0, 0, 4, 1, 2, 3, 4], { 'grpc-status': '3' }],
  ['a message that ends too soon', {}, [0, 0, 0, 0, 4, 1, 2, 3], { 'grpc-status': '3' }],
  ['a second message', {}, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], { 'grpc-status': '3' }],
  ['no message', {}, [], { 'grpc-status': '3' }],
  ['a flag that means nothing', gzip, [2, 0, 0, 0, 0], { 'grpc-status': '3' }],
  ['an encoding we do not have', { 'grpc-encoding': 'br' }, [1, 0, 0, 0, 0], { 'grpc-status': '12' }],
  ['what is not gRPC', { 'content-type': 'application/json' }, [123, 125], { ':status': 415 }],
])("%s is its sender's fault", async (_, headers, bytes, answer) => {
  const server = await start(async () => stored)
  const stream = openStream(connectRaw(server.url), headers).end(Buffer.from(bytes))
  const [received] = await once(stream.resume(), 'response')
  expect(received).toMatchObject(answer)
  expect(server.submitted).toEqual([])
  expect(server.faults).toEqual([])
})

test('a caller that leaves while its call waits for room leaves its place', async () => {
  const answers: ((submitted: Submitted) => void)[] = []
  const pending = (): Promise<Submitted> => new Promise((resolve) => answers.push(resolve))
  const server = await start(pending, { budget: new BodyBudget(1000) })
  const first = call(server.url, { body: Buffer.alloc(900) })
  await expect.poll(() => answers.length).toBe(1)
  const session = connectRaw(server.url)
  const leaving = openStream(session).on('error', () => {})
  await pinged(session)
  leaving.close(constants.NGHTTP2_CANCEL)
  await pinged(session)
  const last = call(server.url, { body: Buffer.alloc(900) })
  answers[0]?.(stored)
  await expect.poll(() => answers.length).toBe(2)
  answers[1]?.(stored)
  expect(await Promise.all([first, last])).toEqual([{ body: Buffer.alloc(0) }, { body: Buffer.alloc(0) }])
})

test('bodies of calls at once stay what they were until each is answered', async () => {
  const answers: ((submitted: Submitted) => void)[] = []
  const server = await start(() => new Promise((resolve) => answers.push(resolve)))
  const calls = []
  for (const letter of 'abc') {
    calls.push(call(server.url, { body: Buffer.alloc(300, letter), gzip: letter === 'b' }))
    await expect.poll(() => answers.length).toBe(calls.length)
    if (letter === 'b') answers[0]?.(stored)
    if (letter === 'b') await calls[0]
  }
  const texts = server.submitted.slice(1).map(({ body }) => Buffer.from(body).toString())
  expect(texts).toEqual(['b'.repeat(300), 'c'.repeat(300)])
  for (const answer of answers) answer(stored)
  await Promise.all(calls)
})

test('a sender may send a whole batch of usual size before it hears that any of it was read', async () => {
  const server = await start(async () => stored)
  const session = connectRaw(server.url)
  const wide = new Promise<number | undefined>((resolve) => {
    session.on('remoteSettings', ({ initialWindowSize }) => {
      if (initialWindowSize !== 65_535) resolve(initialWindowSize)
    })
  })
  openStream(session).resume().end(Buffer.alloc(5))
  expect(await wide).toBe(256 * 1024)
  await expect.poll(() => session.state.remoteWindowSize).toBeGreaterThan(200_000)
})
