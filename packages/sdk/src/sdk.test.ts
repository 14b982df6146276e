import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { activeSpan, counts, flush, log, meter, start, stop, trace, withContext } from './index.ts'
import { collectorForTests } from './testing/collector-for-tests.ts'

const collector = await collectorForTests()

beforeAll(() => {
  start({
    serviceName: 'shop',
    endpoint: collector.url,
    logOutput: 'none',
    token: 'secret-token',
    instrument: { process: false, httpServer: false },
  })
})
afterAll(stop)

describe('trace()', () => {
  test('a sync function is timed, its value comes back', async () => {
    expect(trace('add', { a: 1, list: ['x', 2, true], nothing: undefined }, () => 3)).toBe(3)
    await flush()
    expect(collector.spans).toMatchObject([
      {
        name: 'add',
        kind: 1,
        parentSpanId: '',
        attributes: { a: 1, list: ['x', 2, true] },
        status: { code: 0 },
        flags: 0x103,
      },
    ])
    const span = collector.spans[0]
    expect(span?.resource).toMatchObject({
      'service.name': 'shop',
      'process.pid': process.pid,
      'telemetry.sdk.name': 'wakeline',
    })
    expect(Math.abs(Number(span?.startUnixNano) / 1e6 - Date.now())).toBeLessThan(60_000)
    expect((span?.endUnixNano ?? 0n) >= (span?.startUnixNano ?? 1n)).toBe(true)
  })

  test('siblings started together have the same parent', async () => {
    const pause = () => new Promise((resolve) => setImmediate(resolve))
    await trace('root', async () => {
      await Promise.all(['a', 'b', 'c'].map((name) => trace(name, () => trace(`${name}.inner`, pause))))
      await trace('d', pause)
    })
    await flush()
    expect(draw()).toEqual(['root', '  a', '    a.inner', '  b', '    b.inner', '  c', '    c.inner', '  d'])
  })

  test('an error is recorded where it began, and its spans are marked as failed', async () => {
    const thrown = new TypeError('no such order')
    await expect(
      trace('outer', () =>
        trace('inner', async () => {
          throw thrown
        }),
      ),
    ).rejects.toBe(thrown)
    expect(() =>
      trace('sync', () => {
        throw thrown
      }),
    ).toThrow(thrown)
    await flush()
    const [inner, outer] = collector.spans
    expect(inner).toMatchObject({ name: 'inner', status: { code: 2, message: 'no such order' } })
    expect(inner?.events).toMatchObject([{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }])
    expect(outer).toMatchObject({
      name: 'outer',
      status: { code: 2 },
      events: [],
      attributes: { 'error.type': 'TypeError' },
    })
  })

  test('the active span is known inside, and only there', () => {
    expect(activeSpan()).toBeUndefined()
    trace('here', (span) => expect(activeSpan()).toBe(span))
    expect(activeSpan()).toBeUndefined()
  })

  test('limits: 128 attributes, long values cut, calls after the end ignored', async () => {
    const ended = trace('wide', (span) => {
      for (let i = 0; i < 200; i++) span.setAttribute(`k${i}`, i)
      span.setAttribute('k0', 'x'.repeat(20_000))
      return span
    })
    ended.setAttribute('late', 1).addEvent('late')
    await flush()
    const wide = collector.spans.find((span) => span.name === 'wide')
    const attributes = wide?.attributes ?? {}
    expect(Object.keys(attributes)).toHaveLength(128)
    expect(String(attributes['k0'])).toHaveLength(8193)
    expect(wide?.events).toEqual([])
  })
})

