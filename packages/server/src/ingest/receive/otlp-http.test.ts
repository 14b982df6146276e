import { request } from 'node:http'
import { deflateSync, gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import type { Signal, Submitted } from '../ingest.ts'
import { tracesBody } from '../sample-body.ts'
import { type OtlpHttp, type OtlpHttpOptions, startOtlpHttp } from './otlp-http.ts'

type Received = { signal: Signal; body: Buffer; batchId: string | undefined }
type Sent = { status: number; type: string; headers: NodeJS.Dict<string | string[]>; body: Buffer }

const stored: Submitted = { outcome: 'stored', rejected: 0, reason: '', duplicated: false }
let server: OtlpHttp
let received: Received[]
afterEach(() => server.stop())

async function start(answer: Submitted = stored, changes: Partial<OtlpHttpOptions> = {}): Promise<void> {
  received = []
  server = await startOtlpHttp({
    ingest: {
      submit: async (signal, body, batchId) => {
        received.push({ signal, body: Buffer.from(body), batchId })
        return answer
      },
    },
    host: '127.0.0.1',
    port: 0,
    token: '',
    bodySizeMaxBytes: 100_000,
    requestsAtOnceMax: 10,
    requestTimeoutMs: 5000,
    report: () => {},
    ...changes,
  })
}

const protobuf = { 'content-type': 'application/x-protobuf' }

function send(
  path: string,
  body: Uint8Array,
  headers: Record<string, string> = protobuf,
  method = 'POST',
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const sending = request(`${server.url}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      )
    })
    sending.on('error', reject)
    sending.end(body)
  })
}

const body = Buffer.from(tracesBody('sent', 3))

test.each([
  ['/v1/traces', 'traces', {}, body],
  ['/v1/logs', 'logs', { 'content-type': 'application/x-protobuf; charset=utf-8' }, body],
  ['/v1/metrics?from=test', 'metrics', {}, body],
  ['/v1/traces', 'traces', { 'content-encoding': 'gzip' }, gzipSync(body)],
  ['/v1/traces', 'traces', { 'content-encoding': 'deflate' }, deflateSync(body)],
] as const)('a body sent to %s is submitted as %s, expanded', async (path, signal, headers, bytes) => {
  await start()
  const { status, body: answer } = await send(path, bytes, { ...protobuf, ...headers, 'wakeline-batch-id': 'b1' })
  expect([status, answer.length]).toEqual([200, 0])
  expect(received).toEqual([{ signal, body, batchId: 'b1' }])
})

test.each<[string, number, string, Uint8Array, Record<string, string>, string]>([
  ['a wrong path', 404, '/v1/trace', body, {}, 'POST'],
  ['a wrong method', 405, '/v1/traces', Buffer.alloc(0), {}, 'GET'],
  ['a wrong type', 415, '/v1/traces', body, { 'content-type': 'text/plain' }, 'POST'],
  ['an unknown encoding', 415, '/v1/traces', body, { 'content-encoding': 'br' }, 'POST'],
  ['damaged gzip', 400, '/v1/traces', body, { 'content-encoding': 'gzip' }, 'POST'],
  ['gzip cut short', 400, '/v1/traces', gzipSync(body).subarray(0, 20), { 'content-encoding': 'gzip' }, 'POST'],
  ['a bomb', 413, '/v1/traces', gzipSync(Buffer.alloc(10_000_000)), { 'content-encoding': 'gzip' }, 'POST'],
  ['a large body', 413, '/v1/traces', Buffer.alloc(2_000_000), {}, 'POST'],
  ['a large chunked body', 413, '/v1/traces', Buffer.alloc(2_000_000), { 'transfer-encoding': 'chunked' }, 'POST'],
  ['a web page of another origin', 403, '/v1/traces', body, { origin: 'https://example.org' }, 'POST'],
  ['a name that was pointed at us', 403, '/v1/traces', body, { host: 'example.org' }, 'POST'],
  ['a batch id too long', 400, '/v1/traces', body, { 'wakeline-batch-id': 'x'.repeat(300) }, 'POST'],
])('%s gets %d and one sentence', async (_what, status, path, bytes, headers, method) => {
  await start()
  const answer = await send(path, bytes, { ...protobuf, ...headers }, method)
  expect(answer.status).toBe(status)
  expect(answer.body.toString()).toMatch(/Cannot [^\n]+$/)
  expect(received).toEqual([])
})

test('the token is asked for, and taken', async () => {
  await start(stored, { token: 'secret' })
  expect((await send('/v1/traces', body)).status).toBe(401)
  expect((await send('/v1/traces', body, { ...protobuf, authorization: 'Bearer wrong' })).status).toBe(401)
  expect((await send('/v1/traces', body, { ...protobuf, authorization: 'Bearer secret' })).status).toBe(200)
})

test('rejected records come back as a partial success', async () => {
  await start({ outcome: 'stored', rejected: 2, reason: 'Cannot take it: bad', duplicated: false })
  const answer = await send('/v1/traces', body)
  expect([answer.status, answer.type]).toEqual([200, 'application/x-protobuf'])
  expect(answer.body.subarray(0, 4)).toEqual(Buffer.from([0x0a, 23, 0x08, 2]))
})

test('try later is 503 with Retry-After and a status in the encoding of the request', async () => {
  await start({ outcome: 'later', reason: 'Cannot take more data now: full', retryAfterMs: 1500 })
  const answer = await send('/v1/traces', body)
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2'])
  expect([...answer.body.subarray(0, 2)]).toEqual([0x08, 14])
})

test('more requests at once than the limit are told to try later', async () => {
  await start(stored, { requestsAtOnceMax: 0 })
  expect((await send('/v1/traces', body)).status).toBe(429)
})

test('a fault of ours is 500, says nothing of itself, and is reported', async () => {
  const reports: string[] = []
  await start(stored, {
    ingest: { submit: () => Promise.reject(new Error('inner workings')) },
    report: (sentence) => reports.push(sentence),
  })
  const answer = await send('/v1/traces', body)
  expect(answer.status).toBe(500)
  expect(answer.body.toString()).not.toContain('inner')
  expect(reports.join()).toContain('inner workings')
})

test('a port that is taken is an error of listening', async () => {
  await start()
  const { port } = new URL(server.url)
  const options = { ingest: { submit: async () => stored }, host: '127.0.0.1', port: Number(port), token: '' }
  const limits = { bodySizeMaxBytes: 1, requestsAtOnceMax: 1, requestTimeoutMs: 1000, report: () => {} }
  await expect(startOtlpHttp({ ...options, ...limits })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
