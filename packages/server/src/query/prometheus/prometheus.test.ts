import { afterAll, beforeAll, expect, test } from 'vitest'
import { realCountsFlag } from '../../store/tables.ts'
import { parseExpression } from '../promql/parse/parse.ts'
import { printLabels } from '../promql/parse/print.ts'
import { seedEndMs, seedStartMs } from '../test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from '../test-world/world.case.ts'
import { isFailed } from './prometheus.ts'

let world: TestWorld
beforeAll(async () => {
  world = await openSeededWorld()
  world.insert(`INSERT INTO resources VALUES (9, '2026-01-05', 'api', '', map('service.name', 'api', 'service.namespace', 'shop',
    'service.instance.id', 'a-1', 'host.name', 'h', 'service.version', '2',
    'process.command_args', '{"values":[{"stringValue":"node"},{"intValue":"1"}]}'), 'sssssa', 0)`)
  world.insert(`INSERT INTO series VALUES (90, '2026-01-05', 'http.server.active', 'gauge', '', false, 'd', '', '', 'api', 9, 1,
    map('http.route', '/x', 'it''s "odd"\\n', 'a\\\\b'), ''), (91, '2026-01-05', 'http.server.active', 'gauge', '', false, 'd', '', '', 'api', 9, 1,
    map('http.route', '/gone'), '')`)
  const at = (s: number): string => `fromUnixTimestamp64Milli(${seedStartMs + s * 1000}, 'UTC')`
  world.insert(`INSERT INTO samples VALUES (90, ${at(20)}, ${at(0)}, 3, 0), (90, ${at(10)}, ${at(0)}, nan, 0), (90, ${at(10)}, ${at(0)}, 7, 0),
    (91, ${at(10)}, ${at(0)}, 1, 0), (91, ${at(30)}, ${at(0)}, 0, 1)`)
  const bits = (count: number): string => `reinterpretAsUInt64(toFloat64(${count}))`
  const real = (seconds: number, counts: [number, number]): string =>
    `(92, ${at(seconds)}, ${at(0)}, ${realCountsFlag}, ${bits(counts[0] + counts[1])}, 5, NULL, NULL, [], [], 0, ${bits(0)}, 0, 1, [${counts.map(bits)}], 0, [])`
  const whole = `(92, ${at(30)}, ${at(0)}, 0, 6, 9, NULL, NULL, [], [], 0, 0, 0, 1, [2, 4], 0, [])`
  world.insert(
    `INSERT INTO series VALUES (92, '2026-01-05', 'real', 'exponential_histogram', 'cumulative', false, 'd', '', '', 'api', 9, 1, map(), '')`,
  )
  world.insert(`INSERT INTO histograms VALUES ${real(10, [1.5, 1])}, ${real(20, [1.75, 2])}, ${whole}`)
})
afterAll(() => world.close())

async function ask(query: string, afterSeconds: number): Promise<string[]> {
  const expression = parseExpression(query)
  if (expression.kind === 'parse-error') throw new Error(expression.sentence)
  const timeMs = seedStartMs + afterSeconds * 1000
  const answer = await world.query.prometheus.instant({ expression, text: query, timeMs }, world.query.running({}))
  if (isFailed(answer)) return [`${answer.failed}: ${answer.message}`]
  const { value } = answer
  if (value.kind === 'scalar' || value.kind === 'string') return [String(value.value)]
  if (value.kind === 'vector')
    return value.samples.map(
      ({ labels, value, histogram }) =>
        `${printLabels(labels.pairs)} ${histogram === undefined ? value : `count ${histogram.count} sum ${histogram.sum}`}`,
    )
  return value.series.map(({ labels, values }) => `${printLabels(labels.pairs)} ${[...values].join(' ')}`)
}

test('a page draws counts with fractions as they are', async () => {
  const range = { fromMs: seedStartMs, toMs: seedStartMs + 60_000 }
  const answer = await world.query.metricRange(
    { ...range, metric: 'real', by: [], filter: [], stepMs: 60_000, aggregation: 'rate' },
    {},
  )
  expect(answer).toMatchObject({ series: [{ values: [0.2] }] })
})

