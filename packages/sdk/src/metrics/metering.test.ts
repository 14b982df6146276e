import { expect, test, vi } from 'vitest'
import { Metering, meterOf } from './metering.ts'
import { seldom } from './seldom.ts'

test('a callback that never answers holds up nobody, and is not asked again', async () => {
  vi.useFakeTimers()
  const said: string[] = []
  const metering = new Metering({
    settings: { seriesMax: 4, seriesExpiryMs: 0 },
    report: (sentence) => said.push(sentence),
    seldom: () => seldom,
    nowUnixMs: () => 0,
    activeSpan: () => undefined,
  })
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
