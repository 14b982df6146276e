import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BatchRecorder, ExplicitContext, jsonEncoder, Tracer } from 'zipkin'
import { HttpLogger } from 'zipkin-transport-http'
import { openTestReceiver, type TestReceiver } from './receiver.case.ts'

let receiver: TestReceiver
beforeAll(async () => {
  receiver = await openTestReceiver()
})
afterAll(() => receiver.close())

const path = '/zipkin/api/v2/spans'
const json = { 'content-type': 'application/json' }
const timestamp = 1_769_860_800_123_456
let traces = 0

/** A trace id of its own for each test. */
function newTraceId(): string {
  traces += 1
  return `abc${String(traces).padStart(13, '0')}`
}

function stored(traceId: string) {
  return receiver.rows(
    `SELECT service, name, kind, status, status_message AS message, toString(ts) AS time, duration,
       lower(hex(span_id)) AS id, lower(hex(parent_span_id)) AS parent, attributes, attribute_types AS types,
       arrayMap(e -> (toString(e.ts), e.name), events) AS events
     FROM spans WHERE trace_id = unhex({p1:String}) ORDER BY ts, duration DESC`,
    traceId.padStart(32, '0'),
  )
}

function post(spans: unknown) {
  return receiver.post(path, gzipSync(JSON.stringify(spans)), { ...json, 'content-encoding': 'gzip' })
}

test('a span is read back with all it says', async () => {
  const traceId = newTraceId()
  const span = {
    traceId,
    id: 'B7',
    parentId: '1',
    kind: 'CLIENT',
    name: 'get /cart',
    timestamp,
    duration: 1_500,
    localEndpoint: { serviceName: 'shop', ipv4: '10.0.0.1' },
    remoteEndpoint: { serviceName: 'cart', ipv6: '::1', port: 80 },
    annotations: [{ timestamp: timestamp + 1, value: 'ws' }],
    tags: { 'http.path': '/cart', error: 'refused' },
  }
  expect(await post([span])).toMatchObject({ status: 202, text: '' })
  expect(await stored(traceId)).toEqual([
    {
      service: 'shop',
      name: 'get /cart',
      kind: 3,
      status: 2,
      message: 'refused',
      time: '2026-01-31 12:00:00.123456000',
      duration: '1500000',
      id: '00000000000000b7',
      parent: '0000000000000001',
      attributes: {
        'http.path': '/cart',
        error: 'refused',
        'network.local.address': '10.0.0.1',
        'peer.service': 'cart',
        'network.peer.address': '::1',
        'network.peer.port': '80',
      },
      types: 'sssssi',
      events: [['2026-01-31 12:00:00.123457000', 'ws']],
    },
  ])
})

test.each([
  ['SERVER', {}, 2, 0, ''],
  ['PRODUCER', { error: 'true' }, 4, 2, ''],
  ['CONSUMER', { 'otel.status_code': 'OK' }, 5, 1, ''],
  [undefined, { 'otel.status_code': 'ERROR', error: 'why' }, 1, 2, 'why'],
])('kind %s with %j is kind %i and status %i', async (kind, tags, number, status, message) => {
  const traceId = newTraceId()
  await post([{ traceId, id: '1', kind, tags, timestamp }])
  expect(await stored(traceId)).toMatchObject([{ kind: number, status, message, duration: '0' }])
})

test('a shared span goes below the span of its client, and takes its children along', async () => {
  const traceId = newTraceId()
  const ofServer = { traceId, localEndpoint: { serviceName: 'cart' } }
  const spans = [
    { traceId, id: 'b', parentId: 'a', kind: 'CLIENT', timestamp, duration: 9, localEndpoint: { serviceName: 'shop' } },
    { ...ofServer, id: 'b', parentId: 'a', kind: 'SERVER', timestamp: timestamp + 1, duration: 7, shared: true },
    { ...ofServer, id: 'c', parentId: 'b', timestamp: timestamp + 2, duration: 5 },
  ]
  for (const part of [spans.slice(0, 1), spans.slice(1)]) expect((await post(part)).status).toBe(202)
  const [client, server, child] = await stored(traceId)
  expect(client).toMatchObject({ id: '000000000000000b', parent: '000000000000000a' })
  expect(server).toMatchObject({ parent: client?.['id'], attributes: { 'zipkin.shared_span_id': '000000000000000b' } })
  expect(server?.['id']).not.toBe(client?.['id'])
  expect(child).toMatchObject({ id: '000000000000000c', parent: server?.['id'] })
})

