import { expect, test, vi } from 'vitest'
import { meterOf } from './metering.ts'
import { testMetering } from './test-metering.case.ts'

test('a callback that never answers holds up nobody, and is not asked again', async () => {
  vi.useFakeTimers()
  const { metering, said } = testMetering({ settings: { seriesMax: 4, seriesExpiryMs: 0 } })
  const meter = meterOf(metering, { name: 'test', version: '', schemaUrl: '' })
  const asked: string[] = []
  const answer: (() => void)[] = []
  meter.observableGauge('hangs', {}, () => {
    asked.push('hangs')
    return new Promise((resolve) => answer.push(resolve))
  })
  meter.observableGauge('answers', {}, async () => void asked.push('answers'))
  const collect = async () => {
    const collected = metering.runObservers()
    await vi.advanceTimersByTimeAsync(5_000)
    await collected
  }
  await collect()
  await collect()
  expect(asked).toEqual(['hangs', 'answers', 'answers'])
  expect(said).toEqual(['Cannot observe a metric: its callback failed with no answer within 5000 ms'])
  answer[0]?.()
  await vi.advanceTimersByTimeAsync(0)
  await collect()
  expect(asked.slice(3)).toEqual(['hangs', 'answers'])
  vi.useRealTimers()
})
