import { PrometheusDriver } from 'prometheus-query'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedEndMs, seedStartMs } from '../query/test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from '../query/test-world/world.case.ts'
import { type Api, startApi } from './api.ts'
import { testApi } from './test-api.case.ts'

let world: TestWorld
let api: Api
let guarded: Api
const reported: unknown[] = []

beforeAll(async () => {
  world = await openSeededWorld()
  const at = (s: number): string => `fromUnixTimestamp64Milli(${seedStartMs + s * 1000}, 'UTC')`
  world.insert(
    `INSERT INTO exemplars VALUES (6, ${at(60)}, 0.3, unhex('0000000000000000000000000000002a'), unhex('000000000000002b'), map(), '')`,
  )
  world.insert(
    `INSERT INTO series VALUES (70, '2026-01-05', 'odd', 'gauge', '', false, 'd', '', '', 'web', 1, 1, map('__proto__', 'p', 'big', '1'), '')`,
  )
  world.insert(`INSERT INTO samples VALUES (70, ${at(0)}, ${at(0)}, inf, 0), (70, ${at(60)}, ${at(0)}, nan, 0)`)
  const shared = { ...testApi(world.query), report: (error: unknown) => reported.push(error) }
  api = await startApi(shared)
  guarded = await startApi({ ...shared, token: 'secret' })
})
afterAll(async () => {
  await api.stop()
  await guarded.stop()
  await world.close()
  expect(reported).toEqual([])
})

