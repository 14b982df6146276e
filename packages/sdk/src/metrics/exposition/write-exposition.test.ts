import { expect, test } from 'vitest'
import { meterOf } from '../metering.ts'
import { testMetering } from '../test-metering.case.ts'
import { familiesOf } from './families.ts'
import { type Dialect, dialectOf, takesGzip } from './negotiate.ts'
import { ExpositionWriter } from './write-exposition.ts'

const scopeOf = (name: string) => ({ name, version: '', schemaUrl: '' })
const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', sampled: true }

function open() {
  const { metering, said } = testMetering({ nowUnixMs: () => 1_700_000_000_123, activeSpan: () => span })
  const writer = new ExpositionWriter()
  const exposed = (dialect: Dialect) =>
    [
      ...writer.write(
        familiesOf(metering.all(), (sentence) => said.push(sentence)),
        dialect,
      ),
    ].join('')
  return { metering, meter: meterOf(metering, scopeOf('wakeline')), said, exposed }
}

test('each kind is written as Prometheus reads it', () => {
  const { meter, exposed } = open()
  meter
    .counter('orders.taken', { unit: '{order}', description: 'Orders\nall of them.' })
    .add(2, { 'shop.id': 'a"b\\c\n' })
  meter.upDownCounter('queue.size').add(-3)
  meter.gauge('disk.usage', { unit: '1' }).set(0.5)
  meter.histogram('job.duration', { unit: 's', boundaries: [0.5, 1] }).record(0.7, { queue: 'mail' })
  expect(exposed('text')).toBe(
    String.raw`# HELP orders_taken_total Orders\nall of them.
# TYPE orders_taken_total counter
orders_taken_total{shop_id="a\"b\\c\n"} 2
# HELP queue_size queue.size
# TYPE queue_size gauge
queue_size -3
# HELP disk_usage_ratio disk.usage
# TYPE disk_usage_ratio gauge
disk_usage_ratio 0.5
# HELP job_duration_seconds job.duration
# TYPE job_duration_seconds histogram
job_duration_seconds_bucket{le="0.5",queue="mail"} 0
job_duration_seconds_bucket{le="1",queue="mail"} 1
job_duration_seconds_bucket{le="+Inf",queue="mail"} 1
job_duration_seconds_sum{queue="mail"} 0.7
job_duration_seconds_count{queue="mail"} 1
`,
  )
})

test('OpenMetrics has units, exemplars and an end', () => {
  const { meter, exposed } = open()
  meter.counter('sent', { unit: 'By' }).add(9)
  meter.histogram('job.duration', { unit: 's', boundaries: [1] }).record(0.7)
  const exemplar = `# {trace_id="${span.traceId}",span_id="${span.spanId}"}`
  expect(exposed('openmetrics')).toBe(`# HELP sent_bytes sent
# TYPE sent_bytes counter
# UNIT sent_bytes bytes
sent_bytes_total 9 ${exemplar} 9 1700000000.123
# HELP job_duration_seconds job.duration
# TYPE job_duration_seconds histogram
# UNIT job_duration_seconds seconds
job_duration_seconds_bucket{le="1.0"} 1 ${exemplar} 0.7 1700000000.123
job_duration_seconds_bucket{le="+Inf"} 1
job_duration_seconds_sum 0.7
job_duration_seconds_count 1
# EOF
`)
})

test('one name in two scopes is one family, told apart by scope; two types under one name are said', () => {
  const { metering, meter, said, exposed } = open()
  meter.gauge('size').set(1)
  meterOf(metering, scopeOf('pool')).gauge('size').set(2)
  meterOf(metering, scopeOf('other')).histogram('size').record(3)
  expect(exposed('text')).toBe('# HELP size size\n# TYPE size gauge\nsize 1\nsize{otel_scope_name="pool"} 2\n')
  expect(said).toEqual(['Cannot expose histogram "size": in Prometheus it is size, as a gauge is'])
})

test('many series come in chunks that are each small', () => {
  const { meter, metering, exposed } = open()
  metering.settings.seriesMax = 10_000
  const histogram = meter.histogram('h')
  for (let i = 0; i < 5_000; i++) histogram.record(i, { i })
  const chunks = [
    ...new ExpositionWriter().write(
      familiesOf(metering.all(), () => {}),
      'text',
    ),
  ]
  expect(chunks.join('')).toBe(exposed('text'))
  expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(70_000)
})

test.each<[string | undefined, Dialect]>([
  [undefined, 'text'],
  ['*/*', 'text'],
  ['text/html', 'text'],
  ['application/openmetrics-text; version=1.0.0; charset=utf-8', 'openmetrics'],
  ['application/openmetrics-text;version=0.0.1', 'text'],
  ['text/plain;version=0.0.4;q=0.3,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.2', 'openmetrics'],
  ['text/plain;q=0.9,application/openmetrics-text;q=0.5', 'text'],
])('Accept: %s', (accept, dialect) => expect(dialectOf(accept)).toBe(dialect))

test.each<[string | undefined, boolean]>([
  [undefined, false],
  ['gzip', true],
  ['br, GZIP;q=0.5', true],
  ['gzip;q=0', false],
  ['identity', false],
])('Accept-Encoding: %s', (encoding, gzip) => expect(takesGzip(encoding)).toBe(gzip))
