import { request } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { LogsAnswer, TraceAnswer } from '@wakeline/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  attribute,
  delimited,
  fixed64,
  join,
  logRecord,
  logs,
  randomBytes,
  span,
  traces,
  varint,
  varintPart,
} from './protobuf.ts'
import { eventually, lastMinutes, type RunningServer, startServer } from './server.ts'

/** Bad input over real sockets: the right status, one sentence, good records kept, and the server lives on. */

let server: RunningServer
beforeAll(async () => {
  server = await startServer({ flags: ['--body-size-max', '4MiB'] })
})
afterEach(async () => {
  expect(server.child.exitCode).toBeNull()
  expect((await fetch(`${server.ui}/livez`)).status).toBe(200)
})
afterAll(() => server.stop())

type Sent = { status: number; type: string; bytes: Buffer }

/**
 * A body that is refused unread may end in a broken pipe before the answer is read: then it is sent again, as any
 * sender would.
 */
async function post(
  path: string,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<Sent> {
  for (let attempt = 0; ; attempt++) {
    const sent = await postOnce(path, body, headers, method)
    if (sent !== 'broken') return sent
    if (attempt === 10) throw new Error(`${method} ${path} was never answered`)
  }
}

function postOnce(
  path: string,
  body: Uint8Array | string,
  headers: Record<string, string>,
  method: string,
): Promise<Sent | 'broken'> {
  return new Promise((resolve, reject) => {
    const all = {
      'content-type': 'application/x-protobuf',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    }
    const sent = request(`${server.otlpHttp}${path}`, { method, headers: all }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          bytes: Buffer.concat(chunks),
        }),
      )
    })
    sent.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? resolve('broken') : reject(error),
    )
    sent.end(body)
  })
}

const json = { 'content-type': 'application/json' }
const gzip = { 'content-encoding': 'gzip' }
const good = (): Uint8Array => traces('careful', [span()])
const wrongType = (): Uint8Array => varintPart(1, 5)
const endlessGroup = (): Uint8Array => Uint8Array.of(0x0b, 0x0b, 0x0b)
const jsonSpan = (change: object): string =>
  JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'ab'.repeat(16), ...change }] }] }] })

describe('a request that is refused as a whole', () => {
  test.each<[string, number, () => Promise<Sent>]>([
    ['text instead of protobuf', 400, () => post('/v1/traces', 'hello, this is not protobuf at all')],
    ['a truncated message', 400, () => post('/v1/traces', good().subarray(0, 40))],
    ['a known part of a wrong wire type', 400, () => post('/v1/traces', wrongType())],
    ['groups that never end', 400, () => post('/v1/traces', endlessGroup())],
    ['a length beyond the end', 400, () => post('/v1/traces', join(varint(10), varint(2 ** 31)))],
    ['gzip that is not gzip', 400, () => post('/v1/traces', good(), gzip)],
    ['gzip cut short', 400, () => post('/v1/traces', gzipSync(good()).subarray(0, 20), gzip)],
    ['gzip that grows beyond the limit', 413, () => post('/v1/traces', gzipSync(Buffer.alloc(64 * 1024 * 1024)), gzip)],
    ['a body beyond the limit', 413, () => post('/v1/traces', Buffer.alloc(5 * 1024 * 1024))],
    ['an encoding nobody knows', 415, () => post('/v1/traces', good(), { 'content-encoding': 'brotli-of-sorts' })],
    ['a wrong content type', 415, () => post('/v1/traces', good(), { 'content-type': 'text/plain' })],
    ['a wrong path', 404, () => post('/v1/tracez', good())],
    ['a wrong method', 405, () => post('/v1/traces', '', {}, 'GET')],
    ['JSON that is not JSON', 400, () => post('/v1/traces', '{"resourceSpans": [', json)],
    ['JSON of a wrong type', 400, () => post('/v1/traces', '{"resourceSpans": 5}', json)],
    ['JSON that is a list', 400, () => post('/v1/logs', '[]', json)],
    ['JSON nested 100,000 deep', 400, () => post('/v1/traces', '['.repeat(100_000), json)],
  ])('%s gets %d and one sentence', async (_what, status, send) => {
    const sent = await send()
    expect(sent.status).toBe(status)
    expect(sentenceIn(sent)).toMatch(/^Cannot [^\n]+$/)
  })
})

describe('a request with good and bad spans', () => {
  const deep = (): Uint8Array => {
    let value: Uint8Array = delimited(1, 'bottom')
    for (let depth = 0; depth < 10_000; depth++) value = delimited(5, delimited(1, value))
    return delimited(9, join(delimited(1, 'deep'), delimited(2, value)))
  }
  test.each<[string, () => Uint8Array]>([
    ['an attribute nested 10,000 deep', () => span({ more: deep() })],
    ['a trace id of 15 bytes', () => span({ traceId: randomBytes(15) })],
    ['a span id of 9 bytes', () => span({ spanId: randomBytes(9) })],
    ['a trace id of zeros', () => span({ traceId: new Uint8Array(16) })],
    ['no span id', () => span({ spanId: new Uint8Array() })],
    ['a start in the year 2200', () => span({ startUnixNano: BigInt(Date.UTC(2200, 5, 1)) * 1_000_000n })],
    ['a start before 1970, as a signed number', () => span({ startUnixNano: -1_000_000_000n })],
  ])('%s costs that one alone, in a partial success', async (_what, bad) => {
    const traceId = randomBytes(16)
    const sent = await post('/v1/traces', traces('careful', [span({ traceId }), bad(), span({ traceId })]))
    expect(sent.status).toBe(200)
    const { rejected, sentence } = readPartialSuccess(sent.bytes)
    expect({ rejected, sentence }).toEqual({ rejected: 1, sentence: expect.stringMatching(/^Cannot [^\n]+$/) })
    expect((await readTrace(traceId, 2)).spans).toHaveLength(2)
  })

  test('JSON with an id of a wrong length says so in JSON', async () => {
    const sent = await post('/v1/traces', jsonSpan({ spanId: 'abcd', name: 'x' }), json)
    expect(sent.status).toBe(200)
    expect(JSON.parse(sent.bytes.toString())).toMatchObject({ partialSuccess: { rejectedSpans: '1' } })
  })
})

