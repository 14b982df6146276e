import { expect, test } from 'vitest'
import { Keys } from '../encode/keys.ts'
import { preferMetrics } from '../on-demand/metrics.ts'
import { Message } from '../testing/otlp-decode.ts'
import { nativeHistograms, summaries } from './application/extend.ts'
import { meterOf } from './metering.ts'
import { PushedMetrics } from './pushed-metrics.ts'
import { testMetering } from './test-metering.case.ts'

const scope = { name: 'wakeline', version: '', schemaUrl: '' }

function open() {
  const { metering, said, clock } = testMetering({ settings: { seriesMax: 10, seriesExpiryMs: 0 } })
  const say = (sentence: string) => said.push(sentence)
  const encoder = new PushedMetrics(metering, { keys: new Keys(), limits: { stringMax: 100 } }, say)
  /** A second later: each metric with its temporality and points, read by hand. */
  const push = async () => {
    await metering.runObservers()
    clock.nowMs += 1_000
    const taken = encoder.encode(clock.nowMs)
    const metrics = new Message(Buffer.concat(taken?.scopes ?? [])).messages(2).flatMap((one) => one.messages(2))
    return Object.fromEntries(metrics.map((metric) => [metric.text(1), read(metric)]))
  }
  return { metering, encoder, meter: meterOf(metering, scope), say, said, push, clock }
}

const seconds = (nanos: bigint) => Number(nanos / 1_000_000n) / 1_000 - 1_700_000_000

function read(metric: Message) {
  const data = [5, 7, 9, 10, 11].flatMap((number) => metric.messages(number))[0]
  const isExponential = metric.messages(10).length > 0
  return {
    temporality: data?.int(2),
    points: (data?.messages(1) ?? []).map((point) => ({
      from: seconds(point.fixed64(2)),
      to: seconds(point.fixed64(3)),
      value: point.double(4),
      count: Number(point.fixed64(4)),
      sum: point.double(5),
      ...(isExponential
        ? { scale: zigzag(point.int(6)), zeros: Number(point.fixed64(7)), positive: range(point) }
        : {}),
      ...(metric.messages(11).length > 0
        ? { quantiles: point.messages(6).map((quantile) => [quantile.double(1), quantile.double(2)]) }
        : {}),
    })),
  }
}

const zigzag = (value: number) => (value & 1 ? -(value + 1) / 2 : value / 2)
const range = (point: Message) => {
  const buckets = point.messages(8)[0]
  return { offset: zigzag(buckets?.int(1) ?? 0), counts: [...(buckets?.bytes(2) ?? [])] }
}

test('a native histogram is pushed as exponential buckets', async () => {
  const { metering, say, push } = open()
  const wait = nativeHistograms(metering, say)('wait', { unit: 's', maxScale: 0 })
  for (const value of [1, 2, 3, 4, 0]) wait.record(value)
  const point = (await push())['wait']?.points[0]
  expect(point).toMatchObject({ count: 5, sum: 10, scale: 0, zeros: 1, positive: { offset: -1, counts: [1, 1, 2] } })
})

test('every histogram is pushed so when that is the default, with what it had before', async () => {
  const { metering, encoder, meter, push } = open()
  meter.histogram('before', { boundaries: [10] }).record(3)
  preferMetrics({ metering, encoder }, { temporality: 'cumulative', nativeHistograms: true })
  meter.histogram('after').record(4)
  const { before, after } = await push()
  expect([before?.points[0]?.scale, before?.points[0]?.count]).toEqual([20, 1])
  expect([after?.points[0]?.scale, after?.points[0]?.count]).toEqual([20, 1])
})

test('a summary is pushed with its quantiles', async () => {
  const { metering, say, push } = open()
  summaries(metering, say)('size', { quantiles: [0, 1] }).record(3)
  expect((await push())['size']?.points[0]).toMatchObject({
    count: 1,
    sum: 3,
    quantiles: [
      [0, 3],
      [1, 3],
    ],
  })
})

test('delta is what came since the last push, and nothing when nothing came', async () => {
  const { metering, encoder, meter, push } = open()
  preferMetrics({ metering, encoder }, { temporality: 'delta', nativeHistograms: false })
  const orders = meter.counter('orders')
  const open1 = meter.upDownCounter('open')
  const wait = meter.histogram('wait', { boundaries: [1] })
  let seen = 10
  meter.observableCounter('seen', {}, (observe) => observe(seen))
  orders.add(5)
  open1.add(2)
  wait.record(0.5)
  const first = await push()
  expect(first['orders']).toMatchObject({ temporality: 1, points: [{ value: 5, from: 0, to: 1 }] })
  expect(first['open']).toMatchObject({ temporality: 2, points: [{ value: 2 }] })
  expect(first['wait']).toMatchObject({ temporality: 1, points: [{ count: 1, sum: 0.5 }] })
  expect(first['seen']).toMatchObject({ temporality: 1, points: [{ value: 10 }] })
  expect(Object.keys(await push())).toEqual(['open'])
  orders.add(3)
  wait.record(0.25)
  seen = 14
  const third = await push()
  expect(third['orders']?.points).toMatchObject([{ value: 3, from: 1, to: 3 }])
  expect(third['wait']?.points).toMatchObject([{ count: 1, sum: 0.25 }])
  expect(third['seen']?.points).toMatchObject([{ value: 4 }])
})

test('with lowmemory what is observed stays a total', async () => {
  const { metering, encoder, meter, push } = open()
  preferMetrics({ metering, encoder }, { temporality: 'lowmemory', nativeHistograms: false })
  meter.counter('orders').add(5)
  meter.observableCounter('seen', {}, (observe) => observe(10))
  await push()
  const second = await push()
  expect(second).toMatchObject({ seen: { temporality: 2, points: [{ value: 10 }] } })
  expect(second['orders']).toBeUndefined()
})

test('deltas of a native histogram add up, also when its buckets became wider between', async () => {
  const { metering, encoder, say, push } = open()
  preferMetrics({ metering, encoder }, { temporality: 'delta', nativeHistograms: false })
  const wait = nativeHistograms(metering, say)('wait')
  for (let i = 1; i <= 100; i++) wait.record(1 + i / 1_000)
  const first = (await push())['wait']?.points[0]
  for (let i = 1; i <= 50; i++) wait.record(i * 1_000)
  const second = (await push())['wait']?.points[0]
  const total = (counts: number[] | undefined) => counts?.reduce((sum, count) => sum + count, 0)
  expect([first?.count, total(first?.positive?.counts)]).toEqual([100, 100])
  expect([second?.count, total(second?.positive?.counts)]).toEqual([50, 50])
})
