import { expect, test } from 'vitest'
import { Metering, meterOf } from '../metrics/metering.ts'
import { seldom } from '../metrics/seldom.ts'
import { processScope } from './instrument.ts'
import { startProcessMetrics } from './process-metrics.ts'

test('process metrics have sensible values and stop when told', async () => {
  const metering = new Metering({
    settings: { seriesMax: 100, seriesExpiryMs: 0 },
    report: (text) => expect(text).toBe(''),
    seldom: () => seldom,
    nowUnixMs: () => Date.now(),
    activeSpan: () => undefined,
  })
  const stop = startProcessMetrics(metering, meterOf(metering, processScope))
  await new Promise((resolve) => setTimeout(resolve, 60))
  const startMs = performance.now()
  while (performance.now() - startMs < 80) JSON.stringify(Array.from({ length: 1000 }, (_, i) => ({ i })))
  await new Promise((resolve) => setTimeout(resolve, 30))
  await metering.runObservers()
  const values = new Map<string, number>()
  for (const { instruments } of metering.all()) {
    for (const instrument of instruments) {
      if (!('values' in instrument)) continue
      instrument.series.attributes.forEach((attributes, slot) => {
        if ((instrument.used[slot] ?? 0) > 0)
          values.set([instrument.shape.name, ...Object.values(attributes)].join(' '), instrument.values[slot] ?? -1)
      })
    }
  }
  stop()
  expect(values.get('process.cpu.time user')).toBeGreaterThan(0)
  expect(values.get('process.memory.usage')).toBeGreaterThan(1e7)
  expect(values.get('nodejs.eventloop.delay.max')).toBeGreaterThan(0.03)
  expect(values.get('nodejs.eventloop.utilization')).toBeGreaterThan(0)
  expect(values.get('v8js.memory.heap.used old_space')).toBeGreaterThan(1e5)
  expect(values.get('v8js.memory.heap.limit old_space')).toBeGreaterThan(1e5)
  expect(values.get('nodejs.eventloop.time active')).toBeGreaterThan(0)
  expect(values.get('process.paging.faults minor')).toBeGreaterThan(0)
  expect([...values.keys()].filter((name) => name.startsWith('nodejs.active_resources'))).not.toEqual([])
  if (process.platform === 'linux') expect(values.get('process.unix.file_descriptor.count')).toBeGreaterThan(2)
})
