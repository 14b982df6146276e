import { type ChildProcess, spawn } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listen } from '../packages/sdk/src/testing/listen.ts'
import { until } from '../packages/sdk/src/testing/otlp-collector.ts'
import { installPeers } from './install-peers.ts'
import { sdkForTests } from './sdk-for-tests.ts'
import { freePort } from './server.ts'

/** Programs and libraries of others, as published: what we send they read, what they do we see. */
const { folder, collector } = await sdkForTests()
const peers = installPeers('sdk')

beforeAll(async () => {
  const root = new URL('../node_modules/', import.meta.url).pathname
  const links = [
    [root, '@opentelemetry'],
    [join(peers, 'node_modules'), 'ioredis'],
    [join(peers, 'node_modules'), '@redis'],
    [join(peers, 'node_modules'), 'pino'],
  ] as const
  for (const [from, name] of links) await symlink(join(from, name), join(folder.path, 'node_modules', name))
})

const named = (name: string) => collector.spans.find((span) => span.name === name)

interface MockServer {
  readonly httpUrl: string
  start(): Promise<void>
  close(): Promise<void>
}
interface Received {
  readonly traces: unknown[]
  readonly logs: unknown[]
  readonly metrics: unknown[]
}

describe('@elastic/mockotlpserver takes our exports', () => {
  test.each([['http/protobuf'], ['http/json']])('%s', async (protocol) => {
    const received: Received = { traces: [], logs: [], metrics: [] }
    const { MockOtlpServer } = createRequire(join(peers, 'package.json'))('@elastic/mockotlpserver') as {
      MockOtlpServer: new (options: object) => MockServer
    }
    const server = new MockOtlpServer({
      services: ['http'],
      httpHostname: '127.0.0.1',
      httpPort: 0,
      logLevel: 'fatal',
      onTrace: (trace: unknown) => received.traces.push(trace),
      onLogs: (logs: unknown) => received.logs.push(logs),
      onMetrics: (metrics: unknown) => received.metrics.push(metrics),
    })
    await server.start()
    const program = `import { start, log, trace, meter } from 'wakeline'
start({ serviceName: 'sender', logOutput: 'none' })
meter.counter('sent').add(3, { k: 'v' })
trace('work', { list: [1, 'a'], big: 2n ** 60n }, (span) => { span.addEvent('half'); log.warn('a line', { a: 1.5 }) })`
    const ended = await folder.run({ 'send.mjs': program }, ['send.mjs'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: server.httpUrl,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    })
    await until('all three signals', () => Object.values(received).every((list) => list.length > 0))
    await server.close()
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const text = JSON.stringify(received, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    for (const part of ['"work"', '"half"', '"a line"', '"sent"', String(2n ** 60n)]) expect(text).toContain(part)
  })
})

test('instrumentation-pino: its lines carry the ids and are exported once', async () => {
  const program = `const { start, trace } = require('wakeline')
start({ serviceName: 'pino', logOutput: 'none' })
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino')
registerInstrumentations({ instrumentations: [new PinoInstrumentation()] })
const logger = require('pino')()
trace('work', () => logger.warn({ a: 1 }, 'from pino'))`
  const ended = await folder.run({ 'pino.cjs': program }, ['pino.cjs'], { WAKELINE_ENDPOINT: collector.url })
  expect([ended.code, ended.stderr]).toEqual([0, ''])
  const span = named('work')
  expect(collector.logs).toMatchObject([
    { body: 'from pino', severity: 13, traceId: span?.traceId, spanId: span?.spanId, attributes: { a: 1 } },
  ])
  expect(JSON.parse(ended.stdout)).toMatchObject({ msg: 'from pino', trace_id: span?.traceId, span_id: span?.spanId })
})

/** A real Redis on a free port; undefined where it is not installed. */
async function startRedis(): Promise<{ port: number; child: ChildProcess } | undefined> {
  const port = await freePort()
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], { stdio: 'pipe' })
  let said = ''
  const ready = await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false))
    child.stdout.on('data', (part) => {
      said += String(part)
      if (/ready to accept/i.test(said)) resolve(true)
    })
  })
  return ready ? { port, child } : undefined
}

