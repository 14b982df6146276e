import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRefused } from '../base/refused.ts'
import { QueryError } from '../store/store.ts'
import { logRows } from './block-rows.ts'
import { logsSql } from './plan/logs.ts'
import { readSearch } from './search/read-search.ts'
import { seedEndMs, seedStartMs, seedTraceId, seedTraces } from './test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from './test-world/world.case.ts'

let world: TestWorld
beforeAll(async () => {
  world = await openSeededWorld()
})
afterAll(() => world.close())

const range = { fromMs: seedStartMs, toMs: seedEndMs }

async function answered<Answer extends object>(asked: Promise<Answer>): Promise<Exclude<Answer, { refused: unknown }>> {
  const answer = await asked
  if (isRefused(answer)) throw new Error(answer.message)
  return answer as Exclude<Answer, { refused: unknown }>
}

/** But for what is asked only the first time. */
const sqlOf = (answer: { cost: { sql: string[] } }): string =>
  `${answer.cost.sql.filter((text) => !/LIMIT 1 BY (resource|scope)_id$/.test(text)).join(';\n\n')};\n`

describe('services', () => {
  test('are told with what they were asked to do, and those too that only log', async () => {
    const answer = await world.query.services(range, {})
    await expect(sqlOf(answer)).toMatchFileSnapshot('test-sql/services.sql')
    expect(
      answer.services.map(({ service, requests, errors, logs, errorLogs }) => [
        service,
        requests,
        errors,
        logs,
        errorLogs,
      ]),
    ).toEqual([
      ['checkout', 60, 0, 60, 20],
      ['payment', 60, 20, 0, 0],
      ['web', 60, 0, 0, 0],
      ['cron', 0, 0, 13, 0],
    ])
    expect(answer.services[1]).toMatchObject({
      errorRatio: 1 / 3,
      requestsPerSecond: 0.1,
      sparklines: { errors: Array(10).fill(2) },
    })
  })

  test('have operations, and quantiles within the buckets of the rollup', async () => {
    const answer = await answered(world.query.service({ ...range, service: 'web' }, {}))
    await expect(sqlOf(answer)).toMatchFileSnapshot('test-sql/service.sql')
    const [operation] = answer.operations
    expect(operation).toMatchObject({ name: 'GET /cart', kind: 'server', requests: 60 })
    // Durations are 20, 30, ... 610 ms: the middle one is 310 ms.
    expect(Math.abs((operation?.durationP50Nano ?? 0) / 310e6 - 1)).toBeLessThan(0.05)
  })

  test('count their rates from when they began, where nothing was heard of them in as long a time before', async () => {
    const rates = async (fromMs: number) => {
      const { services } = await world.query.services({ fromMs, toMs: seedEndMs }, {})
      return services.filter(({ service }) => service === 'web').map((web) => [web.sinceMs, web.requestsPerSecond])
    }
    expect(await rates(seedStartMs - 5 * 60_000)).toEqual([[seedStartMs, 0.1]])
    expect(await rates(seedEndMs - 5 * 60_000)).toEqual([[seedEndMs - 5 * 60_000, 0.1]])
  })

  test('have instances: what each resource was asked, and when it was seen', async () => {
    const late = { fromMs: seedEndMs - 4 * 60_000, toMs: seedEndMs, service: 'payment' }
    const answer = await world.query.instances(late, {})
    await expect(sqlOf(answer)).toMatchFileSnapshot('test-sql/instances.sql')
    expect(answer.instances).toMatchObject([
      {
        attributes: { 'service.version': '1.2', 'host.name': 'host-0' },
        firstSeenMs: seedEndMs - 5 * 60_000 + 3,
        requests: 24,
        errors: 8,
      },
    ])
  })

  test('have errors: failed spans that are alike together, with the latest of them', async () => {
    const answer = await world.query.serviceErrors({ ...range, service: 'payment' }, {})
    await expect(sqlOf(answer)).toMatchFileSnapshot('test-sql/service-errors.sql')
    expect(answer.errors).toMatchObject([
      {
        operation: 'charge card',
        message: 'card declined',
        spans: 20,
        versions: ['1.2'],
        traceId: seedTraceId(59),
        followed: 4,
      },
    ])
    expect((await world.query.serviceErrors({ ...range, service: 'web' }, {})).errors).toEqual([])
  })
})

test('problems are looked for in a sample of the traces of a service', async () => {
  const ask = { ...range, service: 'checkout', operation: '', traces: 20 }
  const answer = await world.query.serviceProblems(ask, {})
  await expect(sqlOf(answer)).toMatchFileSnapshot('test-sql/service-problems.sql')
  expect(answer).toMatchObject({ tracesTotal: 60, tracesLookedAt: 20, tracesCut: 0, problems: [], problemsTotal: 0 })
  const none = await world.query.serviceProblems({ ...ask, operation: 'no such' }, {})
  expect(none).toMatchObject({ tracesTotal: 0, tracesLookedAt: 0, spansLookedAt: 0 })
})

