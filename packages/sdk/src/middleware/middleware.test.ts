import { once } from 'node:events'
import { createServer as createPlainServer, request as httpRequest } from 'node:http'
import { connect, createServer } from 'node:http2'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as forExpress from '../express.ts'
import * as forFastify from '../fastify.ts'
import * as forHono from '../hono.ts'
import { requests, withRequest } from '../http.ts'
import { flush, log, start, stop } from '../index.ts'
import { collectorForTests } from '../testing/collector-for-tests.ts'
import { listen } from '../testing/listen.ts'
import { type App, apps } from './framework-apps.ts'

const collector = await collectorForTests()
const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

const line = async (message: string) => {
  for (let i = 0; i < 100; i++) {
    await flush()
    const found = collector.logs.find((record) => record.body === message)
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`no line "${message}" among ${collector.logs.map((record) => record.body).join(', ')}`)
}

/** The client of a request that goes away before there is an answer. */
const abandon = (url: string) =>
  new Promise<void>((resolve) => {
    const asked = httpRequest(url)
    asked.on('error', () => resolve()).end()
    setTimeout(() => asked.destroy(), 50)
  })

describe.each([
  ['with the instrumentation of node:http', true],
  ['without it', false],
])('%s', (_, httpServer) => {
  beforeAll(() => {
    const instrument = { process: false, fetch: false, httpClient: false, httpServer }
    start({ endpoint: collector.url, logOutput: 'none', instrument })
  })
  afterAll(stop)

  describe.each(Object.keys(apps))('%s', (name) => {
    let app: App
    beforeAll(async () => {
      app = (await apps[name]?.({ startLine: true })) ?? Promise.reject(new Error(name))
    })
    afterAll(() => app.stop())

    test('ids come from the headers, are on every line, and are echoed', async () => {
      const ids = { 'x-request-id': 'r-1', 'x-user-id': 'u-1', 'x-correlation-id': 'c-1', traceparent: parent }
      const response = await fetch(`${app.url}/orders/42?token=abc&q=1`, { headers: { ...ids, 'user-agent': 'test' } })
      expect([response.status, await response.text()]).toEqual([200, 'order 42'])
      expect([response.headers.get('x-request-id'), response.headers.get('x-correlation-id')]).toEqual(['r-1', 'c-1'])
      const completed = await line('request completed')
      const bound = { request_id: 'r-1', user_id: 'u-1', correlation_id: 'c-1' }
      expect((await line('request started')).attributes).toMatchObject(bound)
      expect((await line('in the handler')).attributes).toEqual(bound)
      expect(completed.attributes).toMatchObject({
        ...bound,
        cart: 3,
        id: '42',
        'http.request.method': 'GET',
        'url.path': '/orders/42',
        'url.query': 'token=[redacted]&q=1',
        'http.response.status_code': 200,
        'user_agent.original': 'test',
        'client.address': expect.stringMatching(/127\.0\.0\.1$/),
        duration_seconds: expect.any(Number),
        ...(name === 'node:http' ? {} : { 'http.route': '/orders/:id' }),
      })
      expect(completed.severityText).toBe('info')
      const traces = collector.logs.map((record) => record.traceId)
      expect(new Set(traces)).toEqual(new Set(['4bf92f3577b34da6a3ce929d0e0e4736']))
      if (httpServer && name !== 'node:http')
        expect(collector.spans.find((span) => span.attributes['url.path'] === '/orders/42')).toMatchObject({
          name: 'GET /orders/:id',
          attributes: { 'http.route': '/orders/:id' },
        })
    })

    test('ids are made when absent, and instead of hostile ones', async () => {
      const hostile = { 'x-request-id': 'a b<script>', 'x-user-id': 'x'.repeat(200), 'x-correlation-id': '{"a":1}' }
      const response = await fetch(`${app.url}/orders/1`, { headers: hostile })
      const { attributes } = await line('request completed')
      expect(attributes).toMatchObject({ request_id: uuid, correlation_id: attributes['request_id'] })
      expect(attributes).not.toHaveProperty('user_id')
      expect(response.headers.get('x-request-id')).toBe(attributes['request_id'])
      collector.logs.length = 0
      await fetch(`${app.url}/orders/1`)
      expect((await line('request completed')).attributes['request_id']).not.toBe(attributes['request_id'])
    })

    test('a stream has its own status', async () => {
      const response = await fetch(`${app.url}/stream`)
      expect([response.status, await response.text()]).toEqual([201, 'abc'])
      expect((await line('request completed')).attributes['http.response.status_code']).toBe(201)
    })

    test('what a handler throws is a 500 with the error on the line', async () => {
      const failed = await fetch(`${app.url}/fail`, { headers: { 'x-request-id': 'r-3' } })
      expect([failed.status, failed.headers.get('x-request-id')]).toEqual([500, 'r-3'])
      const { severityText, attributes } = await line('request completed')
      expect([severityText, attributes['http.response.status_code']]).toEqual(['error', 500])
      if (name !== 'node:http') expect(attributes['exception.message']).toBe('broken')
    })

    test('a caller that went away is said, with no status made up', async () => {
      await abandon(`${app.url}/hang`)
      const { severityText, attributes } = await line('request aborted')
      expect([severityText, attributes['http.response.status_code']]).toEqual(['warn', undefined])
    })

    test('what is unknown is a 404 without a route', async () => {
      expect((await fetch(`${app.url}/nowhere/42`)).status).toBe(404)
      const { attributes } = await line('request completed')
      expect([attributes['http.response.status_code'], attributes['http.route']]).toEqual([404, undefined])
    })

    test('after the body the line still belongs to the request', async () => {
      const init = { method: 'POST', body: 'hello', headers: { 'content-type': 'text/plain', 'x-request-id': 'r-2' } }
      expect(await (await fetch(`${app.url}/echo`, init)).text()).toBe('5')
      const afterBody = await line('after the body')
      // Without the instrumentation, listeners on a raw request run where its socket does.
      if (httpServer || name !== 'node:http') expect(afterBody.attributes['request_id']).toBe('r-2')
      expect((await line('request completed')).attributes['http.request.body.size']).toBe(5)
    })

    test('probes are answered, without a line', async () => {
      const response = await fetch(`${app.url}/readyz`)
      expect([response.status, await response.json()]).toEqual([200, { status: 'healthy' }])
      await flush()
      expect(collector.logs).toEqual([])
    })

    test('concurrent requests keep apart', async () => {
      const ids = Array.from({ length: 20 }, (_, i) => `r${i}`)
      await Promise.all(ids.map((id) => fetch(`${app.url}/orders/${id}`, { headers: { 'x-request-id': id } })))
      const completed = () => collector.logs.filter((record) => record.body === 'request completed')
      await expect.poll(() => flush().then(() => completed().length)).toBe(20)
      for (const { attributes } of completed()) expect(attributes['id']).toBe(attributes['request_id'])
    })
  })

  test('work of another kind has ids and one line too', async () => {
    const job = async () => {
      log.set({ rows: 3 })
      log.info('inside')
      return 'done'
    }
    expect(await withRequest('import', { requestId: 'job-1', attributes: { queue: 'mail' } }, job)).toBe('done')
    await expect(withRequest('import', {}, async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect((await line('inside')).attributes['request_id']).toBe('job-1')
    const found = { request_id: 'job-1', queue: 'mail', rows: 3, operation: 'import', outcome: 'ok' }
    expect((await line('import completed')).attributes).toMatchObject(found)
    expect((await line('import failed')).attributes).toMatchObject({ outcome: 'error', 'exception.message': 'no' })
  })

  test.each(['nest on express', 'nest on fastify'])('%s names the method of the controller', async (name) => {
    const app = (await apps[name]?.({})) ?? (await Promise.reject(new Error(name)))
    await fetch(`${app.url}/orders/1`)
    expect((await line('request completed')).attributes).toMatchObject({
      'code.function.name': 'Orders.order',
      'http.route': '/orders/:id',
    })
    await app.stop()
  })

  const refused = async (url: string) => {
    const init = { method: 'POST', body: '{bad', headers: { 'content-type': 'application/json' } }
    expect((await fetch(url, init)).status).toBe(400)
    const { severityText, attributes } = await line('request completed')
    expect([severityText, attributes['exception.type']]).toEqual(['info', undefined])
  }

  test('a body that cannot be read is an answer of Express, not a failure', async () => {
    const app = express().use(forExpress.requests(), express.json(), forExpress.requestErrors())
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    await refused(`http://127.0.0.1:${Reflect.get(Object(server.address()), 'port')}`)
    server.close()
  })

  test('a body that cannot be read is an answer of Fastify, not a failure', async () => {
    const app = fastify()
    await app.register(forFastify.requests())
    app.post('/', async () => 'hi')
    await refused(await app.listen({ port: 0, host: '127.0.0.1' }))
    await app.close()
  })

  test('fastify without a server, as in its tests, is observed all the same', async () => {
    const app = fastify()
    await app.register(forFastify.requests())
    app.get('/hello', async () => 'hi')
    await app.inject('/hello')
    expect((await line('request completed')).attributes).toMatchObject({ 'http.response.status_code': 200 })
    await app.close()
  })

  test('over HTTP/2 too', async () => {
    const observed = requests()
    const server = createServer((request, response) =>
      observed(request, response, () => (request.url === '/hang' ? undefined : response.end('hi'))),
    )
    const client = connect(`http://127.0.0.1:${await listen(server)}`)
    const hello = client.request({ ':path': '/hello', 'x-request-id': 'r-4' })
    const [headers] = await once(hello, 'response')
    expect(headers).toMatchObject({ ':status': 200, 'x-request-id': 'r-4' })
    expect((await line('request completed')).attributes).not.toHaveProperty('http.response.size')
    const hanging = client.request({ ':path': '/hang' })
    await once(server, 'request')
    hanging.close()
    expect((await line('request aborted')).attributes).not.toHaveProperty('http.response.status_code')
    client.close()
    server.close()
  })

  test.each([
    ['nothing', () => {}, 'r-3'],
    ['looks at what is bound', () => log.info('inside'), 'r-3'],
    ['takes it away', () => log.clearContext(), undefined],
    ['binds another', () => log.setContext({ request_id: 'mine' }), 'mine'],
  ])('a handler that does %s: the line has the id that is bound in the end', async (_name, handle, id) => {
    const observed = requests()
    const server = createPlainServer((request, response) =>
      observed(request, response, () => {
        handle()
        response.end()
      }),
    )
    const port = await listen(server)
    await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-request-id': 'r-3' } })
    expect((await line('request completed')).attributes['request_id']).toBe(id)
    server.closeAllConnections()
    server.close()
  })

  test('hono without a server, as in its tests, is observed all the same', async () => {
    const app = new Hono()
    app.use(forHono.requests({ ignore: (path) => path === '/quiet' }))
    app.get('/hello/:name', (c) => c.text('hi'))
    app.get('/quiet', (c) => c.text('hi'))
    await app.request('/quiet')
    const response = await app.request('/hello/you', { headers: { 'x-request-id': 'r-9' } })
    expect(response.headers.get('x-request-id')).toBe('r-9')
    expect((await line('request completed')).attributes).toMatchObject({
      'http.route': '/hello/:name',
      request_id: 'r-9',
    })
    expect(collector.logs).toHaveLength(1)
  })
})
