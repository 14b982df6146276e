import { describe, expect, test } from 'vitest'
import { sdkForTests } from './sdk-for-tests.ts'

const { folder, collector } = await sdkForTests()

const head = `import { start, log, trace, meter, flush } from 'wakeline'
start({ serviceName: 'dying', batchDelayMs: 60000 })
meter.counter('steps').add(1)
await trace('first', async () => log.info('first line'))
`

interface Death {
  readonly program: string
  readonly code: number | null
  readonly signal?: string
  readonly stderr?: RegExp
  /** Also recorded as the crash itself. */
  readonly crash?: string
}

const deaths: Record<string, Death> = {
  'a normal end': { program: head, code: 0 },
  'process.exit': { program: `${head}trace('open', () => process.exit(7))`, code: 7 },
  'process.exitCode': { program: `${head}process.exitCode = 3`, code: 3 },
  'a thrown error': {
    program: `${head}setTimeout(() => trace('open', () => { throw new TypeError('thrown here') }), 1)`,
    code: 1,
    stderr: /TypeError: thrown here/,
    crash: 'thrown here',
  },
  'an unhandled rejection': {
    program: `${head}trace('open', async () => { throw new Error('rejected here') })\nawait new Promise((r) => setTimeout(r, 5000))`,
    code: 1,
    stderr: /Error: rejected here/,
    crash: 'rejected here',
  },
  'a stack overflow': {
    program: `${head}setTimeout(() => { const f = () => f() + 1; f() }, 1)`,
    code: 1,
    stderr: /RangeError/,
    crash: 'Maximum call stack size exceeded',
  },
  SIGTERM: {
    program: `${head}console.log('kill me with SIGTERM'); setInterval(() => {}, 1000)`,
    code: null,
    signal: 'SIGTERM',
  },
  SIGINT: {
    program: `${head}console.log('kill me with SIGINT'); setInterval(() => {}, 1000)`,
    code: null,
    signal: 'SIGINT',
  },
  'SIGTERM, handled by the program': {
    program: `${head}process.on('SIGTERM', () => { log.info('closing'); process.exit(4) })\nconsole.log('kill me with SIGTERM'); setInterval(() => {}, 1000)`,
    code: 4,
  },
}

