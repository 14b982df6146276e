import { expect, test } from 'vitest'
import { meterOf } from '../metering.ts'
import { testMetering } from '../test-metering.case.ts'
import { ActiveUsers } from './active-users.ts'
import { applicationMetrics } from './application-metrics.ts'
import { namedMetrics } from './named.ts'
import { systemMetrics } from './system-metrics.ts'

function open() {
  const { metering, said } = testMetering()
  /** Every series with a value: name, attributes, value or count. */
  const series = async () => {
    await metering.runObservers()
    return [...metering.all()].flatMap(({ instruments }) =>
      [...instruments].flatMap((instrument) =>
        instrument.series.attributes.flatMap((attributes, slot) => {
          if ('values' in instrument)
            return (instrument.used[slot] ?? 0) > 0
              ? [{ name: instrument.shape.name, attributes, value: instrument.values[slot] }]
              : []
          if (!('rowLength' in instrument)) return []
          const row = instrument.counts.subarray(slot * instrument.rowLength, (slot + 1) * instrument.rowLength)
          const count = row.reduce((sum, bucket) => sum + bucket, 0)
          return count === 0 ? [] : [{ name: instrument.shape.name, attributes, value: count }]
        }),
      ),
    )
  }
  return { metering, said, series }
}

test('metrics are used by name; unknown names and wrong kinds are said, and record nothing', async () => {
  const { metering, said, series } = open()
  const meter = meterOf(metering, { name: 'wakeline', version: '', schemaUrl: '' })
  meter.counter('orders')
  meter.gauge('depth')
  meter.histogram('wait', { unit: 's' })
  const metrics = namedMetrics(metering, (sentence) => said.push(sentence))
  metrics.add('orders', 2, { kind: 'new' })
  metrics.set('depth', 7)
  metrics.startTimer('wait', { queue: 'a' })({ outcome: 'ok' })
  metrics.add('order', 1)
  metrics.set('orders', 1)
  metrics.record('depth', 1)
  metrics.add('orders', -1)
  metrics.set('depth', Number.NaN)
  expect(await series()).toEqual([
    { name: 'orders', attributes: { kind: 'new' }, value: 2 },
    { name: 'depth', attributes: {}, value: 7 },
    { name: 'wait', attributes: { queue: 'a', outcome: 'ok' }, value: 1 },
  ])
  expect(said).toEqual([
    'Cannot add to metric "order": no instrument of that name was made: meter makes them',
    'Cannot set metric "orders": it is a counter',
    'Cannot record into metric "depth": it is a gauge',
    'Cannot record -1 in metric "orders": a counter only grows',
    'Cannot record NaN in metric "depth": it is not a finite number',
  ])
})

test('queries are measured with their outcome, and what they give or throw is unchanged', async () => {
  const { metering, series } = open()
  const application = applicationMetrics(metering)
  const query = { operation: 'SELECT', table: 'orders' }
  expect(application.query(query, () => 3)).toBe(3)
  expect(await application.query(query, async () => 4)).toBe(4)
  await expect(application.query(query, () => Promise.reject(new TypeError('x')))).rejects.toThrow('x')
  expect(() =>
    application.query(query, () => {
      throw new RangeError('y')
    }),
  ).toThrow('y')
  const found = (await series()).map(({ attributes, value }) => [attributes['status'], attributes['error.type'], value])
  expect(found).toEqual([
    ['ok', undefined, 2],
    ['error', 'TypeError', 1],
    ['error', 'RangeError', 1],
  ])
})

test('requests, events, users and queues', async () => {
  const { metering, series } = open()
  const application = applicationMetrics(metering)
  application.request({ method: 'GET', route: '/users/:id', status: 500, seconds: 0.1 })
  application.event('order.placed', { plan: 'pro' })
  application.userSeen('ann')
  application.userSeen('ann')
  application.userSeen('bob')
  application.queueSize('mail', 7)
  const found = Object.fromEntries((await series()).map(({ name, value }) => [name, value]))
  expect(found).toEqual({
    'http.server.request.duration': 1,
    'business.events': 1,
    'users.active': 2,
    'queue.size': 7,
  })
})

test('users are active for five minutes after they were last seen', () => {
  let nowMs = 0
  const users = new ActiveUsers(() => nowMs)
  users.seen('ann')
  nowMs = 200_000
  users.seen('bob')
  users.seen('ann')
  nowMs = 500_001
  expect(users.count()).toBe(0)
  users.seen('bob')
  expect(users.count()).toBe(1)
})

test('the machine is measured from start to stop', async () => {
  const { metering, said, series } = open()
  let isRunning = false
  const report = (sentence: string) => said.push(sentence)
  const every = () => {
    isRunning = true
    return () => {
      isRunning = false
    }
  }
  const system = systemMetrics({ metering, report, every })
  system.start({ intervalMs: 1 })
  expect(said).toEqual(['Cannot look at the system every 1 ms: it must be from 100 to 3600000'])
  system.start()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const names = new Set((await series()).map(({ name }) => name))
  for (const name of ['system.cpu.time', 'system.cpu.utilization', 'system.memory.usage', 'system.filesystem.usage'])
    expect(names).toContain(name)
  expect(isRunning).toBe(true)
  system.stop()
  expect([isRunning, await series()]).toEqual([false, []])
})
