import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedEndMs, seedStartMs, seedTraceId } from '../query/test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from '../query/test-world/world.case.ts'
import { type Api, type ApiOptions, type ApiParts, startApi } from './api.ts'
import { testApi } from './test-api.case.ts'

let world: TestWorld
let open: Api
let guarded: Api
let uiDirectory: string
let shared: ApiParts & ApiOptions
const reported: unknown[] = []

beforeAll(async () => {
  world = await openSeededWorld()
  uiDirectory = mkdtempSync(join(tmpdir(), 'wakeline-ui-'))
  mkdirSync(join(uiDirectory, 'assets'))
  writeFileSync(
    join(uiDirectory, 'index.html'),
    '<!doctype html><script>theme()</script><script src="/assets/a-1.js"></script>',
  )
  writeFileSync(join(uiDirectory, 'assets', 'a-1.js'), `export const text = "${'x'.repeat(10_000)}"`)
  shared = { ...testApi(world.query), report: (error) => reported.push(error) }
  open = await startApi({ ...shared, uiDirectory })
  guarded = await startApi({ ...shared, token: 'secret' })
})
afterAll(async () => {
  await open.stop()
  await guarded.stop()
  await world.close()
  rmSync(uiDirectory, { recursive: true })
  expect(reported).toEqual([])
})