describe('the last words arrive', () => {
  test.each(Object.entries(deaths))('%s', async (_, death) => {
    const ended = await folder.run({ 'dying.mjs': death.program }, ['dying.mjs'], { WAKELINE_ENDPOINT: collector.url })
    expect([ended.code, ended.signal]).toEqual([death.code, death.signal ?? null])
    expect(ended.stderr).toMatch(death.stderr ?? /^$/)
    expect(collector.spans.map((span) => span.name)).toContain('first')
    expect(collector.logs.map((line) => line.body)).toContain('first line')
    expect(collector.points.find((point) => point.metric === 'steps')?.value).toBe(1)
    expect(ended.stdout).toContain('"msg":"first line"')
    if (death.program.includes('closing')) expect(collector.logs.map((line) => line.body)).toContain('closing')
    if (death.program.includes("trace('open'")) expect(collector.spans.map((span) => span.name)).toContain('open')
    if (death.crash !== undefined) {
      const crash = collector.logs.find((line) => line.body === 'uncaught exception')
      expect(crash).toMatchObject({ severity: 21, attributes: { 'exception.message': death.crash } })
      expect(ended.stdout).toContain('"msg":"uncaught exception"')
    }
  })

  // The middleware makes span, series and line of a request at the end of the turn it ended in: here there is none.
  test.each(['process.exit(6)', "throw new Error('after the answer')"])(
    'a request that ended in the turn of %s is told of, whole',
    async (end) => {
      const program = `${head}const { createServer, get } = await import('node:http')
const { requests } = await import('wakeline/http')
const middleware = requests()
const server = createServer((request, response) => middleware(request, response, () => {
  response.on('finish', () => { ${end} })
  response.end('x')
}))
server.listen(0, () => get({ port: server.address().port, path: '/last' }))`
      const ended = await folder.run({ 'd.mjs': program }, ['d.mjs'], { WAKELINE_ENDPOINT: collector.url })
      expect(ended.code).toBe(end.startsWith('throw') ? 1 : 6)
      const served = collector.spans.find((span) => span.kind === 2)
      expect(served).toMatchObject({
        status: { code: 0 },
        attributes: { 'url.path': '/last', 'http.response.status_code': 200 },
      })
      expect(ended.stdout).toContain('"msg":"request completed"')
      const duration = collector.points.filter((point) => point.metric === 'http.server.request.duration')
      expect(duration.map((point) => point.attributes['http.response.status_code'])).toContain(200)
    },
  )

  // Thrown through the request's context, an error ends the process outside of it.
  test.each([
    ['throws', "throw new RangeError('no answer')", 'no answer'],
    ['throws in a span', "trace('inner', () => { throw new RangeError('no answer') })", 'no answer'],
    ['calls itself', 'const f = () => f() + 1; f()', 'Maximum call stack size exceeded'],
  ])('a handler that %s: its span and its line arrive, and belong to it', async (_, handler, message) => {
    const program = `${head}const { createServer, get } = await import('node:http')
const { requests } = await import('wakeline/http')
const middleware = requests()
const server = createServer((request, response) => middleware(request, response, () => { ${handler} }))
server.listen(0, () => get({ port: server.address().port, path: '/last', headers: { 'x-request-id': 'r1' } }).on('error', () => {}))`
    const ended = await folder.run({ 'e.mjs': program }, ['e.mjs'], { WAKELINE_ENDPOINT: collector.url })
    expect(ended.code).toBe(1)
    const served = collector.spans.find((span) => span.kind === 2)
    expect(served).toMatchObject({
      status: { code: 2, message },
      attributes: { 'url.path': '/last', 'error.type': 'RangeError' },
    })
    const lines = collector.logs.filter((line) => line.attributes['request_id'] === 'r1')
    expect(lines.map((line) => [line.body, line.traceId])).toEqual([
      ['uncaught exception', served?.traceId],
      ['request aborted', served?.traceId],
    ])
  })

  test('a backend that is away or hangs holds the process no longer than allowed', async () => {
    const away = await folder.run({ 'a.mjs': head }, ['a.mjs'], { WAKELINE_ENDPOINT: 'http://127.0.0.1:1' })
    expect(away).toMatchObject({ code: 0 })
    for (let i = 0; i < 20; i++) collector.answers.push({ status: 200, hang: true })
    const env = { WAKELINE_ENDPOINT: collector.url, WAKELINE_EXIT_TIMEOUT_MS: '300' }
    const hanging = await folder.run({ 'b.mjs': `${head}process.exit(5)` }, ['b.mjs'], env)
    collector.answers.length = 0
    expect(hanging).toMatchObject({ code: 5 })
    expect(hanging.durationMs).toBeLessThan(5_000)
    expect(hanging.stderr).toContain('Cannot send the last telemetry')
  })

  test('the SDK alone does not keep a process alive', async () => {
    const program = `${head}const { createServer } = await import('node:http')\nconst s = createServer(); s.listen(0, () => s.close())`
    const ended = await folder.run({ 'c.mjs': program }, ['c.mjs'], { WAKELINE_ENDPOINT: collector.url })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('both module faces', () => {
  test('share one state, whichever comes first', async () => {
    const cjs = `const w = require('wakeline'); module.exports = (run) => w.trace('from cjs', run); module.exports.start = w.start`
    const esm = `import { createRequire } from 'node:module'
import { start, trace, log } from 'wakeline'
const inCjs = createRequire(import.meta.url)('./face.cjs')
inCjs.start({ serviceName: 'faces' })
trace('from esm', () => inCjs(() => log.info('inside both')))
start()`
    const ended = await folder.run({ 'face.cjs': cjs, 'face.mjs': esm }, ['face.mjs'], {
      WAKELINE_ENDPOINT: collector.url,
    })
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.stderr).toContain('start() was called twice')
    const [outer, inner] = ['from esm', 'from cjs'].map((name) => collector.spans.find((span) => span.name === name))
    expect(inner?.parentSpanId).toBe(outer?.spanId)
    expect(collector.logs).toMatchObject([{ spanId: inner?.spanId }])
  })

  test.each([['--import'], ['--require']])('node %s wakeline/register: options from the environment', async (flag) => {
    const program = `import { createServer, get } from 'node:http'
const server = createServer((_, res) => res.end('x')).listen(0, '127.0.0.1', () => {
  get({ host: '127.0.0.1', port: server.address().port, path: '/p' }, (res) => { res.resume(); res.on('end', () => server.close()) })
})`
    const ended = await folder.run({ 'app.mjs': program }, [flag, 'wakeline/register', 'app.mjs'], {
      OTEL_SERVICE_NAME: 'by-env',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,team=a%20b',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=blue',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const server = collector.spans.find((span) => span.kind === 2)
    const client = collector.spans.find((span) => span.kind === 3)
    expect(server).toMatchObject({ parentSpanId: client?.spanId, attributes: { 'url.path': '/p' } })
    expect(server?.resource).toMatchObject({
      'service.name': 'by-env',
      team: 'a b',
      'deployment.environment.name': 'test',
    })
    expect(collector.requests[0]?.headers).toMatchObject({ 'x-team': 'blue', 'content-encoding': 'gzip' })
  })
})
