import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { readRows } from '../../base/native/read-blocks.ts'
import { OpenBlocks } from '../decode/open-blocks.ts'
import { decodeOtlpMetrics } from '../decode/otlp.ts'
import { StatsdSeries } from '../decode/statsd.ts'
import { startStatsd } from './statsd.ts'

const limits = { attributesMax: 50, valueSizeMaxBytes: 1000, eventsMax: 8, depthMax: 8 }
const nowMs = Date.UTC(2026, 0, 1)

type Rows = Record<string, Record<string, unknown>[]>

function rowsOf(body: Uint8Array | undefined): Rows {
  const blocks = new OpenBlocks({ originsKnownMax: 100, seriesKnownMax: 100 })
  const decoded = decodeOtlpMetrics(body ?? new Uint8Array(), { blocks, nowUnixMs: nowMs, limits })
  expect(decoded).toMatchObject({ rejected: 0 })
  return Object.fromEntries(blocks.take().map(({ table, bytes }) => [table, readRows(bytes)]))
}

function flushed(...lines: string[]): Rows {
  const series = new StatsdSeries({ seriesMax: 10, forgetAfterMs: 60_000 })
  for (const line of lines) series.add(line, nowMs)
  expect(series.reason).toBe('')
  return rowsOf(series.flush(nowMs + 1000))
}

const numbers: [string, string[], object, number][] = [
  [
    'a counter adds up, sampled ones by their rate',
    ['a:1|c', 'a:2|c|@0.1'],
    { metric: 'a', kind: 'sum', temporality: 'cumulative', monotonic: true },
    21,
  ],
  ['a counter that falls is none that only rises', ['a:5|c', 'a:-2|c'], { kind: 'sum', monotonic: false }, 3],
  ['a gauge is set', ['a:5|g', 'a:7.5|g'], { kind: 'gauge' }, 7.5],
  ['a gauge with a sign is moved', ['a:5|g', 'a:-2|g', 'a:+1|g'], { kind: 'gauge' }, 4],
  ['a set counts what is different', ['a:x|s', 'a:y|s', 'a:x|s'], { kind: 'gauge' }, 2],
  [
    'tags are attributes, known ones the resource',
    ['a:1|c|#service:shop,region:eu,on,:x'],
    {
      service: 'shop',
      attributes: [
        [':x', 'true'],
        ['on', 'true'],
        ['region', 'eu'],
      ],
    },
    1,
  ],
  ["InfluxDB's tags", ['a,shard=2:1|c'], { metric: 'a', attributes: [['shard', '2']] }, 1],
  [
    "Sysdig's tags",
    ['a#shard=2,x=y:1|c'],
    {
      metric: 'a',
      attributes: [
        ['shard', '2'],
        ['x', 'y'],
      ],
    },
    1,
  ],
  [
    "Graphite's tags",
    ['a;shard=2;x=y:1|c'],
    {
      attributes: [
        ['shard', '2'],
        ['x', 'y'],
      ],
    },
    1,
  ],
]
test.each(numbers)('%s', (_, lines, about, value) => {
  const { series, samples } = flushed(...lines)
  expect(series).toMatchObject([about])
  expect(samples).toMatchObject([{ value }])
})

test('times are a histogram', () => {
  const { series, histograms } = flushed('t:100:100:0|ms|@0.5', 't:-1|ms')
  expect(series).toMatchObject([{ metric: 't', kind: 'exponential_histogram', unit: 'ms', temporality: 'cumulative' }])
  // 100 = 2^6.64: bucket 53 of scale 3, above 2^(53/8) and at most 2^(54/8).
  expect(histograms).toMatchObject([
    {
      count: 7n,
      sum: 399,
      scale: 3,
      zero_count: 2n,
      positive_offset: 53,
      positive_counts: [4n],
      negative_counts: [1n],
    },
  ])
})

test.each([
  ['a', 'its type "" is not one of'],
  ['a:x|c', '"x" is not a number'],
  ['a:1|q', 'its type "q"'],
  ['a:1|c|@2', 'its sample rate'],
  ['a:1|ms|@1e-320', 'its sample rate'],
  [':1|c', 'it is not name:value|type'],
  ['_e{1,2}:a|bc', 'events and service checks'],
])('%s is rejected with a reason', (line, reason) => {
  const series = new StatsdSeries({ seriesMax: 1, forgetAfterMs: 1 })
  series.add(line, nowMs)
  expect(series).toMatchObject({ received: 1, rejected: 1, reason: expect.stringContaining(reason) })
})

test('series beyond the limit are not taken, and silent ones are forgotten', () => {
  const series = new StatsdSeries({ seriesMax: 1, forgetAfterMs: 1000 })
  series.add('a:1|c', nowMs)
  series.add('b:1|c', nowMs)
  expect(series).toMatchObject({ count: 1, rejected: 1 })
  expect(series.flush(nowMs + 1001)).toBeUndefined()
  series.add('b:1|c', nowMs)
  expect(series).toMatchObject({ count: 1, rejected: 1 })
})

const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop()
})

test('lines over UDP and over TCP are flushed together, and once more at the end', async () => {
  const bodies: Uint8Array[] = []
  const receiver = await startStatsd({
    ...{ host: '127.0.0.1', port: 0, connectionsMax: 10, flushMs: 20, seriesMax: 10, forgetAfterMs: 60_000 },
    nowUnixMs: () => nowMs,
    submit: async ({ body }) => {
      bodies.push(body)
      return { kind: 'stored', rejected: 0, reason: '' }
    },
    report: () => {},
    onFault: () => {},
  })
  running.push(receiver)
  const udp = createSocket('udp4')
  await new Promise((resolve) => udp.send('a:1|c\nb:2|g\n', receiver.port, '127.0.0.1', resolve))
  udp.close()
  const tcp = connect(receiver.port, '127.0.0.1')
  tcp.write('a:1|')
  tcp.end('c\nb:3|g')
  while (receiver.counts().received < 4) await new Promise((resolve) => setTimeout(resolve, 5))
  await running.pop()?.stop()
  const { samples } = rowsOf(bodies.at(-1))
  expect(samples?.map(({ value }) => value).sort()).toEqual([2, 3])
})
