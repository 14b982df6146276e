import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { flush, log, start, stop, trace } from '../index.ts'
import {
  addLogProcessor,
  aggregateLogs,
  DROP,
  identifyLogPatterns,
  type LogAggregator,
  type LogEntry,
  limitLogRepeats,
  logLevels,
  logToFile,
  redactLogPaths,
  sampleLogs,
  Timed,
  timed,
} from '../logs.ts'
import { collectorForTests } from '../testing/collector-for-tests.ts'
import { listen } from '../testing/listen.ts'

const collector = await collectorForTests()
let seen: LogAggregator
const stops: (() => unknown)[] = []

beforeAll(() => {
  start({ endpoint: collector.url, logOutput: 'none', instrument: { process: false } })
})
afterEach(() => {
  for (const end of stops.splice(0)) end()
})
afterAll(stop)

/** What is written while a test runs, as `message {attributes}`. */
const watch = () => {
  seen = aggregateLogs()
  stops.push(() => seen.stop())
}
const lines = () => seen.all().map(({ message, attributes }) => [message, attributes])
const pause = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms))

describe('processors', () => {
  test('they run in order, change what is shown and sent, and drop', async () => {
    watch()
    stops.push(
      addLogProcessor((entry) => ({ ...entry, message: `1${entry.message}`, level: 'warn' })),
      addLogProcessor((entry) => (entry.message === '1drop' ? DROP : entry)),
      addLogProcessor((entry) => {
        entry.attributes['seen'] = entry.message
        log.info('a processor may log')
        return entry
      }),
    )
    log.child({ bound: 1 }).info('keep', { own: 2 })
    log.info('drop')
    const later = { bound: 1, own: 2, seen: '1keep' }
    expect(lines()).toEqual([
      ['a processor may log', {}],
      ['1keep', later],
    ])
    await flush()
    expect(collector.logs.map(({ body, severityText, attributes }) => [body, severityText, attributes])).toEqual([
      ['a processor may log', 'info', {}],
      ['1keep', 'warn', later],
    ])
  })

  test('one that throws, and a getter that does, cost nothing but themselves', () => {
    watch()
    stops.push(
      addLogProcessor(() => {
        throw new Error('broken')
      }),
    )
    log.info('x', {
      good: 1,
      get bad() {
        throw new Error('no')
      },
    })
    expect(lines()).toEqual([['x', { good: 1, bad: '[cannot be read]' }]])
  })

  test('redacted paths leave the program its objects', () => {
    watch()
    stops.push(redactLogPaths(['user.email', 'items.*.card', "headers['x-id']", 'list[1]', 'missing.path', 'top']))
    const given = {
      user: { email: 'a@b.c', name: 'A' },
      items: [{ card: 1, n: 1 }, { card: 2 }, 'text'],
      headers: { 'x-id': 7 },
      list: [1, 2, 3],
      top: 'x',
    }
    const before = structuredClone(given)
    log.info('x', given)
    expect(given).toEqual(before)
    expect(lines()[0]?.[1]).toEqual({
      user: { email: '[redacted]', name: 'A' },
      items: [{ card: '[redacted]', n: 1 }, { card: '[redacted]' }, 'text'],
      headers: { 'x-id': '[redacted]' },
      list: [1, '[redacted]', 3],
      top: '[redacted]',
    })
  })

  test('repeats are left out and counted, whatever their numbers are', async () => {
    watch()
    stops.push(limitLogRepeats({ max: 2, perMs: 40 }))
    for (let i = 0; i < 7; i++) log.warn('retry %d of order', i)
    for (let i = 0; i < 5; i++) log.info(`made by hand ${i}`)
    log.error('retry %d of order', 9)
    await pause(100)
    expect(lines()).toEqual([
      ['retry 0 of order', {}],
      ['retry 1 of order', {}],
      ['made by hand 0', {}],
      ['made by hand 1', {}],
      ['retry 9 of order', {}],
      ['retry %d of order', { suppressed: 5, window_ms: 40 }],
      ['made by hand 0', { suppressed: 3, window_ms: 40 }],
    ])
  })

  test('sampling keeps the lines of a trace together, and every error', () => {
    watch()
    stops.push(sampleLogs(0.5))
    const traces = 200
    for (let i = 0; i < traces; i++) {
      trace('t', () => {
        log.info('a')
        log.debug('never enabled')
        log.info('b')
      })
    }
    log.error('always')
    const kept = new Map<string | undefined, number>()
    for (const { traceId, level } of seen.all()) if (level === 'info') kept.set(traceId, (kept.get(traceId) ?? 0) + 1)
    expect([...kept.values()].every((count) => count === 2)).toBe(true)
    expect(kept.size).toBeGreaterThan(traces / 4)
    expect(kept.size).toBeLessThan((traces * 3) / 4)
    expect(seen.byLevel('error')).toHaveLength(1)
    expect(seen.byLevel('info')[0]?.attributes).toEqual({ sample_ratio: 0.5 })
  })

  test('a pattern id is the same for every line of a call, and says where it is', () => {
    watch()
    stops.push(identifyLogPatterns())
    const place = new Error().stack?.split('\n')[1]?.match(/(\d+):\d+\)?$/)?.[1]
    for (const user of ['a', 'b']) log.info('user %s came', user)
    log.warning('other', { a: 1 })
    const [a, b, other] = seen.all().map((entry) => entry.attributes)
    expect(a).toEqual({
      'log.pattern_id': expect.stringMatching(/^[0-9a-f]{16}$/),
      'code.file.path': expect.stringMatching(/packages\/sdk\/src\/logs\/logs\.test\.ts$/),
      'code.line.number': Number(place) + 1,
    })
    expect(b).toEqual(a)
    expect(other?.['log.pattern_id']).not.toBe(a?.['log.pattern_id'])
    expect(other?.['code.line.number']).toBe(Number(place) + 2)
  })
})

