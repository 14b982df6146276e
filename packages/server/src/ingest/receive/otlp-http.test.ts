import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { deflateSync, gzipSync } from 'node:zlib'
import { compressSync } from 'snappy'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startOtlpHttp } from './otlp-http.ts'
import type { OtlpReceiver } from './otlp-receiver.ts'
import { BodyBudget } from './read-body.ts'
import type { Submitted, TelemetryRequest } from './submit.ts'

const stored: Submitted = { kind: 'stored', rejected: 0, reason: '' }
let next: Submitted | Error = stored
const submitted: TelemetryRequest[] = []
const faults: unknown[] = []
let receiver: OtlpReceiver

beforeAll(async () => {
  receiver = await startOtlpHttp({
    host: '127.0.0.1',
    port: 0,
    token: '',
    bodySizeMaxBytes: 1_000,
    budget: new BodyBudget(2_500),
    connectionsMax: 100,
    requestTimeoutMs: 10_000,
    onFault: (error) => faults.push(error),
    submit: async (request) => {
      submitted.push(request)
      if (next instanceof Error) throw next
      return next
    },
  })
})
afterAll(() => receiver.stop())

type Sent = { method?: string; path?: string; headers?: Record<string, string>; body?: Uint8Array | string }

function send({ method = 'POST', path = '/v1/traces', headers = {}, body = '' }: Sent) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const request = httpRequest(receiver.url + path, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('latin1'),
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

const json = { 'content-type': 'application/json; charset=utf-8' }
const protobuf = { 'content-type': 'application/x-protobuf' }

test.each([
  ['identity', (body: Buffer) => body],
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['snappy', compressSync],
] as const)('a body in %s arrives whole, with its batch id', async (coding, encode) => {
  next = stored
  const headers = { ...protobuf, 'content-encoding': coding, 'wakeline-batch-id': 'abc' }
  const answer = await send({ path: '/v1/logs', headers, body: encode(Buffer.from('telemetry')) })
  expect(answer).toMatchObject({ status: 200, text: '' })
  expect(submitted.at(-1)).toEqual({
    signal: 'logs',
    encoding: 'protobuf',
    body: Buffer.from('telemetry'),
    batchId: 'abc',
  })
})

const wrong: [string, Sent, number, string][] = [
  ['a wrong path', { path: '/v1/trace', headers: json }, 404, '/v1/traces, /v1/logs, /v1/metrics'],
  ['a wrong method', { method: 'GET', headers: json }, 405, 'send it with POST'],
  ['a wrong content type', { headers: { 'content-type': 'text/plain' } }, 415, 'send application/x-protobuf'],
  ['no content type', {}, 415, 'it has no Content-Type'],
  ['an unknown coding', { headers: { ...json, 'content-encoding': 'br' } }, 415, 'send gzip'],
  ['a body over the limit', { headers: json, body: 'x'.repeat(1_001) }, 413, 'more than 1000 bytes'],
  [
    'a chunked body over the limit',
    { headers: { ...json, 'transfer-encoding': 'chunked' }, body: 'x'.repeat(1_500) },
    413,
    'more than 1000 bytes',
  ],
  [
    'gzip that expands over the limit',
    { headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(1_000_000)) },
    413,
    'more than 1000 bytes',
  ],
  [
    'snappy that expands over the limit',
    { headers: { ...json, 'content-encoding': 'snappy' }, body: Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]) },
    413,
    'more than 1000 bytes',
  ],
  [
    'snappy that is none',
    { headers: { ...json, 'content-encoding': 'snappy' }, body: 'plain' },
    400,
    'Cannot inflate the body as snappy',
  ],
  [
    'gzip that is none',
    { headers: { ...json, 'content-encoding': 'gzip' }, body: 'plain' },
    400,
    'Cannot inflate the body as gzip',
  ],
  [
    'gzip that is cut off',
    { headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync('telemetry').subarray(0, 15) },
    400,
    'Cannot inflate',
  ],
  ['a foreign host', { headers: { ...json, host: 'evil.example' } }, 403, '"evil.example"'],
  ['a foreign page', { headers: { ...json, origin: 'https://evil.example' } }, 403, 'web page of another origin'],
]
test.each(wrong)('%s gets its status and a sentence', async (_, sent, status, sentence) => {
  next = stored
  const before = submitted.length
  const answer = await send(sent)
  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.text).message).toContain(sentence)
  expect(submitted.length).toBe(before)
})

test('a protobuf sender is answered in protobuf', async () => {
  next = { kind: 'refused', message: 'no' }
  expect(await send({ headers: protobuf })).toMatchObject({ status: 400, text: '\x08\x03\x12\x02no' })
})

test.each([
  ['logs', 'rejectedLogRecords'],
  ['metrics', 'rejectedDataPoints'],
  ['traces', 'rejectedSpans'],
])('rejected records of %s are told as partial success', async (signal, name) => {
  next = { kind: 'stored', rejected: 2, reason: 'bad id' }
  const inJson = await send({ path: `/v1/${signal}`, headers: json })
  expect(JSON.parse(inJson.text)).toEqual({ partialSuccess: { [name]: '2', errorMessage: 'bad id' } })
  expect((await send({ path: `/v1/${signal}`, headers: protobuf })).text).toBe('\x0a\x0a\x08\x02\x12\x06bad id')
})

test('a full server says when to come back', async () => {
  next = { kind: 'later', message: 'full', retryAfterSeconds: 3 }
  expect(await send({ headers: json })).toMatchObject({ status: 503, headers: { 'retry-after': '3' } })
})

test('a fault of ours is not told to the sender but to our log', async () => {
  next = new Error('secret detail')
  const answer = await send({ headers: json })
  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain('secret detail')
  expect(faults.at(-1)).toBe(next)
})

test('what is not HTTP gets a sentence, and a client that leaves half way harms nobody', async () => {
  next = stored
  const { port } = new URL(receiver.url)
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write('\x16\x03\x01 not http\r\n\r\n'))
    socket.on('data', (data) => resolve(data.toString()))
  })
  expect(answer).toContain('it is not HTTP/1.1')
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(
        'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\nhalf',
      )
      setTimeout(() => socket.destroy(), 20)
    })
    socket.on('close', () => resolve())
  })
  // The bytes of the one that left are given back: bodies of the full budget still fit.
  for (let i = 0; i < 5; i++) expect((await send({ headers: json, body: 'x'.repeat(1_000) })).status).toBe(200)
})

test('a sender that reads no answer before it has sent all still gets it', async () => {
  for (let i = 0; i < 10; i++) {
    const answer = await send({ headers: json, body: Buffer.alloc(20_000_000) })
    expect(answer.status).toBe(413)
  }
})
