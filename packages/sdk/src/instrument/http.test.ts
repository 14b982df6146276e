import { Agent, createServer, get, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { activeSpan, flush, log, start, stop, trace } from '../index.ts'
import { listen } from '../testing/listen.ts'
import { type OtlpCollector, type SeenSpan, startOtlpCollector, until } from '../testing/otlp-collector.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

let collector: OtlpCollector
let front: Service
let back: Service

interface Service {
  url: string
  port: number
  server: Server
  handle: Handler
}

async function startService(): Promise<Service> {
  const service: Partial<Service> & { handle: Handler } = { handle: (_, response) => response.end() }
  const server = createServer((incoming, response) => service.handle(incoming, response))
  const port = await listen(server)
  return Object.assign(service, { server, port, url: `http://127.0.0.1:${port}` })
}

beforeAll(async () => {
  collector = await startOtlpCollector()
  // Created before start(), as in a program that loads the SDK late.
  front = await startService()
  back = await startService()
  start({
    serviceName: 'front',
    endpoint: collector.url,
    logOutput: 'none',
    instrument: { process: false },
    batchDelayMs: 50,
  })
})

beforeEach(async () => {
  await flush()
  collector.spans.length = 0
  collector.logs.length = 0
  collector.points.length = 0
})

afterAll(async () => {
  await stop()
  for (const service of [front, back]) service.server.closeAllConnections()
  for (const service of [front, back]) service.server.close()
  await collector.stop()
})

/** Spans other than the collector's own, which lives in this process. */
function seen(): SeenSpan[] {
  return collector.spans.filter((span) => !String(span.attributes['url.path']).startsWith('/v1/'))
}

async function spansOf(count: number): Promise<SeenSpan[]> {
  await until(`${count} spans`, () => seen().length >= count)
  return seen()
}

function body(message: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    message.on('data', (part) => {
      text += String(part)
    })
    message.on('end', () => resolve(text))
  })
}

const clients: [string, (url: string) => Promise<unknown>][] = [
  ['fetch', async (url) => (await fetch(url)).text()],
  ['http.get', (url) => new Promise((resolve) => get(url, (response) => resolve(body(response))))],
  [
    'http.request with a list of headers',
    (url) =>
      new Promise((resolve) => {
        request(url, { headers: ['x-one', '1', 'host', 'x'] as never }, (response) => resolve(body(response))).end()
      }),
  ],
]

