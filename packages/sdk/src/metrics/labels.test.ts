import { expect, test } from 'vitest'
import { Metering, meterOf } from './metering.ts'

function open() {
  const said: string[] = []
  const metering = new Metering({
    settings: { seriesMax: 100, seriesExpiryMs: 0 },
    report: (sentence) => said.push(sentence),
    nowUnixMs: () => 0,
    activeSpan: () => undefined,
  })
  return { said, metering, meter: meterOf(metering, { name: 'test', version: '', schemaUrl: '' }) }
}

test('declared labels are checked by the compiler, and when it was not asked, at run time', () => {
  const { meter, metering, said } = open()
  const orders = meter.counter('orders', { labels: ['kind', 'shop'] })
  orders.add(1, { kind: 'new', shop: 'a' })
  // @ts-expect-error a label that was not declared
  orders.add(1, { kind: 'new', shop: 'a', colour: 'red' })
  // @ts-expect-error a label is missing
  orders.add(1, { kind: 'new' })
  expect(metering.find({ name: 'test', version: '', schemaUrl: '' }, 'orders')?.series.attributes.slice(1)).toEqual([
    { kind: 'new', shop: 'a' },
    { kind: 'new' },
  ])
  expect(said).toEqual([
    'Metric "orders" was used with other labels: "colour" is none of its labels (kind, shop)',
    'Metric "orders" was used with other labels: its label "shop" was not given',
  ])
})

test('a timer takes some labels when it starts and the others when it stops', () => {
  const { meter, said } = open()
  const end = meter.histogram('job', { unit: 's', labels: ['queue', 'outcome'] }).startTimer({ queue: 'mail' })
  expect(end({ outcome: 'ok' })).toBeGreaterThanOrEqual(0)
  // @ts-expect-error the outcome is missing
  meter.histogram('job', { unit: 's', labels: ['queue', 'outcome'] }).startTimer({ queue: 'mail' })({})
  expect(said).toEqual(['Metric "job" was used with other labels: its label "outcome" was not given'])
})

test('one name with another unit or other labels is said; the first holds', () => {
  const { meter, said } = open()
  const first = meter.counter('sent', { unit: 'By' })
  expect(meter.counter('sent', { unit: 'MBy' })).toBe(first)
  expect(meter.counter('sent')).toBe(first)
  expect(said).toEqual(['Metric "sent" was made twice, with another unit: the first, "By", holds'])
})
