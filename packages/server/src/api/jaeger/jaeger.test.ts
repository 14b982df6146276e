import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedEndMs, seedStartMs, seedTraceId } from '../../query/test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from '../../query/test-world/world.case.ts'
import { tempoRoutes } from '../tempo/tempo.ts'
import { openTurns } from '../turns.ts'
import { jaegerQuestions, jaegerRoutes } from './jaeger.ts'
import type { JaegerTrace } from './jaeger-answer.ts'
import { jaegerV3Routes } from './jaeger-v3.ts'

let world: TestWorld
const app = new Hono()
const between = { start: `${seedStartMs}000`, end: `${seedEndMs}000` }

beforeAll(async () => {
  world = await openSeededWorld()
  const turns = openTurns({ atOnceMax: 4, waitingMax: 10 })
  const parts = { query: world.query, turns, nowUnixMs: () => seedEndMs, report: () => {} }
  app.route('/v3', jaegerV3Routes(jaegerQuestions(parts)))
  app.route('/jaeger', jaegerRoutes(jaegerQuestions(parts)))
  app.route('/tempo', tempoRoutes(parts))
})
afterAll(() => world?.close())

/** `data` is a list of traces, names or calls. */
type Answer = { data: JaegerTrace[]; total: number }

async function ask(path: string, search: Record<string, string> = {}) {
  const response = await app.request(`/jaeger${path}?${new URLSearchParams(search)}`)
  const body: Answer = JSON.parse(await response.text())
  return { status: response.status, body }
}

test('services and their operations are listed', async () => {
  expect((await ask('/services')).body.data).toContain('web')
  expect((await ask('/services/web/operations')).body.data).toContain('GET /cart')
  const { data } = (await ask('/operations', { service: 'web', spanKind: 'server' })).body
  expect(data).toContainEqual({ name: 'GET /cart', spanKind: 'server' })
})

test('a trace has Jaeger’s shape, and the id may lack its zeros', async () => {
  const { status, body } = await ask(`/traces/${seedTraceId(59).replace(/^0+/, '')}`)
  expect(status).toBe(200)
  const [trace] = body.data
  expect(trace).toMatchObject({ traceID: seedTraceId(59), warnings: null })
  expect(trace?.spans).toHaveLength(4)
  const root = trace?.spans.find(({ references }) => references.length === 0)
  expect(root).toMatchObject({ operationName: 'GET /cart', duration: 610_000 })
  expect(root?.tags).toContainEqual({ key: 'span.kind', type: 'string', value: 'server' })
  expect(trace?.processes[root?.processID ?? '']?.serviceName).toBe('web')
})

test.each([
  [{ service: 'web', minDuration: '600ms' }, 2],
  [{ service: 'web', operation: 'GET /cart', minDuration: '600ms', maxDuration: '605ms' }, 1],
  [{ service: 'payment', tags: '{"error":"true"}', limit: '3' }, 3],
  [{ service: 'no "such" service' }, 0],
  [{ traceID: seedTraceId(3) }, 1],
])('a search for %j finds %d traces', async (search, count) => {
  const { status, body } = await ask('/traces', { ...between, ...search })
  expect([status, body.total, body.data.length]).toEqual([200, count, count])
})

test('who calls whom is counted', async () => {
  const lookback = String(seedEndMs - seedStartMs)
  const { data } = (await ask('/dependencies', { endTs: String(seedEndMs), lookback })).body
  expect(data).toEqual([
    { parent: 'checkout', child: 'payment', callCount: 60 },
    { parent: 'web', child: 'checkout', callCount: 60 },
  ])
})

test.each([
  ['/traces', { tags: '[' }, 400, /"tags" is a JSON object/],
  ['/traces', { minDuration: 'long' }, 400, /"minDuration" is a duration/],
  ['/traces', { limit: '0' }, 400, /"limit" is a whole number/],
  ['/traces/xyz', {}, 400, /not hex digits/],
  ['/traces/abc', {}, 404, /trace not found/],
])('%s with %j is refused in Jaeger’s shape', async (path, search, status, sentence) => {
  const answer = await ask(path, search)
  expect(answer).toMatchObject({
    status,
    body: { data: null, errors: [{ code: status, msg: expect.stringMatching(sentence) }] },
  })
})

type V3 = {
  services?: string[]
  operations?: { name: string; spanKind: string }[]
  result?: { resourceSpans: { scopeSpans: { spans: { traceId: string }[] }[] }[] }
  error?: { httpCode: number; message: string }
}

describe('the third version', () => {
  const askV3 = async (path: string, search = ''): Promise<{ status: number; body: V3; traces: Set<string> }> => {
    const response = await app.request(`/v3${path}?${search}`)
    const body: V3 = JSON.parse(await response.text())
    const spans = body.result?.resourceSpans.flatMap((each) => each.scopeSpans.flatMap(({ spans }) => spans)) ?? []
    return { status: response.status, body, traces: new Set(spans.map(({ traceId }) => traceId)) }
  }
  const times = `query.start_time_min=${new Date(seedStartMs).toISOString()}&query.start_time_max=2026-01-05T14:00:00+02:00`

  test('lists services and operations', async () => {
    expect((await askV3('/services')).body.services).toContain('web')
    const { operations } = (await askV3('/operations', 'service=web')).body
    expect(operations).toContainEqual({ name: 'GET /cart', spanKind: 'server' })
  })
  test('gives traces in OTLP’s words', async () => {
    expect((await askV3(`/traces/${seedTraceId(59)}`)).traces).toEqual(new Set([seedTraceId(59)]))
    const search = `query.service_name=web&query.duration_min=600ms&query.num_traces=5&${times}`
    expect((await askV3('/traces', search)).traces.size).toBe(2)
    expect((await askV3('/traces', `query.service_name=none&${times}`)).body).toEqual({ result: { resourceSpans: [] } })
  })
  test.each([
    ['/traces', 'query.start_time_min=soon', 400, /microseconds since 1970/],
    ['/traces', `query.duration_min=long&${times}`, 400, /is a duration/],
    ['/traces/xyz', '', 400, /not hex digits/],
    ['/traces/abc', '', 404, /trace not found/],
  ])('refuses %s?%s', async (path, search, status, sentence) => {
    const error = { httpCode: status, message: expect.stringMatching(sentence) }
    expect(await askV3(path, search)).toMatchObject({ status, body: { error } })
  })
})

test('Tempo’s trace by id gives OTLP back, as JSON and as protobuf', async () => {
  const id = seedTraceId(59)
  const json: { resourceSpans: { scopeSpans: { spans: { traceId: string }[] }[] }[] } = JSON.parse(
    await (await app.request(`/tempo/traces/${id}`)).text(),
  )
  const spans = json.resourceSpans.flatMap((each) => each.scopeSpans.flatMap(({ spans }) => spans))
  expect(spans.map(({ traceId }) => traceId)).toEqual([id, id, id, id])
  const headers = { accept: 'application/protobuf' }
  const bytes = Buffer.from(await (await app.request(`/tempo/traces/${id}`, { headers })).arrayBuffer())
  const wrapped = Buffer.from(await (await app.request(`/tempo/v2/traces/${id}`, { headers })).arrayBuffer())
  expect(bytes.includes(Buffer.from(id, 'hex'))).toBe(true)
  expect(wrapped.includes(bytes)).toBe(true)
  expect((await app.request('/tempo/traces/fff')).status).toBe(404)
  expect(await (await app.request('/tempo/echo')).text()).toBe('echo')
})
