import { expect, test, vi } from 'vitest'
import { createHealthChecks } from './checks.ts'
import type { HealthCheckResult } from './public.ts'

/** Checks on a clock that the test moves. */
function checksAt(start: number) {
  let nowMs = start
  const observed: string[] = []
  const clock = { nowUnixMs: () => nowMs, elapsedMs: () => nowMs }
  const checks = createHealthChecks(clock, (name: string, result: HealthCheckResult) =>
    observed.push(`${name} ${result.healthy}`),
  )
  return { checks, observed, forward: (ms: number) => (nowMs += ms) }
}

test.each<[string, () => unknown, object]>([
  ['nothing returned', () => undefined, { healthy: true }],
  ['true', () => true, { healthy: true }],
  ['an object', () => ({ lag: 3 }), { healthy: true, detail: { lag: 3 } }],
  ['a promise of nothing', async () => {}, { healthy: true }],
  ['false', () => false, { healthy: false, error: 'the check returned false' }],
  [
    'a throw',
    () => {
      throw new Error('refused')
    },
    { healthy: false, error: 'refused' },
  ],
  ['an answer of fetch', () => new Response('ok'), { healthy: true, detail: 'HTTP 200' }],
  ['an answer that says no', async () => new Response('', { status: 503 }), { healthy: false, error: 'HTTP 503' }],
  ['a rejection that is no text', () => Promise.reject(Object.create(null)), { healthy: false, error: 'unknown' }],
  ['a rejection that is no Error', () => Promise.reject('gone'), { healthy: false, error: 'gone' }],
])('a check that gives %s', async (_, check, expected) => {
  const { checks } = checksAt(0)
  checks.add('db', check)
  expect((await checks.run()).checks['db']).toMatchObject(expected)
})

test('a check that hangs fails after its time, is told so, and holds up nobody twice', async () => {
  const { checks } = checksAt(0)
  const signals: AbortSignal[] = []
  checks.add('slow', (signal) => new Promise(() => signals.push(signal)), { timeoutMs: 20 })
  const [first, second] = await Promise.all([checks.run(), checks.run()])
  expect(first.checks['slow']?.error).toBe('no answer within 20 ms')
  expect(second).toEqual(first)
  expect(signals.map((signal) => signal.aborted)).toEqual([true])
})

test('a result is given again until its time is over', async () => {
  const { checks, observed, forward } = checksAt(0)
  const check = vi.fn(() => true)
  checks.add('db', check, { ttlMs: 1_000 })
  await checks.run()
  forward(999)
  await checks.run()
  expect(check).toHaveBeenCalledTimes(1)
  forward(1)
  await checks.run()
  expect(check).toHaveBeenCalledTimes(2)
  expect(observed).toEqual(['db true', 'db true'])
})

test.each([
  [[], 'healthy'],
  [[{ critical: false }], 'degraded'],
  [[{ critical: false }, { critical: true }], 'unhealthy'],
] as const)('failures of %j make the report %s', async (failures, status) => {
  const { checks } = checksAt(0)
  checks.add('fine', () => true)
  for (const [i, options] of failures.entries()) checks.add(`bad ${i}`, () => false, options)
  expect((await checks.run()).status).toBe(status)
})

test('removing a check that was replaced leaves the new one', async () => {
  const { checks } = checksAt(0)
  const removeOld = checks.add('db', () => false)
  checks.add('db', () => true)
  removeOld()
  expect(Object.keys((await checks.run()).checks)).toEqual(['db'])
})