const get = (api: Api, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${api.url}${path}`, { headers })
const range = `from=${seedStartMs}&to=${seedEndMs}`

describe('the API answers', () => {
  test.each([
    ['services', { services: { length: 4 }, stepMs: 60_000 }],
    ['services/web', { service: 'web', operationsTotal: 1 }],
    ['traces?q=status:error&order=slowest&limit=3', { traces: { length: 3 } }],
    ['logs?q=card%20declined&limit=5', { records: { length: 5 } }],
    ['logs/histogram?q=level:error', { total: 20 }],
    ['metrics?search=QUEUE', { metrics: { length: 1 } }],
    ['metrics/labels?metric=requests', { labels: { length: 4 } }],
    ['metrics/range?metric=requests&by=service&by=route&filter=service:web', { aggregation: 'rate', seriesTotal: 1 }],
    ['keys?signal=spans&prefix=http', { items: { length: 2 } }],
    ['values?signal=logs&key=service', { items: { length: 2 } }],
  ])('%s', async (path, expected) => {
    const response = await get(open, `/api/v1/${path}${path.includes('?') ? '&' : '?'}${range}`)
    const answer: unknown = await response.json()
    expect([response.status, answer]).toMatchObject([
      200,
      { ...withLengths(expected), cost: { sql: expect.any(Array) } },
    ])
  })

  function withLengths(expected: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(expected).map(([key, value]) => [
        key,
        typeof value === 'object' ? expect.objectContaining(value ?? {}) : value,
      ]),
    )
  }

  test('a trace by its id alone', async () => {
    const response = await get(open, `/api/v1/traces/${seedTraceId(2).toUpperCase()}`)
    expect(await response.json()).toMatchObject({ spansTotal: 4, traceId: seedTraceId(2) })
  })

  test.each([
    ['a browser, which may be at the other end of a tunnel', { 'sec-fetch-site': 'same-origin' }, 'gzip'],
    ['a proxy', { 'x-forwarded-for': '192.0.2.1' }, 'gzip'],
    ['a program on this machine', {}, null],
  ])('large answers to %s, compressed where that pays', async (_, headers, expected) => {
    const response = await get(open, `/api/v1/logs?${range}`, { 'accept-encoding': 'gzip', ...headers })
    expect(response.headers.get('content-encoding')).toBe(expected)
    expect(response.headers.get('vary')).toBe('Accept-Encoding')
    expect(await response.json()).toHaveProperty('records')
  })
})

describe('the API refuses', () => {
  test.each([
    ['logs?from=yesterday', 400, 'invalid_request', /"from" is a time in Unix milliseconds/],
    ['logs?from=2&to=1', 400, 'invalid_request', /"from" is before "to"/],
    ['logs?limit=0', 400, 'invalid_request', /"limit" is a whole number from 1 to 5000/],
    ['logs?order=up', 400, 'invalid_request', /"order" is one of newest, oldest/],
    ['logs?quary=x', 400, 'invalid_request', /no parameter "quary"/],
    ['logs?q=a&q=b', 400, 'invalid_request', /"q" is given more than once/],
    ['logs?q=level:loud', 400, 'invalid_query', /one of trace, debug/],
    ['logs?cursor=x', 400, 'invalid_request', /"cursor" is not one/],
    ['traces?cursor=MS4y', 400, 'invalid_request', /"cursor" is not one/],
    ['keys', 400, 'invalid_request', /"signal" is/],
    ['metrics/labels', 400, 'invalid_request', /"metric" is missing/],
    ['metrics/range?metric=nope', 404, 'not_found', /no such metric/],
    ['metrics/range?metric=queue&aggregation=rate', 400, 'invalid_request', /of a gauge is one of avg/],
    ['metrics/range?metric=queue&filter=x', 400, 'invalid_request', /key:value/],
    ['traces/123', 400, 'invalid_request', /32 hex digits/],
    [`traces/${'f'.repeat(32)}`, 404, 'not_found', /no span of it is stored/],
    ['nothing', 404, 'not_found', /nothing of this name/],
  ])('%s', async (path, code, kind, sentence) => {
    const response = await get(open, `/api/v1/${path}${path.startsWith('metrics/range') ? `&${range}` : ''}`)
    const answer: unknown = await response.json()
    expect([response.status, answer]).toMatchObject([
      code,
      { error: { code: kind, message: expect.stringMatching(sentence) } },
    ])
  })

  test('other methods than GET', async () => {
    const response = await fetch(`${open.url}/api/v1/logs`, { method: 'POST' })
    expect([response.status, await response.json()]).toMatchObject([405, { error: { code: 'method_not_allowed' } }])
  })

  test.each([
    ['evil.example', {}],
    ['127.0.0.1', { origin: 'http://evil.example' }],
    ['127.0.0.1', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('host %s with %o', async (host, headers) => {
    expect(await statusOf(open, '/api/v1/status', { host, ...headers })).toBe(403)
    expect(await statusOf(open, '/', { host, ...headers })).toBe(403)
  })
})

/** fetch sets Host itself, so this asks by hand. */
function statusOf(api: Api, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${api.url}${path}`, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('with a token', () => {
  test('only /livez, /readyz and the UI are open', async () => {
    const paths = [
      '/livez',
      '/readyz',
      '/metrics',
      '/api/v1/status',
      '/api/v1/logs',
      '/api/v1/logs/tail',
      '/api/nothing',
    ]
    const codes = await Promise.all(paths.map(async (path) => (await get(guarded, path)).status))
    expect(codes).toEqual([200, 200, 401, 401, 401, 401, 401])
    expect(await (await get(guarded, '/api/v1/status')).json()).toMatchObject({
      error: { message: expect.stringMatching(/Bearer <token>/) },
    })
  })

  test('it opens the API as a header', async () => {
    expect((await get(guarded, '/api/v1/status', { authorization: 'Bearer secret' })).status).toBe(200)
    expect((await get(guarded, '/api/v1/status', { authorization: 'Bearer wrong' })).status).toBe(401)
  })

  const signIn = (body: string, type = 'application/json'): Promise<Response> =>
    fetch(`${guarded.url}/api/v1/session`, { method: 'POST', body, headers: { 'content-type': type } })

  test('it is traded for a cookie that does not hold it', async () => {
    const response = await signIn('{"token":"secret"}')
    const cookie = response.headers.get('set-cookie') ?? ''
    expect([response.status, cookie.includes('secret')]).toEqual([204, false])
    expect((await get(guarded, '/api/v1/status', { cookie: cookie.split(';')[0] ?? '' })).status).toBe(200)
    expect(await (await get(guarded, '/api/v1/session')).json()).toEqual({ tokenRequired: true, signedIn: false })
  })

  test('what is not a token is refused, and guessing ends soon', async () => {
    expect((await signIn('{"token":"secret"}', 'text/plain')).status).toBe(400)
    expect((await signIn('{')).status).toBe(400)
    expect((await signIn(JSON.stringify({ token: 'x'.repeat(5000) }))).status).toBe(400)
    const codes: number[] = []
    for (let attempt = 0; attempt < 12; attempt++) codes.push((await signIn('{"token":"guess"}')).status)
    expect(codes).toEqual([...Array(10).fill(401), 429, 429])
    expect((await signIn('{"token":"secret"}')).headers.get('retry-after')).toBe('60')
  })
})

describe('the UI', () => {
  test('is served on every path that is no file, with a strict policy', async () => {
    const response = await get(open, '/services/web?x=1')
    expect(response.status).toBe(200)
    expect(await response.text()).toMatch(/a-1\.js/)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/default-src 'none'; script-src 'self' 'sha256-[\w+/]+=*';.*frame-ancestors 'none'/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('its hashed files are kept by browsers, and sent compressed', async () => {
    const response = await get(open, '/assets/a-1.js', { 'accept-encoding': 'gzip' })
    expect(response.headers.get('cache-control')).toMatch(/immutable/)
    expect(response.headers.get('content-type')).toMatch(/javascript/)
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect((await response.text()).length).toBeGreaterThan(10_000)
  })

  test.each(['/assets/none.js', '/..%2fsecret.js', '/.hidden.js', '/assets/%2e%2e/%2e%2e/etc/x.json'])(
    'gives no file for %s',
    async (path) => {
      expect(await statusOf(open, path, { host: 'localhost' })).toBe(404)
    },
  )

  test('says what to do where it is not built', async () => {
    const response = await get(guarded, '/')
    expect([response.status, await response.text()]).toEqual([503, expect.stringMatching(/npm run build/)])
  })
})

test('a question is given up in the engine when its client goes away', async () => {
  const leaving = new AbortController()
  const signals: AbortSignal[] = []
  const query = {
    ...world.query,
    services: (_: unknown, { signal }: { signal?: AbortSignal | undefined }) => {
      if (signal !== undefined) signals.push(signal)
      leaving.abort()
      return new Promise<never>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    },
  }
  const reports: unknown[] = []
  const api = await startApi({ ...shared, query, report: (error) => reports.push(error) })
  await expect(fetch(`${api.url}/api/v1/services`, { signal: leaving.signal })).rejects.toThrow()
  await expect.poll(() => signals.map((signal) => signal.aborted)).toEqual([true])
  await api.stop()
  expect(reports).toEqual([])
})

describe('live tail', () => {
  test('is sent as events, to so many viewers at once', async () => {
    const stopping = new AbortController()
    const response = await fetch(`${open.url}/api/v1/logs/tail?q=level:error`, { signal: stopping.signal })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const reader = response.body?.getReader()
    const read = async (): Promise<string> => new TextDecoder().decode((await reader?.read())?.value)
    expect(await read()).toBe(': following\n\n')
    expect((await get(open, '/api/v1/logs/tail')).status).toBe(503)
    stopping.abort()
    await expect.poll(() => world.query.tail.viewers()).toBe(0)
  })
})