describe('clients of a real Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  beforeAll(async () => {
    redis = await startRedis()
    if (redis === undefined) console.error('SKIPPED: redis-server is not installed (apt-get install redis-server)')
  })
  afterAll(() => void redis?.child.kill())
  beforeEach((context) => {
    if (redis === undefined) context.skip()
  })

  const use = (before: string) => `const { start, trace } = require('wakeline')
start({ serviceName: 'redis', logOutput: 'none' })
${before}
const Redis = require('ioredis')
const redis = new Redis(Number(process.env.REDIS_PORT), '127.0.0.1', { lazyConnect: true })
async function main() {
  await redis.connect()
  await trace('request', async () => {
    await Promise.all([redis.set('key', 'a secret value'), trace('inner', () => redis.get('key'))])
    await redis.call('NOSUCHCOMMAND').catch(() => {})
  })
  redis.disconnect()
}
main()`
  const env = () => ({ WAKELINE_ENDPOINT: collector.url, REDIS_PORT: String(redis?.port) })

  test('ioredis, by the TracingChannel it publishes, with nothing installed for it', async () => {
    const ended = await folder.run({ 'a.cjs': use('') }, ['a.cjs'], env())
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    const [request, inner] = [named('request'), named('inner')]
    expect(named('SET')).toMatchObject({
      kind: 3,
      scope: 'wakeline/ioredis',
      parentSpanId: request?.spanId,
      attributes: { 'db.system.name': 'redis', 'db.query.text': 'SET key ?', 'server.address': '127.0.0.1' },
    })
    expect(named('GET')?.parentSpanId).toBe(inner?.spanId)
    expect(named('NOSUCHCOMMAND')).toMatchObject({ parentSpanId: request?.spanId, status: { code: 2 } })
    expect(named('redis connect')).toMatchObject({ kind: 3 })
    const durations = collector.points.filter((point) => point.metric === 'db.client.operation.duration')
    expect(durations.map((point) => point.attributes['db.operation.name'])).toEqual(
      expect.arrayContaining(['SET', 'GET', 'NOSUCHCOMMAND']),
    )
  })

  test('node-redis, by the TracingChannel it publishes', async () => {
    const program = `import { createClient } from '@redis/client'
import { start, trace } from 'wakeline'
start({ serviceName: 'redis', logOutput: 'none' })
const client = createClient({ url: 'redis://127.0.0.1:' + process.env.REDIS_PORT })
await client.connect()
await trace('request', async () => {
  await client.set('key', 'a secret value')
  await client.multi().get('key').get('other').exec()
})
await client.close()`
    const ended = await folder.run({ 'e.mjs': program }, ['e.mjs'], env())
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    const request = named('request')
    expect(named('SET')).toMatchObject({ parentSpanId: request?.spanId, attributes: { 'db.query.text': 'SET key ?' } })
    expect(named('MULTI')).toMatchObject({
      scope: 'wakeline/node-redis',
      parentSpanId: request?.spanId,
      attributes: { 'db.operation.batch.size': 2 },
    })
  })

  test('by instrumentation-ioredis: right parents, nothing twice', async () => {
    const instrumentation = `const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { IORedisInstrumentation } = require('@opentelemetry/instrumentation-ioredis')
registerInstrumentations({ instrumentations: [new IORedisInstrumentation()] })`
    const ended = await folder.run({ 'b.cjs': use(instrumentation) }, ['b.cjs'], env())
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    const commands = collector.spans.filter((span) => span.scope === '@opentelemetry/instrumentation-ioredis')
    const parents = new Map(commands.map((span) => [span.name.toLowerCase(), span.parentSpanId]))
    expect(parents.get('set')).toBe(named('request')?.spanId)
    expect(parents.get('get')).toBe(named('inner')?.spanId)
    expect(collector.spans.filter((span) => span.scope === 'wakeline/ioredis')).toEqual([])
  })
})