test('differences are told between spans that failed, or were slow, and the others', async () => {
  const ask = { ...range, q: 'service:checkout kind:server' }
  const failed = await answered(world.query.differences({ ...ask, chosen: 'http.response.status_code>=500' }, {}))
  await expect(sqlOf(failed)).toMatchFileSnapshot('test-sql/differences.sql')
  expect(failed).toMatchObject({ spans: 60, chosenSpans: 20, otherSpans: 40 })
  expect(failed.attributes).toEqual([
    {
      key: 'http.response.status_code',
      values: [
        { value: '502', chosen: 20, others: 0 },
        { value: '201', chosen: 0, others: 40 },
      ],
    },
  ])
  const slow = await answered(world.query.differences({ ...ask, q: '', chosen: '' }, {}))
  expect(slow).toMatchObject({ spans: 240, chosenSpans: 12, otherSpans: 228 })
  expect(slow.attributes.find(({ key }) => key === 'service')?.values[0]).toEqual({
    value: 'web',
    chosen: 12,
    others: 48,
  })
  const none = await answered(world.query.differences({ ...ask, q: 'service:nobody', chosen: '' }, {}))
  expect(none).toMatchObject({ spans: 0, chosenSpans: 0, attributes: [] })
  const wrong = await world.query.differences({ ...ask, chosen: 'status:(' }, {})
  expect(isRefused(wrong)).toBe(true)
})

describe('traces', () => {
  test.each<['newest' | 'slowest', string]>([
    ['newest', 'status:error'],
    ['slowest', 'amount>30'],
  ])('%s that match %s come as whole traces', async (order, q) => {
    const answer = await answered(world.query.traces({ ...range, q, order, limit: 3 }, {}))
    await expect(sqlOf(answer)).toMatchFileSnapshot(`test-sql/traces-${order}.sql`)
    expect(answer.traces[0]).toEqual({
      traceId: seedTraceId(59),
      rootService: 'web',
      rootName: 'GET /cart',
      hasRoot: true,
      startUnixNano: `${seedStartMs + 590_000}000000`,
      durationNano: 610e6,
      spanCount: 4,
      errorCount: 1,
      matchedSpans: 1,
      services: [
        { service: 'checkout', spans: 2, errors: 0 },
        { service: 'payment', spans: 1, errors: 1 },
        { service: 'web', spans: 1, errors: 0 },
      ],
    })
  })

  test.each<['newest' | 'slowest', number]>([
    ['newest', 1],
    ['newest', 7],
    ['slowest', 7],
    ['newest', 60],
  ])('%s are paged %d at a time, each once', async (order, limit) => {
    const ids: string[] = []
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const answer = await answered(world.query.traces({ ...range, q: 'kind:server', order, limit, cursor }, {}))
      ids.push(...answer.traces.map((trace) => trace.traceId))
      cursor = answer.nextCursor
    }
    expect(ids).toEqual(Array.from({ length: seedTraces }, (_, n) => seedTraceId(seedTraces - 1 - n)))
  })

  test('open by id alone, with types kept', async () => {
    const answer = await answered(world.query.trace({ traceId: seedTraceId(2) }, {}))
    await expect(sqlOf(answer)).toMatchFileSnapshot('test-sql/trace.sql')
    expect(
      answer.spans.map((span) => [span.service, span.name, span.kind, span.status, span.parentSpanId === '']),
    ).toEqual([
      ['web', 'GET /cart', 'server', 'unset', true],
      ['checkout', 'POST /checkout', 'server', 'unset', false],
      ['checkout', 'charge', 'client', 'unset', false],
      ['payment', 'charge card', 'server', 'error', false],
    ])
    expect(answer.spans[0]?.attributes).toEqual({
      'http.route': '/cart',
      'http.response.status_code': { int: '500' },
      'user.id': 'u2',
    })
    expect(answer.spans[3]).toMatchObject({
      attributes: { amount: 3 },
      events: [{ name: 'exception', attributes: { 'exception.message': 'card declined' } }],
    })
    expect(answer.resources['3']?.attributes['service.name']).toBe('payment')
    expect(await world.query.trace({ traceId: 'f'.repeat(32) }, {})).toMatchObject({ refused: 'not_found' })
  })
})