const start = seedStartMs / 1000
const get = async (path: string): Promise<[status: number, body: unknown]> => {
  const response = await fetch(`${api.url}/prometheus/api/v1/${path}`)
  return [response.status, await response.json()]
}
const post = async (path: string, form: Record<string, string>): Promise<[status: number, body: unknown]> => {
  const response = await fetch(`${api.url}/prometheus/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return [response.status, await response.json()]
}
const encode = encodeURIComponent
const success = (data: unknown, beside: object = {}): [number, unknown] => [200, { status: 'success', data, ...beside }]
const failure = (status: number, errorType: string, error: unknown): [number, unknown] => [
  status,
  { status: 'error', errorType, error },
]

test('stats=all tells how the samples were come by, and what that cost', async () => {
  const path = `query_range?query=${encode('sum(rate(requests_total[1m])) + sum(queue)')}&start=${start}&end=${start + 120}&step=15&stats=all`
  const [status, body] = await get(path)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    data: {
      stats: {
        timings: { evalTotalTime: expect.any(Number) },
        samples: { totalQueryableSamples: expect.any(Number) },
        explain: {
          steps: [{ what: '{__name__="requests_total"}', series: 2 }, { what: '{__name__="queue"}' }],
          unit: '',
          cost: { sql: expect.any(Array), rowsRead: expect.any(Number), bytesRead: expect.any(Number) },
        },
      },
    },
  })
  expect(await get(path)).toMatchObject([
    200,
    { data: { stats: { explain: { steps: [{ from: 'memory' }, { from: 'memory' }] } } } },
  ])
})

describe('Prometheus API answers', () => {
  test.each([
    ['query?query=1', success({ resultType: 'scalar', result: [seedEndMs / 1000, '1'] })],
    [`query?query=-1/0&time=${start}.5`, success({ resultType: 'scalar', result: [start + 0.5, '-Inf'] })],
    ['query?query=%22a%22&time=1e3', success({ resultType: 'string', result: [1000, 'a'] })],
    [
      `query?query=queue{job="web"}&time=2026-01-05T10:01:00Z`,
      success({
        resultType: 'vector',
        result: [{ metric: { __name__: 'queue', job: 'web' }, value: [start + 60, '0'] }],
      }),
    ],
    [
      `query?query=odd&time=${start}`,
      success({
        resultType: 'vector',
        result: [
          { metric: JSON.parse('{"__name__":"odd","__proto__":"p","big":"1","job":"web"}'), value: [start, '+Inf'] },
        ],
      }),
    ],
    [
      `query?query=odd&time=${start + 60}&limit=1`,
      success({ resultType: 'vector', result: [{ metric: expect.anything(), value: [start + 60, 'NaN'] }] }),
    ],
    [
      `query?query=queue&time=${start}&limit=1`,
      success({ resultType: 'vector', result: [expect.anything()] }, { warnings: ['results truncated due to limit'] }),
    ],
    [
      `query?query=size_bytes&time=${start}`,
      success({
        resultType: 'vector',
        result: [
          {
            metric: { __name__: 'size_bytes', job: 'checkout' },
            histogram: [
              start,
              {
                count: '4',
                sum: '20',
                buckets: [
                  [0, '2', '4', '1'],
                  [0, '4', '8', '3'],
                ],
              },
            ],
          },
        ],
      }),
    ],
    [
      `query?query=latency_seconds&time=${start}`,
      success({
        resultType: 'vector',
        result: [
          {
            metric: expect.anything(),
            histogram: [
              start,
              {
                count: '10',
                sum: '1',
                buckets: [
                  [3, '-Inf', '0.1', '5'],
                  [0, '0.1', '0.2', '4'],
                  [0, '0.2', '0.4', '1'],
                ],
              },
            ],
          },
        ],
      }),
    ],
    [
      `query_range?query=queue{job="web"}&start=${start}&end=${start + 20}&step=10s`,
      success({
        resultType: 'matrix',
        result: [
          {
            metric: { __name__: 'queue', job: 'web' },
            values: [
              [start, '0'],
              [start + 10, '1'],
              [start + 20, '2'],
            ],
          },
        ],
      }),
    ],
    [
      `query?query=${encode('quantile(2, queue)')}&time=${start}`,
      success(expect.anything(), {
        warnings: ['PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)'],
      }),
    ],
    [
      `query?query=${encode('rate(queue[1m])')}&time=${start + 60}`,
      success(expect.anything(), { infos: [expect.stringContaining('PromQL info: metric might not be a counter')] }),
    ],
    [
      'series?match[]=queue',
      success([
        { __name__: 'queue', job: 'checkout' },
        { __name__: 'queue', job: 'web' },
      ]),
    ],
    ['labels?match[]=requests_total', success(['__name__', 'job', 'route'])],
    ['label/job/values?match[]=queue&limit=1', success(['checkout'], { warnings: ['results truncated due to limit'] })],
    ['label/U__ro_75_te/values', success(['/cart', '/checkout'])],
    [`labels?match[]=queue&start=${start - 10 * 86_400}&end=${start - 9 * 86_400}`, success([])],
    [
      'metadata?metric=pause_seconds',
      success({ pause_seconds: [{ type: 'summary', help: 'What pause is', unit: '' }] }),
    ],
    [
      `query_exemplars?query=${encode('rate(latency_seconds_bucket[5m])')}&start=${start}&end=${start + 600}`,
      success([
        {
          seriesLabels: { __name__: 'latency_seconds_bucket', job: 'web', route: '/cart' },
          exemplars: [
            {
              labels: { trace_id: '0000000000000000000000000000002a', span_id: '000000000000002b' },
              value: '0.3',
              timestamp: start + 60,
            },
          ],
        },
      ]),
    ],
    [`format_query?query=${encode('sum(a)by(b)')}`, success('sum by (b) (a)')],
    ['notifications', success([])],
    ['series?match[]=queue&start=2&end=1', success([])],
    [
      `parse_query?query=${encode('a[2*step():(1h)] offset -(1m-range())')}`,
      success(
        expect.objectContaining({
          range: 0,
          rangeExpr: {
            type: 'durationExpr',
            op: '*',
            lhs: { type: 'numberLiteral', val: '2', duration: false },
            rhs: { type: 'durationExpr', op: 'step', lhs: null, rhs: null, wrapped: false },
            wrapped: false,
          },
          step: 3_600_000,
          stepExpr: null,
          offsetExpr: expect.objectContaining({ op: '-', lhs: null, rhs: expect.objectContaining({ wrapped: true }) }),
        }),
      ),
    ],
    [
      `parse_query?query=${encode('rate(a{b="c"}[5m] @ end())')}`,
      success({
        type: 'call',
        func: { name: 'rate', argTypes: ['matrix'], variadic: 0, returnType: 'vector' },
        args: [
          {
            type: 'matrixSelector',
            name: 'a',
            range: 300_000,
            rangeExpr: null,
            offset: 0,
            offsetExpr: null,
            anchored: false,
            smoothed: false,
            timestamp: null,
            startOrEnd: 'end',
            matchers: [
              { name: 'b', value: 'c', type: '=' },
              { name: '__name__', value: 'a', type: '=' },
            ],
          },
        ],
      }),
    ],
    ['rules?type=alert&rule_name[]=a&file[]=b&group_limit=5&exclude_alerts=true', success({ groups: [] })],
    ['targets/metadata', success([])],
    ['metadata?limit=0', success({})],
    [
      'metadata?limit=-1&limit_per_metric=1&metric=pause_seconds',
      success({ pause_seconds: [expect.objectContaining({ type: 'summary' })] }),
    ],
    [
      'labels?match[]=requests_total&start=-292273086-05-16T16:47:06Z&end=292277025-08-18T07:12:54.999999999Z',
      success(['__name__', 'job', 'route']),
    ],
    [
      'status/runtimeinfo',
      success(expect.objectContaining({ storageRetention: '90d', serverTime: expect.any(String), goroutineCount: 0 })),
    ],
    ['status/flags', success(expect.objectContaining({ 'query.lookback-delta': '5m', 'query.timeout': '30s' }))],
    [
      'status/tsdb?limit=2',
      success({
        headStats: { numSeries: 9, numLabelPairs: 8, chunkCount: 0, minTime: seedStartMs, maxTime: expect.any(Number) },
        seriesCountByMetricName: [
          { name: 'queue', value: 2 },
          { name: 'requests_total', value: 2 },
        ],
        labelValueCountByLabelName: expect.any(Array),
        memoryInBytesByLabelName: expect.any(Array),
        seriesCountByLabelValuePair: expect.any(Array),
      }),
    ],
    ['alerts', success({ alerts: [] })],
    ['status/buildinfo', success(expect.objectContaining({ version: '3.5.0' }))],
    ['scrape_pools', success({ scrapePools: [] })],
    ...[
      ['1e30', `1${'0'.repeat(30)}`],
      ['-1.5e21', `-15${'0'.repeat(20)}`],
      ['1.25e-7', '0.000000125'],
      ['12.5', '12.5'],
      ['-Inf', '-Inf'],
    ].map(([text, value]): [string, unknown] => [
      `query?query=${text}&time=${start}`,
      success({ resultType: 'scalar', result: [start, value] }),
    ]),
    [
      `query?query=vector(1e30)&time=${start}`,
      success({ resultType: 'vector', result: [{ metric: {}, value: [start, '1e+30'] }] }),
    ],
  ])('%s', async (path, expected) => {
    expect(await get(path)).toEqual(expected)
  })

  test('a form that is posted', async () => {
    const form = { query: 'count(queue)', start: String(start), end: String(start), step: '1' }
    expect(await post('query_range', form)).toEqual(
      success({ resultType: 'matrix', result: [{ metric: {}, values: [[start, '2']] }] }),
    )
  })
})

describe('Prometheus API refuses', () => {
  test.each([
    [
      'query',
      failure(
        400,
        'bad_data',
        'invalid parameter "query": unknown position: parse error: no expression found in input',
      ),
    ],
    ['query?query=a%2b', failure(400, 'bad_data', expect.stringContaining('parse error'))],
    [
      "query?query=1&time=1';DROP",
      failure(
        400,
        'bad_data',
        'invalid parameter "time": invalid time value for \'time\': cannot parse "1\';DROP" to a valid timestamp',
      ),
    ],
    ['query?query=1&timeout=1e100', failure(400, 'bad_data', expect.stringContaining('overflows int64'))],
    ['query?query=1&lookback_delta=x', failure(400, 'bad_data', expect.stringContaining('lookback delta duration'))],
    ['query?query=1>/2', failure(422, 'execution', 'operator ">/" not allowed for Scalar operations')],
    [
      'labels?limit=1.5',
      failure(400, 'bad_data', 'invalid parameter "limit": strconv.Atoi: parsing "1.5": invalid syntax'),
    ],
    ['series?match[]=a[5m]', failure(400, 'bad_data', 'invalid parameter "match[]": 1:2: parse error: unexpected "["')],
    ['series?match[]={a=""}', failure(400, 'bad_data', expect.stringContaining('at least one non-empty matcher'))],
    [
      'query_exemplars?query=a&start=2&end=1',
      failure(400, 'bad_data', 'end timestamp must not be before start timestamp'),
    ],
    ['metadata?limit=x', failure(400, 'bad_data', 'limit must be a number')],
    ['targets/metadata?limit=x', failure(400, 'bad_data', 'limit must be a number')],
    ['targets/metadata?match_target={', failure(400, 'bad_data', expect.stringContaining('match_target'))],
    ['status/tsdb?limit=0', failure(400, 'bad_data', 'limit must be a positive number')],
    ['status/tsdb?limit=10001', failure(400, 'bad_data', 'limit must not exceed 10000')],
    ['rules?group_limit=a', failure(400, 'bad_data', expect.stringContaining('strconv.ParseInt: parsing "a"'))],
    ['query?query=1&time=1e300', failure(400, 'bad_data', expect.stringContaining('valid timestamp'))],
    ['query?query=1&timeout=x', failure(400, 'bad_data', expect.stringContaining('valid duration'))],
    ['query?query=1&limit=-1', failure(400, 'bad_data', 'invalid parameter "limit": limit must be non-negative')],
    ['rules?type=foo', failure(400, 'bad_data', expect.stringContaining('not supported value "foo"'))],
    ['rules?group_limit=0', failure(400, 'bad_data', expect.stringContaining('greater than 0'))],
    ['rules?group_next_token=a', failure(400, 'bad_data', expect.stringContaining('needs to be present'))],
    ['rules?match[]={', failure(400, 'bad_data', expect.stringContaining('match[]'))],
    ['query?query=a%2bon(job)a&limit=x', failure(400, 'bad_data', expect.stringContaining('"limit"'))],
    [
      `query?query=${encode('count_values("a\u0000", label_replace(queue,"x","$1","a","("))')}`,
      failure(422, 'execution', expect.stringContaining('regular expression')),
    ],
    ['query_range?query=1&start=0&end=1', failure(400, 'bad_data', expect.stringContaining('"step"'))],
    ['query_range?query=1&start=2&end=1&step=1', failure(400, 'bad_data', expect.stringContaining('before start'))],
    ['query_range?query=1&start=0&end=1e6&step=1', failure(400, 'bad_data', expect.stringContaining('11,000 points'))],
    ['query_range?query=a[5m]&start=0&end=1&step=1', failure(400, 'bad_data', expect.stringContaining('range vector'))],
    ['series', failure(400, 'bad_data', 'no match[] parameter provided')],
    ['series?match[]={}', failure(400, 'bad_data', expect.stringContaining('match[]'))],
    ['label/U__/values', failure(400, 'bad_data', expect.stringContaining('label name'))],
    ['nothing', failure(404, 'not_found', expect.stringContaining('nothing'))],
  ])('%s', async (path, expected) => {
    expect(await get(path)).toEqual(expected)
  })

  test.each(['DELETE', 'OPTIONS', 'PUT'])('%s, with or without a body', async (method) => {
    for (const body of [undefined, 'query=1']) {
      const response = await fetch(`${api.url}/prometheus/api/v1/query`, {
        method,
        ...(body !== undefined && { body }),
      })
      expect([response.status, await response.json()]).toEqual(
        failure(405, 'bad_data', expect.stringContaining(method)),
      )
      expect(response.headers.get('allow')).toBe('GET, POST')
    }
  })

  test('forms too large, pages of others, and who has no token', async () => {
    expect(await post('query', { query: 'a'.repeat(1_100_000) })).toEqual(
      failure(400, 'bad_data', expect.stringContaining('larger')),
    )
    const url = (door: Api): string => `${door.url}/prometheus/api/v1/query?query=1`
    expect((await fetch(url(api), { headers: { origin: 'http://evil.example' } })).status).toBe(403)
    const refused = await fetch(url(guarded))
    expect([refused.status, await refused.json()]).toEqual(
      failure(401, 'unauthorized', expect.stringContaining('token')),
    )
    expect((await fetch(url(guarded), { headers: { authorization: 'Bearer secret' } })).status).toBe(200)
  })
})

test('health is told under Prometheus’ names, to those without a token too', async () => {
  for (const path of ['', '-/healthy', '-/ready']) {
    for (const method of ['GET', 'HEAD']) {
      expect((await fetch(`${guarded.url}/prometheus/${path}`, { method })).status).toBe(200)
    }
  }
})

test('prometheus-query asks unmodified', async () => {
  const driver = new PrometheusDriver({ endpoint: `${api.url}/prometheus`, baseURL: '/api/v1' })
  const instant = await driver.instantQuery('requests_total{job="web"}', seedStartMs + 60_000)
  expect(instant.result).toMatchObject([
    { metric: { name: 'requests_total', labels: { job: 'web', route: '/cart' } }, value: { value: 140 } },
  ])
  const range = await driver.rangeQuery('queue{job="checkout"}', seedStartMs, seedStartMs + 60_000, 30)
  expect(range.result[0].values.map(({ value }: { value: number }) => value)).toEqual([10, 10, 10])
  expect(await driver.series('queue', seedStartMs, seedEndMs)).toHaveLength(2)
  expect(await driver.labelNames()).toContain('route')
  expect(await driver.labelValues('job')).toContain('web')
  expect(await driver.metadata('requests_total')).toMatchObject({ requests_total: [{ type: 'counter' }] })
  expect(await driver.rules()).toEqual([])
  expect(await driver.alerts()).toEqual([])
  await expect(driver.instantQuery('sum(')).rejects.toThrow()
})
