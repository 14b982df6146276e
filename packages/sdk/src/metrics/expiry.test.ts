import { expect, test } from 'vitest'
import { meterOf } from './metering.ts'
import { testMetering } from './test-metering.case.ts'

const scope = { name: 'test', version: '', schemaUrl: '' }

function open() {
  const { metering, said, clock } = testMetering({ settings: { seriesMax: 4, seriesExpiryMs: 100 } })
  const collectAfter = async (ms: number) => {
    clock.nowMs += ms
    await metering.runObservers()
  }
  /** Series by name, with the sum of their values. */
  const live = (name: string) => {
    const instrument = metering.find(scope, name)
    if (instrument === undefined) return []
    return instrument.series.attributes.slice(1).flatMap((attributes, i) => {
      if (instrument.startUnixMs[i + 1] === -1) return []
      const value =
        'values' in instrument ? instrument.values[i + 1] : 'sums' in instrument ? instrument.sums[i + 1] : 0
      return [[attributes, value]]
    })
  }
  return { meter: meterOf(metering, scope), collectAfter, live, said, clock, metering }
}

test('a series without values is forgotten; used, bound and plain ones stay', async () => {
  const { meter, collectAfter, live } = open()
  const counter = meter.counter('c')
  counter.add(1, { user: 'old' })
  counter.add(2, { user: 'used' })
  counter.add(3)
  counter.with({ user: 'bound' }).add(4)
  await collectAfter(30)
  for (let i = 0; i < 4; i++) {
    counter.add(1, { user: 'used' })
    await collectAfter(30)
  }
  expect(live('c')).toEqual([
    [{ user: 'used' }, 6],
    [{}, 3],
    [{ user: 'bound' }, 4],
  ])
})

test('what comes back begins again from nothing, in a slot that was freed', async () => {
  const { meter, collectAfter, live, said, metering } = open()
  const histogram = meter.histogram('h', { boundaries: [1] })
  for (const user of ['a', 'b', 'c', 'd']) histogram.record(5, { user })
  await collectAfter(30)
  await collectAfter(200)
  expect(live('h')).toEqual([])
  for (const user of ['a', 'e', 'f', 'g']) histogram.record(7, { user })
  expect(live('h').map(([, sum]) => sum)).toEqual([7, 7, 7, 7])
  expect(metering.find(scope, 'h')?.series.attributes.length).toBe(5)
  expect(said).toEqual([])
})

test('a gauge that is set to the same value again is in use', async () => {
  const { meter, collectAfter, live } = open()
  const gauge = meter.gauge('g')
  for (let i = 0; i < 6; i++) {
    gauge.set(1, { a: 'b' })
    await collectAfter(30)
  }
  expect(live('g')).toEqual([[{ a: 'b' }, 1]])
})