describe('logs', () => {
  test.each<['newest' | 'oldest', number]>([
    ['newest', 1],
    ['oldest', 1],
    ['newest', 5],
    ['oldest', 73],
  ])('%s are paged %d at a time, those of one time too', async (order, limit) => {
    const bodies: string[] = []
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const answer = await answered(world.query.logs({ ...range, q: 'service:cron', order, limit, cursor }, {}))
      bodies.push(...answer.records.map((record) => String(record.body)))
      cursor = answer.nextCursor
    }
    expect(bodies).toHaveLength(13)
    expect(bodies.filter((body) => body.startsWith('same time')).sort()).toEqual([
      'same time A',
      'same time B',
      'same time B',
    ])
    expect(bodies.at(order === 'newest' ? -1 : 0)).toBe('tick 0')
  })

  test.each([1, 1_000_000])(
    'of a word are asked for at once, which is refused where more than %d rows would be read',
    async (readMax) => {
      const condition = readSearch('logs', 'card declined')
      if (isRefused(condition)) throw new Error(condition.message)
      const running = world.query.running({})
      const asked = running.blocks(logsSql({ ...range, condition, order: 'newest', readMax }, 50)).then(logRows)
      if (readMax === 1) return expect(asked).rejects.toMatchObject({ reason: 'rows' })
      return expect(await asked).toHaveLength(20)
    },
  )

  test('come with their resources and scopes', async () => {
    const answer = await answered(world.query.logs({ ...range, q: 'card declined', order: 'newest', limit: 2 }, {}))
    await expect(sqlOf(answer)).toMatchFileSnapshot('test-sql/logs.sql')
    expect(answer.records[0]).toMatchObject({
      body: 'Card declined for order-59: 100% of limit_used',
      severity: 17,
      traceId: seedTraceId(59),
      attributes: { attempts: { int: '4' } },
    })
    expect([answer.resources['2']?.attributes['service.name'], answer.scopes['2']?.name]).toEqual([
      'checkout',
      'checkout-instrumentation',
    ])
  })

  test.each([
    ['', 73],
    ['level>=warn', 23],
    ['service:cron', 13],
    ['card', 20],
    ['order.id:order-7', 1],
  ])('histogram of %s counts %d, by rollup or by rows', async (q, total) => {
    const answer = await answered(world.query.logHistogram({ ...range, q, buckets: 10 }, {}))
    expect(answer.total).toBe(total)
    if (q === 'level>=warn') await expect(sqlOf(answer)).toMatchFileSnapshot('test-sql/log-histogram.sql')
    if (q === 'card') await expect(sqlOf(answer)).toMatchFileSnapshot('test-sql/log-histogram-of-rows.sql')
  })

  test('histogram counts parts of minutes at both ends exactly', async () => {
    const answer = await answered(
      world.query.logHistogram(
        { fromMs: seedStartMs + 6000, toMs: seedEndMs - 10_000, q: 'service:checkout', buckets: 10 },
        {},
      ),
    )
    expect(answer.total).toBe(58)
  })
})

describe('metrics', () => {
  test('are listed with their labels', async () => {
    const { metrics } = await world.query.metrics({ ...range, search: 'QU' }, {})
    expect(metrics.map(({ metric, kind, series, services }) => [metric, kind, series, services])).toEqual([
      ['queue', 'gauge', 2, ['checkout', 'web']],
      ['requests', 'sum', 2, ['checkout', 'web']],
    ])
    const { labels } = await world.query.metricLabels({ ...range, metric: 'requests' }, {})
    expect(labels.map(({ key, values }) => [key, values])).toEqual([
      ['service', ['checkout', 'web']],
      ['route', ['/cart', '/checkout']],
      ['resource.host.name', ['host-0', 'host-1']],
      ['resource.service.version', ['1.0', '1.1']],
    ])
  })

  // Each minute has six points; the counters begin again half way, and count on from there.
  const ten = <Value>(value: Value): Value[] => Array(10).fill(value)
  test.each([
    ['queue', 'avg', [], [ten(6.25)]],
    ['queue', 'sum', [], [ten(12.5)]],
    ['queue', 'max', ['service'], [ten(10), ten(5)]],
    [
      'requests',
      'increase',
      ['route'],
      [
        [...Array(9).fill(120), 100],
        [...Array(9).fill(60), 50],
      ],
    ],
    ['jobs', 'rate', [], [ten(0.5)]],
    ['latency', 'p50', ['route'], [ten(0.1)]],
    ['latency', 'p99', [], [ten(0.38)]],
    ['latency', 'avg', [], [ten(0.1)]],
    ['size', 'avg', [], [ten(5)]],
    ['size', 'p95', [], [ten(7.73)]],
    ['pause', 'p50', [], [ten(0.25)]],
    ['pause', 'p90', [], []],
  ] as const)('%s as %s by %o is right', async (metric, aggregation, by, expected) => {
    const answer = await answered(
      world.query.metricRange({ ...range, metric, aggregation, by: [...by], filter: [], stepMs: 60_000 }, {}),
    )
    const rounded = answer.series.map(({ values }) =>
      values.map((value) => (value === null ? null : Math.round(value * 100) / 100)),
    )
    expect(rounded).toEqual(expected)
    if (metric === 'latency' || metric === 'size' || metric === 'requests')
      await expect(sqlOf(answer)).toMatchFileSnapshot(`test-sql/metric-${metric}-${aggregation}.sql`)
  })

  test('are charted in steps no shorter than their points, and at most 1,500', async () => {
    const short = await answered(
      world.query.metricRange({ ...range, metric: 'queue', by: [], filter: [], stepMs: 1000 }, {}),
    )
    expect([short.stepMs, short.times.length]).toEqual([10_000, 60])
    const long = await answered(
      world.query.metricRange(
        { fromMs: seedEndMs - 30 * 86_400_000, toMs: seedEndMs, metric: 'queue', by: [], filter: [], stepMs: 1000 },
        {},
      ),
    )
    expect(long.times.length).toBeLessThanOrEqual(1500)
  })

  test.each([
    [['service:web'], 2],
    [['service:w*', 'route:/cart'], 2],
    [['resource.host.name:host-1'], 1],
    [['route:none'], undefined],
  ])('are filtered by %o', async (filter, rate) => {
    const answer = await answered(
      world.query.metricRange({ ...range, metric: 'requests', by: [], filter, stepMs: 60_000 }, {}),
    )
    expect(answer.series[0]?.values[0]).toBe(rate)
  })
})

