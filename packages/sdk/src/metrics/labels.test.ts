import { expect, test } from 'vitest'
import { meterOf } from './metering.ts'
import { testMetering } from './test-metering.case.ts'

function open() {
  const { metering, said } = testMetering()
  return { said, metering, meter: meterOf(metering, { name: 'test', version: '', schemaUrl: '' }) }
}

/** Callers that the compiler did not check; e2e/sdk-package.test.ts holds the types. */
interface Unchecked {
  add(value: number, labels: object): void
}

test('labels that were not declared are said and left out', () => {
  const { meter, metering, said } = open()
  const orders = meter.counter('orders', { labels: ['kind', 'shop'] })
  orders.add(1, { kind: 'new', shop: 'a' })
  const unchecked: Unchecked = orders
  unchecked.add(1, { kind: 'new', shop: 'a', colour: 'red' })
  unchecked.add(1, { kind: 'new' })
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
  expect(said).toEqual([])
})

test('one name with another unit or other labels is said; the first holds', () => {
  const { meter, said } = open()
  const first = meter.counter('sent', { unit: 'By' })
  expect(meter.counter('sent', { unit: 'MBy' })).toBe(first)
  expect(meter.counter('sent')).toBe(first)
  expect(said).toEqual(['Metric "sent" was made twice, with another unit: the first, "By", holds'])
})
