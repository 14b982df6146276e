import { expect, test } from 'vitest'
import { type Execution, findBehaviourChanges, type Sight } from './changed-behaviour.ts'
import { likelyCauses } from './likely-causes.ts'

const calls = [
  { caller: 'web', callee: 'checkout' },
  { caller: 'checkout', callee: 'payment' },
]

/** So many requests, in which each service sees what is given. */
function requests(count: number, side: string, seen: Record<string, Sight[]>): Execution[] {
  return Array.from({ length: count }, (_, place) =>
    Object.entries(seen).map(([service, sights]) => ({
      traceId: `${side} ${place}`,
      endpoint: 'POST /orders',
      service,
      operation: `work of ${service}`,
      sights,
    })),
  ).flat()
}
const error = (what: string): Sight => ({ is: 'error', what })
const step = (what: string): Sight => ({ is: 'step', what })

test('an error is told with its shares, and one that was as frequent before is not', () => {
  const before = requests(100, 'before', { web: [error('old')] })
  const now = [
    ...requests(80, 'now', { web: [error('old')] }),
    ...requests(20, 'bad', { web: [error('old'), error('new')] }),
  ]
  expect(findBehaviourChanges(now, before)).toMatchObject([
    { is: 'error', what: 'new', before: { count: 0, of: 100 }, now: { count: 20, of: 100 } },
  ])
})

test('a step always taken and now left out is told, one that depends on what is asked is not', () => {
  const before = [
    ...requests(50, 'b1', { web: [step('calls checkout'), step('reads the cart')] }),
    ...requests(50, 'b2', { web: [step('calls checkout')] }),
  ]
  const found = findBehaviourChanges(requests(50, 'now', { web: [] }), before)
  expect(found).toMatchObject([{ is: 'step', what: 'calls checkout', now: { count: 0, of: 50 } }])
  expect(found[0]?.certain).toBeGreaterThan(0.8)
})

test.each([
  ['the service where it begins', { payment: [error('card declined')] }, 'payment'],
  ['the service that the words name', { checkout: [error('connect ECONNREFUSED payment:8080')] }, 'payment'],
  [
    'the lowest of those that changed in the same requests',
    { checkout: [error('500 from below')], payment: [error('boom')] },
    'payment',
  ],
])('an error is blamed on %s', (_, seen, expected) => {
  const now = requests(40, 'now', { web: [], checkout: [], payment: [], ...seen })
  const changes = findBehaviourChanges(now, requests(40, 'before', { web: [], checkout: [], payment: [] }))
  expect(likelyCauses({ bottlenecks: [], changes, calls })[0]?.service).toBe(expected)
})
