import { expect, test } from 'vitest'
import { blameServices } from './blame.ts'
import { findBottlenecks, type RequestTimes } from './bottlenecks.ts'
import { componentKey, componentTimes } from './critical-components.ts'
import { drawnTrace } from './drawn-trace.ts'
import { traceTree } from './trace-tree.ts'

const services: Readonly<Record<string, string>> = { a: 'web', b: 'web', c: 'stock', d: 'stock' }
const kinds: Readonly<Record<string, string>> = { a: 'server', b: 'client', c: 'server', d: 'client' }

test('critical time belongs to the service at work, and that of a call to its edge', () => {
  const spans = drawnTrace(`
    a    :|==================|
    b<a  :    |============|
    c<b  :      |======|
    d<c  :        |==|`).map((span) => ({
    ...span,
    name: span.spanId,
    service: services[span.spanId] ?? '',
    kind: kinds[span.spanId] ?? '',
    peer: span.spanId === 'd' ? 'redis' : '',
  }))
  const [root] = traceTree(spans).roots
  const times = root === undefined ? [] : componentTimes(root)
  expect(Object.fromEntries(times.map(({ key, nano }) => [key, nano]))).toEqual({
    web: 6,
    'web → stock': 6,
    stock: 4,
    'stock → redis': 2,
  })
})

/** Requests with so many milliseconds of each component, the same for all but a wobble. */
function requests(count: number, milliseconds: Record<string, number>, endpoint = 'GET /'): RequestTimes[] {
  return Array.from({ length: count }, (_, place) => ({
    traceId: `${endpoint} ${place}`,
    endpoint,
    failed: false,
    components: Object.entries(milliseconds).map(([key, value]) => {
      const [first = '', second] = key.split(' → ')
      const component = second === undefined ? { service: first } : { service: second, caller: first }
      const nano = value * 1e6 * (1 + 0.1 * Math.sin(place * 7))
      return { ...component, key: componentKey(component), nano, spans: 1, operations: new Map([[key, nano]]) }
    }),
  }))
}
const windows = (milliseconds: Record<string, number>, endpoint?: string) =>
  [1, 1.1, 0.9].map((load) =>
    requests(20, Object.fromEntries(Object.entries(milliseconds).map(([key, value]) => [key, value * load])), endpoint),
  )

test('what rose beyond chance comes first, with what it was and is; what only wobbles has no excess', () => {
  const before = windows({ web: 10, 'web → stock': 1, stock: 50 })
  const [first, ...rest] = findBottlenecks(requests(40, { web: 10.4, 'web → stock': 31, stock: 49 }), before)
  expect(first).toMatchObject({ caller: 'web', service: 'stock', traces: 40, operation: 'web → stock', spansNow: 1 })
  expect(Math.round(((first?.nowNano ?? 0) - (first?.beforeNano ?? 0)) / 1e6)).toBe(30)
  expect(first?.exemplars).toHaveLength(2)
  expect(rest.filter(({ excessNano }) => excessNano > 0)).toEqual([])
})

test('one slow request among many is no rise', () => {
  const now = [...requests(20, { web: 10 }), ...requests(1, { web: 5000 })]
  expect(findBottlenecks(now, windows({ web: 10 })).filter(({ excessNano }) => excessNano > 0)).toEqual([])
})

test('endpoints are held against themselves: more of the slow ones is no rise', () => {
  const before = [...windows({ web: 10 }, 'GET /a'), ...windows({ web: 90 }, 'GET /b')]
  const now = [...requests(5, { web: 10 }, 'GET /a'), ...requests(50, { web: 90 }, 'GET /b')]
  expect(findBottlenecks(now, before).filter(({ excessNano }) => excessNano > 0)).toEqual([])
})

test('requests that failed before are not what is usual, and an endpoint without others is not told of', () => {
  const before = windows({ web: 1 }).map((window) => window.map((request) => ({ ...request, failed: true })))
  expect(findBottlenecks(requests(20, { web: 50 }), before)).toEqual([])
})

test.each([
  ['an edge is blamed on its callee', { 'web → stock': 40 }, ['stock']],
  ['a caller that is slow itself is blamed for its edges', { web: 60, 'web → stock': 40, 'web → pay': 40 }, ['web']],
  [
    'but not for one that others find slow as well',
    { web: 60, 'web → stock': 40, 'web → pay': 40, 'app → stock': 40 },
    ['web', 'stock'],
  ],
])('%s', (_, now, expected) => {
  const before = windows({ web: 10, app: 10, 'web → stock': 1, 'web → pay': 1, 'app → stock': 1 })
  const found = findBottlenecks(requests(40, { app: 10, ...now }), before)
  expect(blameServices(found).map(({ service }) => service)).toEqual(expected)
})