describe('a record that is strange but not wrong', () => {
  test('100,000 attributes are cut at the limit and counted', async () => {
    const traceId = randomBytes(16)
    const many = join(...Array.from({ length: 100_000 }, (_, index) => delimited(9, attribute(`k${index}`, 'v'))))
    expect((await post('/v1/traces', traces('careful', [span({ traceId, more: many })]))).status).toBe(200)
    const [stored] = (await readTrace(traceId, 1)).spans
    const kept = Object.keys(stored?.attributes ?? {}).length
    expect(kept).toBeGreaterThan(0)
    expect(kept + (stored?.droppedAttributes ?? 0)).toBe(100_000)
  })

  test('strings with NUL, emoji and lone surrogates are stored, and everything after them too', async () => {
    const traceId = randomBytes(16)
    const surrogate = Uint8Array.of(0x61, 0xed, 0xa0, 0x80, 0x62)
    const more = join(delimited(9, attribute('nul', 'a\0b')), delimited(9, attribute('lone', surrogate)))
    const sent = await post('/v1/traces', traces('careful', [span({ traceId, name: '🛒\0', more }), span({ traceId })]))
    expect(sent.status).toBe(200)
    const { spans } = await readTrace(traceId, 2)
    expect(spans.map(({ name }) => name).sort()).toEqual(['work', '🛒\0'])
    const strange = spans.find(({ name }) => name !== 'work')
    expect(strange?.attributes['nul']).toBe('a\0b')
    expect(strange?.attributes['lone']).toMatch(/^a.+b$/u)
  })

  test('a lone surrogate in JSON is stored as the replacement character', async () => {
    const body = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"surrogate \\ud800 here"}}]}]}]}`
    expect((await post('/v1/logs', body, json)).status).toBe(200)
    const found = await readLogs('surrogate', 1)
    expect(found.records.map((record) => record.body)).toEqual(['surrogate \ufffd here'])
  })

  test('parts from the future are skipped', async () => {
    const traceId = randomBytes(16)
    const future = join(delimited(900, 'what is this'), fixed64(901, 7n), varintPart(902, 1))
    const sent = await post('/v1/traces', join(traces('careful', [span({ traceId, more: future })]), future))
    expect(sent.status).toBe(200)
    expect((await readTrace(traceId, 1)).spans).toHaveLength(1)
  })

  test('a log record without time or body is stored with the time of its arrival', async () => {
    const record = join(varintPart(2, 17), delimited(6, attribute('marker', 'no-time-at-all')))
    expect((await post('/v1/logs', logs('careful', [record]))).status).toBe(200)
    const found = await readLogs('marker:no-time-at-all', 1)
    expect(found.records).toHaveLength(1)
  })

  test('an empty request is a success', async () => {
    for (const path of ['/v1/traces', '/v1/logs', '/v1/metrics']) expect((await post(path, '')).status).toBe(200)
    expect((await post('/v1/traces', '{}', json)).status).toBe(200)
  })
})

test('a connection that is torn off half way harms nobody', async () => {
  const { hostname, port } = new URL(server.otlpHttp)
  for (let index = 0; index < 20; index++) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: 500\r\n\r\nabc',
    )
    await new Promise((resolve) => setTimeout(resolve, 5))
    socket.destroy()
  }
  const record = logRecord(delimited(1, 'after the storm'))
  expect((await post('/v1/logs', logs('careful', [record]))).status).toBe(200)
  expect((await readLogs('"after the storm"', 1)).records).toHaveLength(1)
})

/** A google.rpc.Status in the encoding of the request, or its JSON. */
function sentenceIn({ type, bytes }: Sent): string {
  if (type.startsWith('application/json')) return JSON.parse(bytes.toString()).message
  const text = bytes.toString('utf8')
  return text.slice(Math.max(0, text.indexOf('Cannot')))
}

/** ExportTracePartialSuccess: rejected_spans = 1, error_message = 2, inside part 1 of the answer. */
function readPartialSuccess(bytes: Buffer): { rejected: number; sentence: string } {
  const text = bytes.toString('utf8')
  return {
    rejected: bytes[2] === 0x08 ? (bytes[3] ?? 0) : 0,
    sentence: text.slice(Math.max(0, text.indexOf('Cannot'))),
  }
}

function readTrace(traceId: Uint8Array, spans: number): Promise<TraceAnswer> {
  const hex = Buffer.from(traceId).toString('hex')
  const empty: TraceAnswer = {
    traceId: hex,
    spans: [],
    spansTotal: 0,
    resources: {},
    scopes: {},
    cost: { rowsRead: 0, bytesRead: 0, elapsedMs: 0, sql: [] },
  }
  return eventually(
    () => server.ask<TraceAnswer>(`/traces/${hex}`).catch(() => empty),
    (answer) => answer.spans.length >= spans,
  )
}

function readLogs(q: string, records: number): Promise<LogsAnswer> {
  return eventually(
    () => server.ask<LogsAnswer>(`/logs?q=${encodeURIComponent(q)}&${lastMinutes()}`),
    (answer) => answer.records.length >= records,
  )
}
