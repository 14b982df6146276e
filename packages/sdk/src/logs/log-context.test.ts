import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { flush, log, start, stop, withContext } from '../index.ts'
import { collectorForTests } from '../testing/collector-for-tests.ts'
import { listen } from '../testing/listen.ts'

const collector = await collectorForTests()

beforeAll(() => {
  start({ endpoint: collector.url, logOutput: 'none', instrument: { process: false } })
})
afterEach(() => log.clearContext())
afterAll(stop)

const pause = () => new Promise((resolve) => setImmediate(resolve))
const written = async () => {
  await flush()
  return Object.fromEntries(collector.logs.map((record) => [record.body, record.attributes]))
}

test('outside of a request, setContext is for every line of the process, until it is cleared', async () => {
  log.setContext({ region: 'eu', zone: 'a' })
  log.named('db').info('1')
  withContext({ tenant: 'acme', zone: 'b' }, () => log.child({ tenant: 'other' }).info('2'))
  log.clearContext('zone')
  log.info('3')
  log.clearContext()
  log.info('4')
  expect(await written()).toEqual({
    1: { region: 'eu', zone: 'a' },
    2: { region: 'eu', zone: 'b', tenant: 'other' },
    3: { region: 'eu' },
    4: {},
  })
})

test('in a withContext it ends with it, and goes with what is awaited', async () => {
  await withContext({ a: 1 }, async () => {
    await pause()
    log.setContext({ b: 2 })
    await withContext({ c: 3 }, async () => {
      log.setContext({ d: 4 })
      await pause()
      log.info('inner')
    })
    log.info('outer')
  })
  log.info('after')
  expect(await written()).toEqual({ inner: { a: 1, b: 2, c: 3, d: 4 }, outer: { a: 1, b: 2 }, after: {} })
})

test('concurrent requests never see one another', async () => {
  const server = createServer(async (request, response) => {
    const user = request.url?.slice(1) ?? ''
    log.setContext({ user })
    for (let i = 0; i < 5; i++) await pause()
    log.info(user)
    response.end()
  })
  const port = await listen(server)
  const users = Array.from({ length: 50 }, (_, i) => `u${i}`)
  await Promise.all(users.map((user) => fetch(`http://127.0.0.1:${port}/${user}`)))
  server.close()
  expect(await written()).toEqual(Object.fromEntries(users.map((user) => [user, { user }])))
})

test('unbind takes a key out of a logger', async () => {
  log.child({ a: 1, b: 2 }).unbind('a', 'never').info('x')
  log.unbind('a').info('y')
  expect(await written()).toEqual({ x: { b: 2 }, y: {} })
})

test('performance and events are lines of their own shape, whatever their name', async () => {
  log.performance('load 100%s', 0.25, { rows: 3 })
  log.event('order_paid', { amount: 12 })
  log.warning('careful')
  log.critical('over')
  expect(await written()).toEqual({
    'load 100%s': { operation: 'load 100%s', duration_seconds: 0.25, rows: 3 },
    order_paid: { event: 'order_paid', amount: 12 },
    careful: {},
    over: {},
  })
  expect(collector.logs.map((record) => record.severityText)).toEqual(['info', 'info', 'warn', 'fatal'])
})

test('names of no prototype, and getters that throw, are only names', () => {
  expect(() =>
    log.setContext({
      get bad() {
        throw new Error('no')
      },
      __proto__: { x: 1 },
    }),
  ).not.toThrow()
  expect(() => log.set({ outside: true })).not.toThrow()
})

test('a Proxy that refuses to be read costs its attributes, not the line', async () => {
  const refuse = () => {
    throw new Error('no')
  }
  log.info(new Proxy({}, { ownKeys: refuse, get: refuse, has: refuse }), 'a Proxy')
  expect(await written()).toEqual({ 'a Proxy': { attributes: '[cannot be read]' } })
})

test('a value that logs while it is read has its line after this one, and one that logs itself comes to an end', async () => {
  const itself = {
    get again(): string {
      log.info(itself, 'itself')
      return 'x'.repeat(200)
    },
  }
  const telling = {
    get told(): number {
      log.info({ count: 2 }, 'inner')
      return 1
    },
  }
  log.info(telling, 'outer')
  expect(await written()).toEqual({ outer: { told: 1 }, inner: { count: 2 } })
  collector.logs.length = 0
  log.info(itself, 'itself')
  expect(await written()).toEqual({ itself: { again: 'x'.repeat(200) } })
})

test('a held line that can no longer be read costs its attributes, and nothing of the lines around it', async () => {
  let refuses = false
  const ownKeys = (): never[] => {
    if (refuses) throw new TypeError('no more')
    return []
  }
  const fickle = new Proxy({}, { ownKeys })
  const telling = (inner: object, message: string) => ({
    get told(): number {
      log.info(inner, message)
      refuses = true
      return 1
    },
  })
  log.info(telling(fickle, 'fickle'), 'outer')
  log.info(telling({ count: 2 }, 'inner'), 'later')
  const unreadable = { attributes: '[cannot be read]' }
  expect(await written()).toEqual({ outer: { told: 1 }, fickle: unreadable, later: { told: 1 }, inner: { count: 2 } })
})