describe('several programs worth of set-up in one', () => {
  test('start() after stop() registers nothing twice, and other SDKs are said', async () => {
    const program = `const { start, stop, trace, flush } = require('wakeline')
const api = require('@opentelemetry/api')
async function main() {
  start({ serviceName: 'twice', logOutput: 'none' })
  const tracer = api.trace.getTracer('mine')
  await stop()
  start({ serviceName: 'twice', logOutput: 'none' })
  trace('ours', () => tracer.startSpan('theirs').end())
}
main()`
    const ended = await folder.run({ 'c.cjs': program }, ['c.cjs'], { WAKELINE_ENDPOINT: collector.url })
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    expect(named('theirs')?.parentSpanId).toBe(named('ours')?.spanId)
  })

  test.each([
    ['newer', '1.99.0'],
    ['older', '1.9.0'],
  ])('a %s second copy of @opentelemetry/api is said, and records', async (_, version) => {
    // Stands for a copy another package brought along: the same files under another version.
    const program = `const { cpSync, readFileSync, writeFileSync, realpathSync } = require('node:fs')
const { dirname, join } = require('node:path')
const home = dirname(dirname(dirname(realpathSync(require.resolve('@opentelemetry/api')))))
const other = join(__dirname, 'other', 'node_modules', '@opentelemetry', 'api')
cpSync(home, other, { recursive: true })
for (const file of ['package.json', 'build/src/version.js'])
  writeFileSync(join(other, file), readFileSync(join(other, file), 'utf8').replace(/1\\.9\\.\\d+/g, '${version}'))
const second = require(join(other, 'build', 'src', 'index.js'))
require('@opentelemetry/api')
const early = second.trace.getTracer('early')
const { start, trace } = require('wakeline')
start({ serviceName: 'copies', logOutput: 'none' })
trace('ours', () => {
  early.startSpan('early, of the second copy').end()
  second.trace.getTracer('second').startSpan('of the second copy').end()
})`
    const ended = await folder.run({ 'd.cjs': program }, ['d.cjs'], { WAKELINE_ENDPOINT: collector.url })
    expect(ended.code).toBe(0)
    expect(ended.stderr).toContain('2 copies of @opentelemetry/api are loaded: ')
    expect(ended.stderr).toContain(`${version} in `)
    for (const name of ['early, of the second copy', 'of the second copy'])
      expect(named(name)?.parentSpanId, name).toBe(named('ours')?.spanId)
  })
})