describe('completion', () => {
  test.each<['logs' | 'spans', string, string, string[]]>([
    ['logs', 'service', 'c', ['checkout', 'cron']],
    ['logs', 'level', '', ['info', 'error', 'debug', 'warn']],
    ['logs', 'event', '', ['tick']],
    ['logs', 'scope.name', 'web', ['web-instrumentation']],
    ['spans', 'name', 'charge', ['charge', 'charge card']],
    ['spans', 'status', '', ['error', 'ok', 'unset']],
    ['spans', 'http.route', '', ['/cart', '/checkout']],
    ['spans', 'resource.host.name', '', ['host-0', 'host-1']],
    ['spans', 'host.name', 'HOST-1', ['host-1']],
    ['spans', 'no.such', '', []],
  ])('of %s knows the values of %s that begin with "%s"', async (signal, key, prefix, expected) => {
    const { items } = await world.query.values({ ...range, signal, key, prefix }, {})
    expect(items.map((item) => item.text)).toEqual(expected)
  })

  test('knows keys of our own and those that were sent', async () => {
    const { items } = await world.query.keys({ ...range, signal: 'spans', prefix: 's' }, {})
    expect(items.map((item) => item.text)).toEqual([
      'service',
      'span_id',
      'scope.name',
      'scope.version',
      'status_message',
      'status',
      'service.name',
      'service.version',
    ])
  })
})

test('a question is stopped in the engine when its asker goes away', async () => {
  const leaving = new AbortController()
  const asked = world.query.logs({ ...range, q: '', order: 'newest', limit: 10 }, { signal: leaving.signal })
  leaving.abort()
  await expect(asked).rejects.toSatisfy((error) => error instanceof QueryError && error.reason === 'cancelled')
})

describe('why requests are slower', () => {
  const late = { fromMs: seedStartMs + 300_000, toMs: seedEndMs }
  const asked = { service: 'web', operation: '', backMs: undefined }

  test('is told by who they wait for, held against the same length before, and sums to the mean request', async () => {
    const answer = await world.query.bottlenecks({ ...late, ...asked }, {})
    expect(answer).toMatchObject({
      before: { fromMs: seedStartMs, toMs: late.fromMs },
      requests: { now: 30, before: 30 },
      looked: { now: 30, before: 30 },
      notCompared: [],
    })
    expect(answer.bottlenecks[0]).toMatchObject({ service: 'web', endpoint: 'GET /cart', operation: 'GET /cart' })
    expect(answer.bottlenecks.map(({ caller, service }) => [caller, service])).toContainEqual(['checkout', 'payment'])
    const sum = answer.bottlenecks.reduce((total, { nowNano }) => total + nowNano, 0)
    expect(sum).toBeCloseTo(answer.durationNano.now, 0)
    expect(answer.durationNano.now / 1e6).toBeCloseTo(465, 0)
  })

  test('nothing can be told where there is no time before, or no such operation', async () => {
    const first = await world.query.bottlenecks({ ...range, ...asked }, {})
    expect(first).toMatchObject({ looked: { now: 60, before: 0 }, bottlenecks: [], notCompared: ['GET /cart'] })
    const none = await world.query.bottlenecks({ ...late, ...asked, operation: 'GET /none' }, {})
    expect(none).toMatchObject({ looked: { now: 0, before: 0 }, bottlenecks: [], changes: [] })
  })
})