describe('a request through two services', () => {
  test.each(clients)('%s: one trace, each span under its caller', async (_, call) => {
    let headers: IncomingMessage['headers'] = {}
    back.handle = (incoming, response) => {
      headers = incoming.headers
      response.end('ok')
    }
    front.handle = async (_incoming, response) => {
      await call(`${back.url}/stock?token=abc&n=1`)
      response.end('done')
    }
    const incoming = {
      traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`,
      tracestate: 'vendor=1',
      baggage: 'user=7',
    }
    await new Promise((resolve) =>
      get(`${front.url}/buy`, { headers: incoming }, (response) => resolve(body(response))),
    )
    const spans = await spansOf(3)
    const server = spans.find((span) => span.attributes['url.path'] === '/buy' && span.kind === 2)
    const client = spans.find((span) => span.kind === 3)
    const inner = spans.find((span) => span.attributes['url.path'] === '/stock' && span.kind === 2)
    expect(server).toMatchObject({
      traceId: 'ab'.repeat(16),
      parentSpanId: 'cd'.repeat(8),
      traceState: 'vendor=1',
      flags: 0x301,
    })
    expect(client).toMatchObject({ traceId: server?.traceId, parentSpanId: server?.spanId })
    expect(inner).toMatchObject({ traceId: server?.traceId, parentSpanId: client?.spanId })
    expect(headers).toMatchObject({ tracestate: 'vendor=1', baggage: 'user=7' })
    expect(client?.attributes).toMatchObject({ 'http.request.method': 'GET', 'http.response.status_code': 200 })
    expect(String(client?.attributes['url.full'])).toMatch(/\/stock\?token=\[redacted\]&n=1$/)
    expect(inner?.attributes).toMatchObject({
      'url.query': 'token=[redacted]&n=1',
      'http.response.status_code': 200,
      'url.scheme': 'http',
    })
  })
})

test('concurrent requests on kept-alive connections never see each other', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  front.handle = async (incoming, response) => {
    const span = activeSpan()
    const text = await body(incoming)
    await new Promise((resolve) => setTimeout(resolve, Number(text) % 7))
    log.info('handled', { path: incoming.url, same: activeSpan() === span })
    response.end(text)
  }
  const calls = Array.from({ length: 120 }, (_, i) => {
    return new Promise((resolve) => {
      request(`${front.url}/item/${i}`, { agent, method: 'POST' }, (response) => resolve(body(response))).end(String(i))
    })
  })
  await Promise.all(calls)
  agent.destroy()
  const server = (await spansOf(240)).filter((span) => span.kind === 2)
  await until('the lines', () => collector.logs.length === 120)
  const pathOf = new Map(server.map((span) => [span.spanId, span.attributes['url.path']]))
  for (const line of collector.logs) {
    expect(pathOf.get(line.spanId)).toBe(line.attributes['path'])
    expect(line.attributes['same']).toBe(true)
  }
})

describe('what a server span says', () => {
  const outcomes: [string, Handler, Record<string, unknown>, number][] = [
    ['ok', (_, response) => response.end(), { 'http.response.status_code': 200 }, 0],
    ['404', (_, response) => response.writeHead(404).end(), { 'http.response.status_code': 404 }, 0],
    [
      '500',
      (_, response) => response.writeHead(500).end(),
      { 'http.response.status_code': 500, 'error.type': '500' },
      2,
    ],
    [
      'streamed',
      async (_, response) => {
        response.writeHead(206).write('a')
        await new Promise((resolve) => setTimeout(resolve, 5))
        response.end('b')
      },
      { 'http.response.status_code': 206 },
      0,
    ],
    [
      'express route',
      (incoming, response) => {
        Object.assign(incoming, { route: { path: '/:id' }, baseUrl: '/users/42/orders', params: { id: '7' } })
        response.end()
      },
      { 'http.route': '/users/:id/orders/:id' },
      0,
    ],
  ]
  test.each(outcomes)('%s', async (_, handle, attributes, status) => {
    front.handle = handle
    await new Promise((resolve) =>
      get(`${front.url}/users/42/orders/7`, { headers: { 'user-agent': 'test' } }, (response) =>
        resolve(body(response)),
      ),
    )
    const server = (await spansOf(2)).find((span) => span.kind === 2)
    expect(server?.attributes).toMatchObject({
      ...attributes,
      'user_agent.original': 'test',
      'server.address': '127.0.0.1',
    })
    expect(server?.status.code).toBe(status)
    expect(server?.name).toBe(attributes['http.route'] === undefined ? 'GET' : 'GET /users/:id/orders/:id')
    await flush()
    const point = collector.points.find(
      (p) =>
        p.metric === 'http.server.request.duration' &&
        Object.entries(attributes).every(([k, v]) => p.attributes[k] === v),
    )
    expect(point).toMatchObject({ unit: 's', kind: 'histogram' })
  })

  test('a caller that hangs up ends the span too', async () => {
    front.handle = () => {}
    const socket = connect(front.port, '127.0.0.1')
    socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n')
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    const [span] = await spansOf(1)
    expect(span).toMatchObject({
      kind: 2,
      status: { code: 0 },
      attributes: { 'url.path': '/slow', 'error.type': 'ECONNRESET' },
    })
    expect(span?.attributes['http.response.status_code']).toBeUndefined()
  })

  test('a method nobody knows makes no series of its own', async () => {
    front.handle = (_, response) => response.end()
    await new Promise((resolve) =>
      request(`${front.url}/`, { method: 'PROPFIND' }, (response) => resolve(body(response))).end(),
    )
    const server = (await spansOf(2)).find((span) => span.kind === 2)
    expect(server).toMatchObject({
      name: '_OTHER',
      attributes: { 'http.request.method': '_OTHER', 'http.request.method_original': 'PROPFIND' },
    })
  })
})

test('listeners of a request, its response and its body run in its context', async () => {
  const found: (string | undefined)[] = []
  const look = () => found.push(activeSpan()?.spanId)
  front.handle = (incoming, response) => {
    look()
    incoming.on('data', look)
    incoming.on('end', () => {
      look()
      response.on('finish', look).on('close', look)
      response.end()
    })
  }
  await new Promise((resolve) => request(front.url, { method: 'PUT' }, (response) => resolve(body(response))).end('x'))
  await until('the listeners', () => found.length === 5)
  expect(found[0]).toBeDefined()
  expect(new Set(found).size).toBe(1)
})

test('requests that were sent together have a context each, their events too', async () => {
  const found: Record<string, (string | undefined)[]> = { '/a': [], '/b': [] }
  front.handle = (incoming, response) => {
    const look = () => found[incoming.url ?? '']?.push(activeSpan()?.spanId)
    look()
    response.on('finish', look).on('close', look)
    setTimeout(() => response.end(), incoming.url === '/a' ? 20 : 0)
  }
  const socket = connect(front.port, '127.0.0.1')
  socket.resume().write(['/a', '/b'].map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''))
  await until('both answers', () => Object.values(found).flat().length === 6)
  socket.destroy()
  const [first, second] = [new Set(found['/a']), new Set(found['/b'])]
  expect([first.size, second.size, new Set([...first, ...second]).size]).toEqual([1, 1, 2])
  expect([...first, ...second]).not.toContain(undefined)
})

test('of events nobody hears, only an error makes itself heard', async () => {
  const found: unknown[] = []
  front.handle = (incoming, response) => {
    found.push(response.emit('unheard'), incoming.emit('unheard', 1))
    try {
      incoming.emit('error', new Error('heard'))
    } catch (thrown) {
      found.push(Object(thrown).message)
    }
    response.end()
  }
  await fetch(front.url)
  expect(found).toEqual([false, false, 'heard'])
})

test('a request that is handed on keeps what is in force where it was, and is in its own context there', async () => {
  const other = await startService()
  const spans: Record<string, string | undefined> = {}
  other.handle = (_, response) => {
    spans['handed on'] = activeSpan()?.spanId
    response.end()
  }
  front.handle = (incoming, response) => {
    spans['request'] = activeSpan()?.spanId
    trace('inner', (span) => {
      other.server.emit('request', incoming, response)
      front.handle = () => {
        spans['again'] = activeSpan()?.spanId
      }
      front.server.emit('request', incoming, response)
      spans['behind'] = activeSpan() === span ? 'inner' : activeSpan()?.spanId
    })
  }
  await fetch(front.url)
  other.server.close()
  expect(spans['behind']).toBe('inner')
  expect(spans['again']).toBe(spans['request'])
})

test('a client that is refused says why', async () => {
  const gone = await startService()
  gone.server.close()
  await trace('outer', async () => {
    await fetch(gone.url).catch(() => {})
    await new Promise((resolve) => get(gone.url).on('error', resolve))
  })
  const spans = (await spansOf(3)).filter((span) => span.kind === 3)
  expect(spans.map((span) => [span.attributes['error.type'], span.status.code])).toEqual([
    ['ECONNREFUSED', 2],
    ['ECONNREFUSED', 2],
  ])
})

test('the SDK does not trace its own exports', async () => {
  trace('one', () => 1)
  await flush()
  await flush()
  expect(collector.spans.filter((span) => span.kind === 3)).toEqual([])
})