describe('log', () => {
  const error = new Error('declined', { cause: new Error('no funds') })
  test.each<[string, () => void, { body: string; attributes: Record<string, unknown> }]>([
    ['message', () => log.info('paid'), { body: 'paid', attributes: {} }],
    ['message first', () => log.info('paid', { id: 1 }), { body: 'paid', attributes: { id: 1 } }],
    ['object first', () => log.info({ id: 1 }, 'paid'), { body: 'paid', attributes: { id: 1 } }],
    ['printf', () => log.info('paid %s of %d', 'all', 5, { id: 1 }), { body: 'paid all of 5', attributes: { id: 1 } }],
    ['a percent sign', () => log.info('100% done', { id: 1 }), { body: '100% done', attributes: { id: 1 } }],
    [
      'error',
      () => log.info(error),
      { body: 'declined', attributes: { 'exception.type': 'Error', 'exception.message': 'declined' } },
    ],
    [
      'error, message',
      () => log.info(error, 'failed'),
      { body: 'failed', attributes: { 'exception.message': 'declined' } },
    ],
    [
      'message, error, object',
      () => log.info('failed', error, { id: 2 }),
      { body: 'failed', attributes: { id: 2, 'exception.message': 'declined' } },
    ],
    [
      'error among the attributes',
      () => log.info('x', { err: error }),
      {
        body: 'x',
        attributes: {
          'exception.message': 'declined',
          'exception.cause': expect.objectContaining({ message: 'no funds' }),
        },
      },
    ],
    [
      'two errors',
      () => log.info(error, { first: error, error: 'text' }),
      { body: 'declined', attributes: { first: expect.objectContaining({ message: 'declined' }), error: 'text' } },
    ],
    ["pino's msg", () => log.info({ msg: 'paid', id: 1 }), { body: 'paid', attributes: { id: 1 } }],
    ['a Map', () => log.info('x', new Map([['id', 1]])), { body: 'x', attributes: { id: 1 } }],
    ['a Date', () => log.info('since', new Date(0)), { body: 'since 1970-01-01T00:00:00.000Z', attributes: {} }],
    ['bytes', () => log.info('got', Buffer.from('hi')), { body: 'got "aGk="', attributes: {} }],
    ['a URL', () => log.info('to', new URL('http://user:pw@h/')), { body: 'to http://h/', attributes: {} }],
    [
      'Headers',
      () => log.info('x', { h: new Headers({ cookie: 'c', b: 'd' }) }),
      { body: 'x', attributes: { h: { cookie: '[redacted]', b: 'd' } } },
    ],
    [
      'child, rebound',
      () => log.child({ a: 1, b: 1 }).with({ b: 2 }).info('x', { c: 3 }),
      { body: 'x', attributes: { a: 1, b: 2, c: 3 } },
    ],
    [
      'child, overridden in the call',
      () => log.child({ a: 1 }).info('x', { a: 2 }),
      { body: 'x', attributes: { a: 2 } },
    ],
    [
      'context',
      () => withContext({ tenant: 't1' }, () => log.child({ a: 1 }).info('x')),
      { body: 'x', attributes: { tenant: 't1', a: 1 } },
    ],
    [
      'redaction',
      () =>
        log.info('x', {
          user: { password: 'p', name: 'n' },
          'x-api-key': 'k',
          accessToken: 't',
          prompt_tokens: 5,
          passwordSet: true,
        }),
      {
        body: 'x',
        attributes: {
          user: { password: '[redacted]', name: 'n' },
          'x-api-key': '[redacted]',
          accessToken: '[redacted]',
          prompt_tokens: 5,
          passwordSet: true,
        },
      },
    ],
    [
      'odd values',
      () =>
        log.info('x', {
          big: 12n,
          huge: 2n ** 70n,
          map: new Map([['k', 1]]),
          set: new Set([1]),
          date: new Date(0),
          none: null,
          nan: Number.NaN,
          symbol: Symbol('s'),
        }),
      {
        body: 'x',
        attributes: {
          big: 12,
          huge: String(2n ** 70n),
          map: { k: 1 },
          set: [1],
          date: '1970-01-01T00:00:00.000Z',
          none: null,
          nan: Number.NaN,
          symbol: 'Symbol(s)',
        },
      },
    ],
  ])('%s', async (_, call, expected) => {
    call()
    await flush()
    expect(collector.logs).toMatchObject([{ severity: 9, severityText: 'info', body: expected.body }])
    expect(collector.logs[0]?.attributes).toMatchObject(expected.attributes)
    expect(Object.keys(collector.logs[0]?.attributes ?? {}).length).toBeGreaterThanOrEqual(
      Object.keys(expected.attributes).length,
    )
  })

  test('a line inside a span carries its ids, also after an await', async () => {
    const span = await trace('work', async (inner) => {
      await new Promise((resolve) => setImmediate(resolve))
      log.warn('inside')
      return inner
    })
    log.warn('outside')
    await flush()
    expect(collector.logs).toMatchObject([
      { body: 'inside', traceId: span.traceId, spanId: span.spanId },
      { body: 'outside', traceId: '', spanId: '' },
    ])
  })

  test('never throws, whatever it is given', async () => {
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no keys')
        },
      },
    )
    const getter = {
      get secret() {
        throw new Error('no')
      },
      get plain() {
        throw new Error('no')
      },
    }
    const values = [
      circular,
      hostile,
      getter,
      [],
      null,
      undefined,
      Symbol('x'),
      1n,
      () => 1,
      Object.create(null),
      {
        toJSON() {
          throw new Error('json')
        },
      },
      new Proxy(() => 1, {}),
      '\ud800',
      new Error('\u0000'),
    ]
    for (const value of values) {
      log.info(value as never)
      log.info('message', value)
      log.info('x %s %j %o', value, value, value)
      log.info('nested', { value, list: [value] })
      log.info({ value }, 'object first')
    }
    await flush()
    expect(collector.logs.length).toBeGreaterThan(values.length * 4)
  })

  test('levels are per name and reach children made before', async () => {
    const db = log.named('db')
    const child = db.child({ a: 1 })
    child.debug('not yet')
    db.level = 'debug'
    child.debug('now')
    log.debug('still not')
    await flush()
    expect(collector.logs).toMatchObject([{ body: 'now', scope: 'db', severity: 5 }])
    expect([db.isLevelEnabled('debug'), log.isLevelEnabled('debug'), db.level, log.level]).toEqual([
      true,
      false,
      'debug',
      'info',
    ])
  })
})