const good = { id: '1', timestamp, duration: 1 }
test.each([
  ['no object', 7, 'spans[1]: expected an object'],
  ['no trace id', { id: '1' }, 'spans[1].traceId: expected 1 to 32 hex digits'],
  ['an id that is none', { id: 'xyz' }, 'spans[1].id: expected 1 to 16'],
  ['an id of zeros', { id: '0000' }, 'spans[1].id: expected 1 to 16'],
  ['a parent that is too long', { parentId: 'a'.repeat(17) }, 'spans[1].parentId'],
  ['a time that is a text', { timestamp: '2026' }, 'spans[1].timestamp: expected microseconds'],
  ['a time in the year 2200', { timestamp: 7_258_118_400_000_000 }, 'spans[1].timestamp'],
  ['a duration beyond it', { duration: 7e15 }, 'spans[1].duration'],
  ['tags that are a list', { tags: [] }, 'spans[1].tags'],
  ['annotations without a value', { annotations: [{ timestamp }] }, 'spans[1].annotations'],
])('the spans beside one with %s are kept, and kept once', async (name, wrong, sentence) => {
  const traceId = newTraceId()
  const base = name === 'no trace id' ? {} : { ...good, traceId }
  const bad = typeof wrong === 'number' ? wrong : { ...base, ...wrong }
  for (const _ of [1, 2]) {
    const answer = await post([{ ...good, traceId }, bad])
    expect(answer).toMatchObject({ status: 400, type: 'text/plain; charset=utf-8' })
    expect(answer.text).toContain(sentence)
  }
  expect(await stored(traceId)).toHaveLength(1)
})

test.each([
  ['no JSON', '[', json, 400, 'Cannot decode the spans: it is not JSON'],
  ['no list', '{}', json, 400, 'Cannot decode the spans: expected a list'],
  ['protobuf', '', { 'content-type': 'application/x-protobuf' }, 415, 'send application/json'],
])('%s is refused with a sentence', async (_, body, headers, status, sentence) => {
  const answer = await receiver.post(path, body, headers)
  expect(answer.status).toBe(status)
  expect(answer.text).toContain(sentence)
})

test('an empty list is fine', async () => {
  expect((await post([])).status).toBe(202)
})

test('the unmodified zipkin tracer reports', async () => {
  const errors: unknown[] = []
  const logger = new HttpLogger({
    endpoint: receiver.url + path,
    jsonEncoder: jsonEncoder.JSON_V2,
    httpInterval: 10,
    maxPayloadSize: 0,
    log: { error: (...said: unknown[]) => errors.push(said) },
  })
  const recorder = new BatchRecorder({ logger })
  const tracer = new Tracer({
    ctxImpl: new ExplicitContext(),
    recorder,
    localServiceName: 'zipkin-js',
    traceId128Bit: true,
  })
  const traceId = tracer.scoped(() =>
    tracer.local('outer', () => {
      tracer.local('inner', () => tracer.recordBinary('cart.size', '3'))
      return tracer.id.traceId
    }),
  )
  const rows = await untilTwo(() => stored(traceId))
  expect(errors).toEqual([])
  const [outer, inner] = rows[0]?.['name'] === 'outer' ? rows : rows.toReversed()
  expect(outer).toMatchObject({ service: 'zipkin-js', name: 'outer', kind: 1 })
  expect(inner).toMatchObject({ name: 'inner', parent: outer?.['id'], attributes: { 'cart.size': '3' } })
})

/** The reporter sends when its own timer says so. */
async function untilTwo<Row>(ask: () => Promise<Row[]>): Promise<Row[]> {
  for (;;) {
    const rows = await ask()
    if (rows.length >= 2) return rows
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
