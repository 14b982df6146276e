import { afterEach, expect, test, vi } from 'vitest'
import { Clock, monotonicMs } from './clock.ts'

afterEach(() => vi.useRealTimers())

test('monotonicMs reads the clock of the process', () => {
  const before = performance.now()
  const between = monotonicMs()
  expect(between).toBeGreaterThanOrEqual(before)
  expect(between).toBeLessThanOrEqual(performance.now())
})

test('under timers of a test, time is what they say', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'], now: 0 })
  const [startMs, clock] = [monotonicMs(), new Clock()]
  const startUnixMs = clock.nowUnixMs()
  vi.advanceTimersByTime(60_000)
  expect(monotonicMs() - startMs).toBe(60_000)
  expect(clock.nowUnixMs() - startUnixMs).toBe(60_000)
  vi.useRealTimers()
  expect(Math.abs(monotonicMs() - performance.now())).toBeLessThan(60_000)
})