describe('meter', () => {
  test('counter, up-down counter and gauge by name and by handle', async () => {
    const counter = meter.counter('orders', { unit: '{order}' })
    const handle = counter.with({ shop: 'a', kind: 'new' })
    counter.add(1, { shop: 'a', kind: 'new' })
    counter.add(2, { kind: 'new', shop: 'a' })
    handle.add(3)
    counter.add(-1)
    counter.add(Number.NaN)
    meter.upDownCounter('open').add(-2)
    meter.gauge('temperature').set(21.5, { room: 1 })
    meter.observableGauge('queue', { unit: '1' }, (observe) => observe(7, { name: 'mail' }))
    expect(meter.counter('orders')).toBe(counter)
    await flush()
    expect(pointsOf('orders')).toMatchObject([
      { kind: 'sum', unit: '{order}', value: 6, attributes: { shop: 'a', kind: 'new' } },
    ])
    expect(pointsOf('open')).toMatchObject([{ kind: 'sum', value: -2 }])
    expect(pointsOf('temperature')).toMatchObject([{ kind: 'gauge', value: 21.5, attributes: { room: 1 } }])
    expect(pointsOf('queue')).toMatchObject([{ kind: 'gauge', value: 7 }])
  })

  test('histogram buckets, sum, smallest and largest; cumulative', async () => {
    const histogram = meter.histogram('size', { boundaries: [10, 100] })
    for (const value of [5, 10, 11, 100, 1000]) histogram.record(value, { k: 'v' })
    await flush()
    histogram.with({ k: 'v' }).record(5)
    await flush()
    expect(pointsOf('size')).toMatchObject([
      { count: 5, sum: 1126, buckets: [2, 2, 1], min: 5, max: 1000, attributes: { k: 'v' } },
      { count: 6, sum: 1131, buckets: [3, 2, 1] },
    ])
  })

  test('another kind under the same name is harmless', async () => {
    meter.counter('clash').add(1)
    meter.gauge('clash').set(5)
    meter.histogram('clash').record(5)
    await flush()
    expect(pointsOf('clash')).toMatchObject([{ kind: 'sum', value: 1 }])
  })

  test('more series than the limit go to one overflow series', async () => {
    const counter = meter.counter('visits')
    for (let i = 0; i < 2500; i++) counter.add(1, { user: `u${i}` })
    for (let i = 0; i < 2500; i++) counter.add(1, { user: `u${i}` })
    await flush()
    const points = pointsOf('visits')
    expect(points).toHaveLength(2001)
    expect(points.find((point) => point.attributes['otel.metric.overflow'] === true)?.value).toBe(1000)
  })
})

describe('export', () => {
  test('the token is sent, and what was sent is counted', async () => {
    trace('one', () => 1)
    const before = counts().sent.traces
    await flush()
    expect(counts().sent.traces).toBe(before + 1)
    const request = collector.requests.at(-1)
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer secret-token',
      'content-type': 'application/x-protobuf',
    })
    expect(request?.headers['wakeline-batch-id']).toMatch(/^[0-9a-f]{32}$/)
  })

  test('start() again is a warning and nothing else', async () => {
    start({ serviceName: 'other', endpoint: 'http://127.0.0.1:1' })
    trace('still', () => 1)
    await flush()
    expect(collector.spans[0]?.resource['service.name']).toBe('shop')
  })

  test('a refused or failing batch: repeated with its id, or dropped and counted', async () => {
    collector.answers.push({ path: '/v1/traces', status: 503, headers: { 'retry-after': '0' } })
    trace('again', () => 1)
    await flush()
    await flush()
    const ids = collector.requests.filter((request) => request.path === '/v1/traces').slice(-2)
    const attempts = collector.requests.map((request) => request.headers['wakeline-batch-id'])
    expect(collector.spans.filter((span) => span.name === 'again')).toHaveLength(1)
    expect(new Set(attempts).size).toBe(attempts.length - 1)
    expect(ids).toHaveLength(2)
    const partial = Buffer.from([0x0a, 0x07, 0x08, 0x01, 0x12, 0x03, 0x62, 0x61, 0x64])
    const dropped = counts().dropped.traces
    collector.answers.push({ path: '/v1/traces', status: 200, body: partial })
    trace('rejected', () => 1)
    await flush()
    expect(counts().dropped.traces).toBe(dropped + 1)
  })
})

function pointsOf(metric: string) {
  return collector.points.filter((point) => point.metric === metric)
}

/** The spans as a tree, children in order of their names. */
function draw(parent = '', indent = ''): string[] {
  return collector.spans
    .filter((span) => span.parentSpanId === parent)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((span) => [indent + span.name, ...draw(span.spanId, `${indent}  `)])
}