describe('levels at run time', () => {
  const levelsOf = () => Object.fromEntries(['', 'db', 'http'].map((name) => [name, log.named(name).level]))
  afterEach(() => logLevels.set('*', 'info'))

  test('a name, known or not yet, for a time', async () => {
    log.named('db')
    logLevels.set('db', 'debug', { forMs: 30 })
    logLevels.set('later', 'trace', { forMs: 30 })
    expect([log.named('db').level, log.named('later').level, log.level]).toEqual(['debug', 'trace', 'info'])
    await pause(80)
    expect([log.named('db').level, log.named('later').level]).toEqual(['info', 'info'])
  })

  test('a rule with a star is for every name that begins so, the longest wins, and after its time all is as before', async () => {
    const [client, pool] = [log.named('http.client'), log.named('http.client.pool')]
    logLevels.set('http.*', 'warn', { forMs: 60 })
    logLevels.set('http.client.*', 'debug', { forMs: 30 })
    expect([client.level, pool.level, log.named('http.later').level]).toEqual(['warn', 'debug', 'warn'])
    await expect.poll(() => [client.level, pool.level]).toEqual(['info', 'info'])
    expect(log.named('http.latest').level).toBe('info')
  })

  test('every logger, and back to what each had', async () => {
    log.named('http')
    logLevels.set('db', 'error')
    logLevels.set('*', 'trace', { forMs: 30 })
    expect(levelsOf()).toEqual({ '': 'trace', db: 'trace', http: 'trace' })
    await pause(80)
    expect(levelsOf()).toEqual({ '': 'info', db: 'error', http: 'info' })
  })

  test('a longer limit replaces a shorter one, and ends where it began', async () => {
    logLevels.set('db', 'debug', { forMs: 20 })
    logLevels.set('db', 'trace', { forMs: 120 })
    await pause(60)
    expect(log.named('db').level).toBe('trace')
    await pause(120)
    expect(log.named('db').level).toBe('info')
  })

  test('by signal, on and off', async () => {
    stops.push(logLevels.onSignal('SIGUSR2', 'debug'))
    process.kill(process.pid, 'SIGUSR2')
    await pause(20)
    expect(log.level).toBe('debug')
    process.kill(process.pid, 'SIGUSR2')
    await pause(20)
    expect(log.level).toBe('info')
  })

  test('by HTTP, with a token', async () => {
    const handler = logLevels.handler({ token: 'key' })
    const server = createServer((request, response) => handler(request, response) || response.end('app'))
    const url = `http://127.0.0.1:${await listen(server)}`
    const ask = async (method: string, path: string, token = 'key') => {
      const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${token}` } })
      const text = await response.text()
      return [response.status, text.startsWith('{') ? JSON.parse(text) : text]
    }
    expect(await ask('GET', '/')).toEqual([200, 'app'])
    expect((await ask('GET', '/log-levels', 'wrong'))[0]).toBe(401)
    expect((await ask('PUT', '/log-levels?logger=db&level=loud'))[0]).toBe(400)
    expect((await ask('PUT', '/log-levels?logger=db&level=debug&forMs=-1'))[0]).toBe(400)
    expect((await ask('POST', '/log-levels?level=debug'))[0]).toBe(405)
    expect(await ask('PUT', '/log-levels?logger=db&level=debug&forMs=60000')).toEqual([
      200,
      { levels: expect.objectContaining({ db: 'debug', '': 'info' }) },
    ])
    expect(log.named('db').level).toBe('debug')
    expect((await ask('PUT', '/log-levels?level=warn'))[1].levels['']).toBe('warn')
    server.close()
  })
})

describe('a log file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wakeline-log-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is put away when it is full, and the oldest deleted; no line is lost or cut', () => {
    const path = join(folder, 'deep', 'app.log')
    const file = logToFile({ path, maxBytes: 1_000, maxFiles: 3, level: 'info' })
    for (let i = 0; i < 50; i++) log.info('line', { i })
    log.debug('too quiet')
    file.stop()
    const names = readdirSync(join(folder, 'deep')).sort()
    expect(names).toEqual(['app.log', 'app.log.1', 'app.log.2', 'app.log.3'])
    const kept = ['app.log.3', 'app.log.2', 'app.log.1', 'app.log'].flatMap((name) => {
      const text = readFileSync(join(folder, 'deep', name), 'utf8')
      expect(text.length).toBeLessThanOrEqual(1_000)
      return text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).i)
    })
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, k) => 50 - kept.length + k))
  })

  test('is opened anew after it was moved, and a path that cannot be written harms nobody', () => {
    const path = join(folder, 'moved.log')
    const file = logToFile({ path })
    log.error('1')
    renameSync(path, `${path}.old`)
    file.reopen()
    log.error('2')
    file.stop()
    const read = (name: string) => JSON.parse(readFileSync(name, 'utf8')).msg
    expect([read(`${path}.old`), read(path)]).toEqual(['1', '2'])
    const bad = logToFile({ path: join(path, 'under-a-file') })
    expect(() => log.error('3')).not.toThrow()
    bad.stop()
  })
})

describe('the aggregator', () => {
  const entry = (level: LogEntry['level'], template: string, unixMs = Date.now()): LogEntry => ({
    ...{ unixMs, level, logger: '', message: template, template, attributes: {} },
    ...{ error: undefined, traceId: undefined, spanId: undefined },
  })

  test('is asked by level, time and pattern, and sums up errors', () => {
    watch()
    const now = Date.now()
    seen.add(entry('info', 'older', now - 10_000))
    for (let i = 0; i < 12; i++) log.error('failed %d', i)
    log.fatal('over')
    log.info('fine', { password: 'p' })
    expect(seen.byLevel('error')).toHaveLength(12)
    expect(seen.between(now - 10_000, now - 9_000).map((found) => found.message)).toEqual(['older'])
    expect(seen.byPattern('failed %d')).toHaveLength(12)
    expect(seen.patterns()[0]).toMatchObject({ pattern: 'failed %d', level: 'error', count: 12 })
    expect(seen.byLevel('info')[1]?.attributes).toEqual({ password: '[redacted]' })
    const summary = seen.errorSummary()
    expect(summary).toMatchObject({ entries: 15, errors: 12, fatals: 1, errorRate: 13 / 15 })
    expect(summary.recentErrors.map((found) => found.message)).toEqual([
      'over',
      ...Array.from({ length: 9 }, (_, i) => `failed ${11 - i}`),
    ])
  })

  test('keeps so many, so long', () => {
    const small = aggregateLogs({ maxEntries: 3, maxAgeMs: 1_000 })
    small.add(entry('info', 'too old', Date.now() - 5_000))
    for (let i = 0; i < 5_000; i++) small.add(entry('info', `${i}`))
    small.stop()
    log.info('after the stop')
    expect(small.all().map((found) => found.message)).toEqual(['4997', '4998', '4999'])
  })
})

describe('timed', () => {
  const outcomes = () =>
    seen.all().map(({ level, attributes, error }) => [level, attributes['outcome'], error?.message])

  test.each<[string, () => unknown, unknown]>([
    ['a value', () => 1, ['info', 'ok', undefined]],
    ['a throw', () => fail(), ['error', 'error', 'no']],
    ['a promise', async () => pause(), ['info', 'ok', undefined]],
    ['a rejection', async () => fail(), ['error', 'error', 'no']],
    ['a stream', () => Readable.from(['a', 'b']), ['info', 'ok', undefined]],
    ['a promise of a stream', async () => Readable.from(['a']), ['info', 'ok', undefined]],
    ['a stream that fails', () => new PassThrough().destroy(new Error('no')), ['error', 'error', 'no']],
    ['a stream left early', () => new PassThrough().destroy(), ['info', 'stopped', undefined]],
  ])('%s', async (_, fn, expected) => {
    watch()
    const call = timed('load', fn)
    try {
      const result = await call()
      if (result instanceof Readable) for await (const _part of result);
    } catch {}
    await pause()
    expect(outcomes()).toEqual([expected])
    expect(seen.all()[0]?.attributes).toMatchObject({ operation: 'load', duration_seconds: expect.any(Number) })
  })

  test('generators are over when they are done, fail, or are left', async () => {
    watch()
    const count = timed('count', function* count(to: number): Generator<number, string, undefined> {
      for (let i = 0; i < to; i++) yield i
      if (to > 5) fail()
      return 'end'
    })
    const later = timed('later', async function* later() {
      yield 1
      await pause()
      yield 2
    })
    expect([...count(3)]).toEqual([0, 1, 2])
    expect(seen.all()).toHaveLength(1)
    for (const _n of count(5)) break
    expect(() => [...count(6)]).toThrow('no')
    const got: number[] = []
    for await (const n of later()) got.push(n)
    expect(got).toEqual([1, 2])
    expect(outcomes().map(([, outcome]) => outcome)).toEqual(['ok', 'stopped', 'error', 'ok'])
    expect(seen.all()[0]?.attributes['function']).toBe('count')
  })

  test('as a decorator of either kind, `this` and the name stay', () => {
    watch()
    class Shop {
      price = 3
      total(n: number) {
        return n * this.price
      }
    }
    const legacy = Object.getOwnPropertyDescriptor(Shop.prototype, 'total') ?? {}
    Timed('sum')(Shop.prototype, 'total', legacy)
    Object.defineProperty(Shop.prototype, 'total', legacy)
    const standard = Timed()(
      function total(this: Shop, n: number) {
        return n + this.price
      },
      { name: 'total', kind: 'method' },
    )
    expect([new Shop().total(2), standard.call(new Shop(), 2), standard.name]).toEqual([6, 5, 'total'])
    expect(seen.all().map(({ message, attributes }) => [message, attributes['function']])).toEqual([
      ['sum', 'total'],
      ['total', 'total'],
    ])
  })
})

function fail(): never {
  throw new Error('no')
}
