import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { flush, start, stop } from '../index.ts'
import { slot } from '../slot.ts'
import { listen } from '../testing/listen.ts'
import { type OtlpCollector, startOtlpCollector } from '../testing/otlp-collector.ts'
import { ProcessHealth } from './health.ts'
import type { HttpHandler } from './public.ts'

let collector: OtlpCollector
let server: Server
let url: string
let health: ProcessHealth
let handlers: HttpHandler[] = []

beforeAll(async () => {
  collector = await startOtlpCollector()
  start({ serviceName: 'shop', endpoint: collector.url, logOutput: 'none', instrument: { process: false } })
  server = createServer((request, response) => {
    if (!handlers.some((handler) => handler(request, response))) setTimeout(() => response.end('app'), 5)
  })
  url = `http://127.0.0.1:${await listen(server)}`
})
beforeEach(() => {
  health = new ProcessHealth(slot())
  handlers = [health.handler()]
})
afterAll(async () => {
  server.close()
  await stop()
  await collector.stop()
})

async function ask(path: string, init?: RequestInit): Promise<[number, unknown]> {
  const response = await fetch(url + path, init)
  const text = await response.text()
  return [response.status, text.startsWith('{') ? JSON.parse(text) : text]
}

describe('the probes', () => {
  test('a failing dependency makes the process unready, not dead', async () => {
    health.add('db', () => Promise.reject(new Error('refused')))
    expect(await ask('/livez')).toEqual([200, { status: 'healthy' }])
    expect(await ask('/readyz')).toEqual([503, { status: 'unhealthy' }])
    expect(await ask('/startupz')).toEqual([503, { status: 'unhealthy' }])
    expect(await ask('/readyz?verbose')).toEqual([
      503,
      { status: 'unhealthy', checks: { db: expect.objectContaining({ healthy: false, error: 'refused' }) } },
    ])
  })

  test('liveness runs no check', async () => {
    let asked = 0
    health.add('db', () => void asked++)
    await ask('/livez?verbose')
    expect(asked).toBe(0)
  })

  test('once started, always started', async () => {
    let up = true
    health.add('db', () => up, { ttlMs: 0 })
    const done = health.starting('migrations')
    expect(await ask('/startupz')).toEqual([503, { status: 'unhealthy', reason: 'starting: migrations' }])
    expect((await ask('/readyz'))[0]).toBe(503)
    done()
    expect((await ask('/startupz'))[0]).toBe(200)
    up = false
    expect((await ask('/startupz'))[0]).toBe(200)
    expect((await ask('/readyz'))[0]).toBe(503)
  })

  test('taken out of service by hand, it says why', async () => {
    health.unready('maintenance')
    expect(await ask('/readyz')).toEqual([503, { status: 'unhealthy', reason: 'maintenance' }])
    health.unready(undefined)
    expect((await ask('/readyz'))[0]).toBe(200)
  })

  test('a check that is not critical only degrades', async () => {
    health.add('cache', () => false, { critical: false })
    expect(await ask('/readyz')).toEqual([200, { status: 'degraded' }])
  })

  test.each([
    ['/', {}],
    ['/livezz', {}],
    ['/readyz', { method: 'POST' }],
    ['/x/readyz', {}],
  ])('%s %j is left to the app', async (path, init) => {
    expect(await ask(path, init)).toEqual([200, 'app'])
  })

  test('a prefix goes in front, verbose can be forbidden, HEAD has no body', async () => {
    handlers = [health.handler({ prefix: '/internal', verbose: false })]
    health.add('db', () => true)
    expect(await ask('/readyz')).toEqual([200, 'app'])
    expect(await ask('/internal/readyz?verbose')).toEqual([200, { status: 'healthy' }])
    expect(await ask('/internal/readyz', { method: 'HEAD' })).toEqual([200, ''])
  })

  test('details are safe to show, whatever they are', async () => {
    const cycle: Record<string, unknown> = { password: 'p4ss', big: 10n }
    cycle['self'] = cycle
    health.add('db', () => cycle)
    expect((await ask('/readyz?verbose'))[1]).toMatchObject({
      checks: { db: { detail: { password: '[redacted]', big: 10, self: '[circular]' } } },
    })
  })
})

test('each run of a check is measured', async () => {
  health.add('queue', () => false)
  await health.run()
  await flush()
  const points = collector.points.filter((point) => point.attributes['check_name'] === 'queue')
  expect(points.map((point) => point.metric).sort()).toEqual(['health_check_duration_seconds', 'health_check_status'])
})

describe('ready-made checks', () => {
  test.each<[string, () => ReturnType<ProcessHealth['memoryCheck']>, boolean]>([
    ['memory with room', () => health.memoryCheck(), true],
    ['a heap over its share', () => health.memoryCheck({ maxHeapShare: 0 }), false],
    ['a resident size over its share', () => health.memoryCheck({ maxResidentShare: 0 }), false],
    ['a disk with room', () => health.diskCheck({ path: tmpdir(), minFreeBytes: 1 }), true],
    ['a disk too full', () => health.diskCheck({ minFreeBytes: 2 ** 60 }), false],
    ['a path that is not there', () => health.diskCheck({ path: '/nowhere/at/all' }), false],
  ])('%s', async (_, check, healthy) => {
    health.add('it', check())
    expect((await health.run()).checks['it']?.healthy).toBe(healthy)
  })

  test('the event loop: late is unhealthy', async () => {
    health.add('loop', health.eventLoopCheck({ maxDelayMs: 60 }), { ttlMs: 0 })
    await block()
    expect((await health.run()).checks['loop']?.error).toMatch(/^the event loop is \d+ ms late, more than 60 ms$/)
  })
})

describe('load shedding', () => {
  test('the loop is late: 503 with Retry-After, counted, and the probes go on', async () => {
    handlers = [health.handler(), health.shedding({ maxDelayMs: 60, retryAfterSeconds: 3 })]
    await block()
    const refused = await fetch(url)
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(3)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(6)
    expect((await ask('/livez'))[0]).toBe(200)
    await flush()
    expect(collector.points.find((point) => point.metric === 'wakeline.requests.shed')?.attributes).toEqual({
      reason: 'event loop delay',
    })
  })

  test('too many at once: the rest is refused, and let in again after', async () => {
    handlers = [health.shedding({ maxRequests: 2, maxDelayMs: 60_000 })]
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => ask('/')))
    expect(answers.filter(([status]) => status === 503).length).toBeGreaterThan(0)
    expect(answers.filter(([status]) => status === 200).length).toBeGreaterThan(1)
    expect((await ask('/'))[0]).toBe(200)
  })

  test('memory: nothing is let in', async () => {
    handlers = [health.shedding({ maxHeapShare: 0, maxDelayMs: 60_000 })]
    expect((await ask('/'))[0]).toBe(503)
  })
})

/** Makes the loop late, after the watcher had its first sample. */
async function block(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50))
  const until = performance.now() + 150
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 15))
}
