import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { log, trace } from '../index.ts'
import { slot } from '../slot.ts'
import { capture } from '../testing.ts'
import { watchLanes } from './lanes.ts'

const wait = 'wakeline.loop_wait_ms'

function holdTheLoop(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end) JSON.stringify(log)
}

test('a span that waited for the loop says how long; one that is merely long does not', async () => {
  const stop = watchLanes(slot().tracing, { minMs: 20 })
  const captured = capture()
  await sleep(50)
  await Promise.all([
    trace('waits', () => sleep(30)),
    trace('waits, and works on', async () => {
      await sleep(30)
      await sleep(30)
    }),
    sleep(5).then(() => trace('holds the loop', () => holdTheLoop(150))),
  ])
  await trace('long, in peace', () => sleep(60))
  stop()
  captured.stop()
  const waits = (name: string) => Number(captured.span(name).attributes[wait] ?? 0)
  for (const name of ['waits', 'waits, and works on']) {
    expect(waits(name), name).toBeGreaterThan(80)
    expect(waits(name), name).toBeLessThanOrEqual(captured.span(name).durationMs)
  }
  expect(waits('holds the loop')).toBe(0)
  // Whatever else this machine does: what it slept is not waited.
  expect(waits('long, in peace')).toBeLessThanOrEqual(captured.span('long, in peace').durationMs - 55)
})

test('stopped, it adds nothing and leaves no one behind', async () => {
  const { atEnd } = slot().tracing
  const before = atEnd.length
  const stop = watchLanes(slot().tracing, { minMs: 20 })
  expect(atEnd).toHaveLength(before + 1)
  stop()
  expect(atEnd).toHaveLength(before)
})
