import type { ServiceEdge } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { callSearch, callsOf } from './call-search.ts'

const edge = (caller: string, callee: string, kind: ServiceEdge['kind'] = 'service'): ServiceEdge => ({
  caller,
  callee,
  kind,
  requests: 1,
  requestsPerSecond: 1,
  errors: 0,
  errorRatio: 0,
  durationP50Nano: 1,
  durationP95Nano: 1,
  durationP99Nano: 1,
})

test('a call between services is a span below one of the caller, or one that names the other side', () => {
  expect(callSearch(edge('web', 'order service'))).toBe(
    '{service:web} > {service:"order service"} OR {service:web peer.service:"order service"}',
  )
})

test('what sends no spans is known by the attribute of the caller that names it', () => {
  expect(callSearch(edge('web', 'postgresql', 'database'))).toBe('{service:web db.system.name:postgresql}')
  expect(callSearch(edge('web', 'kafka', 'queue'))).toBe('{service:web messaging.system:kafka}')
  expect(callSearch(edge('web', 'api.example.com', 'host'), 'status:error')).toBe(
    '{service:web server.address:api.example.com status:error}',
  )
})

test('callers and callees of one service; a database of its name is not the service', () => {
  const edges = [
    edge('web', 'cart'),
    edge('cart', 'redis', 'database'),
    edge('job', 'cart', 'database'),
    edge('a', 'b'),
  ]
  const { callers, callees } = callsOf('cart', edges)
  expect(callers.map(({ caller }) => caller)).toEqual(['web'])
  expect(callees.map(({ callee }) => callee)).toEqual(['redis'])
})