describe('other ways out', () => {
  const program = `import { start, trace } from 'wakeline'
start({ serviceName: 'others', logOutput: 'none' })
await trace('outer', { a: 1 }, async (span) => {
  span.addEvent('half', { b: 2 })
  try { trace('inner', () => { throw new TypeError('no') }) } catch {}
})`

  test('Zipkin', async () => {
    const bodies: string[] = []
    const { createServer: createHttpServer } = await import('node:http')
    const zipkin = createHttpServer(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part)
      bodies.push(`${request.headers['content-type']} ${Buffer.concat(parts).toString()}`)
      response.writeHead(202).end()
    })
    const port = await listen(zipkin)
    const ended = await folder.run({ 'z.mjs': program }, ['z.mjs'], {
      WAKELINE_ENDPOINT: collector.url,
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: `http://127.0.0.1:${port}/api/v2/spans`,
    })
    zipkin.close()
    expect([ended.code, ended.stderr, collector.spans.length]).toEqual([0, '', 0])
    const [type = '', json = ''] = bodies[0]?.split(/ (.*)/s) ?? []
    expect(type).toBe('application/json')
    const spans = JSON.parse(json)
    const outer = spans.find((span: { name: string }) => span.name === 'outer')
    expect(outer).toMatchObject({
      localEndpoint: { serviceName: 'others' },
      tags: { a: '1' },
      annotations: [{ value: '{"half":{"b":"2"}}' }],
    })
    expect(spans).toContainEqual(
      expect.objectContaining({
        name: 'inner',
        parentId: outer.id,
        tags: expect.objectContaining({ 'otel.status_code': 'ERROR', error: 'no' }),
      }),
    )
  })

  test('the console, with and without a backend', async () => {
    const alone = await folder.run({ 'k.mjs': program }, ['k.mjs'], {
      WAKELINE_ENDPOINT: collector.url,
      OTEL_TRACES_EXPORTER: 'console',
    })
    expect([alone.code, alone.stderr, collector.spans.length]).toEqual([0, '', 0])
    const lines = alone.stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).span)).toEqual(['inner', 'outer'])
    const both = await folder.run({ 'k.mjs': program }, ['k.mjs'], {
      WAKELINE_ENDPOINT: collector.url,
      OTEL_TRACES_EXPORTER: 'otlp,console',
    })
    expect(both.stdout.trim().split('\n')).toHaveLength(2)
    expect(collector.spans).toHaveLength(2)
  })

  test('propagation as the environment says, in and out of a real server', async () => {
    const server = `import { createServer, get } from 'node:http'
import { start } from 'wakeline'
start({ serviceName: 'b3', logOutput: 'none' })
const seen = []
const back = createServer((req, res) => { seen.push(req.headers); res.end() }).listen(0, '127.0.0.1', () => {
  const front = createServer((req, res) => {
    get({ host: '127.0.0.1', port: back.address().port }, (r) => { r.resume(); r.on('end', () => res.end()) })
  }).listen(0, '127.0.0.1', () => {
    const headers = { b3: '${'a'.repeat(32)}-${'b'.repeat(16)}-1', connection: 'close' }
    const { request } = process.getBuiltinModule('node:http')
    request({ host: '127.0.0.1', port: front.address().port, headers }, (r) => {
      r.resume()
      r.on('end', () => { console.log(JSON.stringify(seen)); front.close(); back.close() })
    }).end()
  })
})`
    const ended = await folder.run({ 'p.mjs': server }, ['p.mjs'], {
      WAKELINE_ENDPOINT: collector.url,
      OTEL_PROPAGATORS: 'b3,jaeger',
    })
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    const [headers] = JSON.parse(ended.stdout)
    expect(headers.b3).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}-1$/)
    expect(headers['uber-trace-id']).toMatch(/^[0-9a-f]{32}:[0-9a-f]{16}:0:01$/)
    expect(headers.traceparent).toBeUndefined()
  })
})

test('batches are numbered, so that a loss on the way can be seen', async () => {
  const program = `import { start, trace, flush } from 'wakeline'
start({ serviceName: 'numbered', logOutput: 'none', bufferMaxBytes: 8192 })
for (let i = 0; i < 3; i++) trace('a', () => 1)
await flush()
for (let i = 0; i < 1000; i++) trace('b', () => 1)
await flush()
trace('c', () => 1)`
  const ended = await folder.run({ 'n.mjs': program }, ['n.mjs'], { WAKELINE_ENDPOINT: collector.url })
  expect(ended.code).toBe(0)
  const batches = collector.requests.filter((request) => request.path === '/v1/traces').map(({ headers }) => headers)
  expect(new Set(batches.map((headers) => headers['wakeline-instance'])).size).toBe(1)
  expect(batches[0]?.['wakeline-instance']).toBe(collector.spans[0]?.resource['service.instance.id'])
  let next = 1
  for (const headers of batches) {
    expect(Number(headers['wakeline-first'])).toBe(next)
    next += Number(headers['wakeline-records'])
  }
  expect(next - 1).toBe(collector.spans.length)
  const full = Number(/full=(\d+)/.exec(String(batches.at(-1)?.['wakeline-dropped']))?.[1])
  expect(full).toBeGreaterThan(0)
  expect(next - 1 + full).toBe(1_004)
})