test.each([
  [
    'a monotonic sum by the name Prometheus gives it',
    'requests_total',
    60,
    ['requests_total{job="checkout", route="/checkout"} 70', 'requests_total{job="web", route="/cart"} 140'],
  ],
  ['and by its own', 'requests{job="web"}', 60, ['requests{job="web", route="/cart"} 140']],
  ['a rate over a restart that the start time tells', 'sum(increase(requests_total{job="web"}[1m]))', 330, ['{} 120']],
  ['delta points as counters that each begin anew', 'increase(jobs_total[1m])', 120, ['{job="cron"} 30']],
  ['sums of what delta points sent', 'sum_over_time(jobs_total[1m])', 120, ['{job="cron"} 30']],
  [
    'classic buckets',
    'latency_seconds_bucket{le=~"0.1|\\\\+Inf"}',
    60,
    [
      'latency_seconds_bucket{job="web", le="+Inf", route="/cart"} 70',
      'latency_seconds_bucket{job="web", le="0.1", route="/cart"} 35',
    ],
  ],
  ['count and sum', 'latency_seconds_sum / latency_seconds_count', 60, ['{job="web", route="/cart"} 0.1']],
  [
    'quantiles of classic buckets',
    'histogram_quantile(0.5, sum by (le) (rate(latency_seconds_bucket[1m])))',
    120,
    ['{} 0.1'],
  ],
  [
    'and of the same histogram as a native one',
    'histogram_quantile(0.5, rate(latency_seconds[1m]))',
    120,
    ['{job="web", route="/cart"} 0.1'],
  ],
  ['an exponential histogram', 'size_bytes', 60, ['size_bytes{job="checkout"} count 28 sum 140']],
  ['a histogram whose counts have fractions', 'real', 15, ['real{instance="a-1", job="shop/api"} count 2.5 sum 5']],
  ['and is whole behind them', 'real', 35, ['real{instance="a-1", job="shop/api"} count 6 sum 9']],
  [
    'its increase over both',
    'histogram_count(sum_over_time(real[30s]))',
    30,
    ['{instance="a-1", job="shop/api"} 12.25'],
  ],
  ['its share above a bound', 'histogram_fraction(4, +Inf, size_bytes)', 60, ['{job="checkout"} 0.75']],
  ['a summary', 'pause_seconds{quantile="0.99"}', 60, ['pause_seconds{job="payment", quantile="0.99"} 0.75']],
  ['a summary count', 'pause_seconds_count', 60, ['pause_seconds_count{job="payment"} 14']],
  [
    'job and instance of namespace, name and instance id',
    'http_server_active{http_route="/x"}',
    21,
    ['http_server_active{http_route="/x", instance="a-1", it_s__odd__="a\\\\b", job="shop/api"} 3'],
  ],
  [
    'own names with own labels',
    '{"http.server.active", "http.route"="/x"}',
    21,
    ['{"http.server.active", "http.route"="/x", instance="a-1", "it\'s \\"odd\\"\\n"="a\\\\b", job="shop/api"} 3'],
  ],
  [
    'either label name either way',
    '{"http.server.active", http_route="/x", "host.name"="h"} * 0',
    21,
    ['{"http.route"="/x", instance="a-1", "it\'s \\"odd\\"\\n"="a\\\\b", job="shop/api"} 0'],
  ],
  ['no value after a staleness marker', 'http_server_active{http_route="/gone"}', 40, []],
  [
    'the first of two points at one time, in order of time',
    'http_server_active{http_route="/x"}[1m]',
    40,
    ['http_server_active{http_route="/x", instance="a-1", it_s__odd__="a\\\\b", job="shop/api"} NaN 3'],
  ],
  [
    'resource attributes in target_info',
    'target_info{service_version="2"}',
    60,
    [
      'target_info{host_name="h", instance="a-1", job="shop/api", process_command_args="[\\"node\\",1]", service_version="2"} 1',
    ],
  ],
  [
    'joined to what they describe',
    'http_server_active{http_route="/x"} * on (job, instance) group_left (host_name) target_info',
    60,
    ['{host_name="h", http_route="/x", instance="a-1", it_s__odd__="a\\\\b", job="shop/api"} 3'],
  ],
  [
    'patterns of names, without own ones',
    'count by (__name__) ({__name__=~"(requests|queue|jobs).*"})',
    60,
    ['jobs_total 1', 'queue 2', 'requests_total 2'],
  ],
  ['patterns of values', 'queue{job!~"check.*"}', 60, ['queue{job="web"} 0']],
  ['nothing for a hostile name', '{__name__="\'; DROP TABLE samples; --"}', 60, []],
  ['nothing for hostile values', 'queue{job="\\\\\') OR 1=1 --",a="{p1:String}"}', 60, []],
  ['nothing before the first point', 'queue', -1, []],
  ['nothing at the ends of time', 'queue @ -9223372036854775', 0, []],
])('%s: %s', async (_title, query, afterSeconds, expected) => {
  expect(await ask(query, afterSeconds)).toEqual(expected)
})

const range = { afterMs: seedStartMs, untilMs: seedEndMs }

test('lists name labels, their values, and what each metric is', async () => {
  const { prometheus, running } = world.query
  const everything = { selectors: [], range }
  expect(await prometheus.labelNames(everything, running({}))).toEqual({
    names: [
      '__name__',
      'host_name',
      'http_route',
      'instance',
      'it_s__odd__',
      'job',
      'le',
      'process_command_args',
      'quantile',
      'route',
      'service_version',
    ],
  })
  expect(await prometheus.labelValues({ ...everything, label: '__name__' }, running({}))).toMatchObject({
    values: expect.arrayContaining(['requests_total', 'latency_seconds_bucket', 'pause_seconds', 'target_info']),
  })
  expect(await prometheus.labelValues({ ...everything, label: 'le' }, running({}))).toEqual({
    values: ['+Inf', '0.1', '0.2', '0.4'],
  })
  expect(await prometheus.labelValues({ ...everything, label: 'job' }, running({}))).toEqual({
    values: ['checkout', 'cron', 'payment', 'shop/api', 'web'],
  })
  const metadata = await prometheus.metadata(range, running({}))
  expect(metadata.get('requests_total')).toEqual([{ type: 'counter', help: 'What requests is', unit: '' }])
})

test('a query that would read more than its limits says which', async () => {
  world.insert(`INSERT INTO series SELECT 1000 + number, '2026-01-05', 'many', 'gauge', '', false, 'd', '', '', 'web', 1, 1,
    map('n', toString(number)), '' FROM numbers(10001)`)
  expect(await ask('many', 60)).toEqual([
    'limit: query selects more than 10000 series, which is the limit; ask with more labels',
  ])
})
