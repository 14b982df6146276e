import type { LogRecord } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { emptyFeed, fed, feedMax } from './tail-feed.ts'

function record(body: string, timeUnixNano = '1'): LogRecord {
  return {
    timeUnixNano,
    observedUnixNano: '1',
    service: 'cart',
    severity: 9,
    severityText: 'INFO',
    eventName: '',
    body,
    traceId: '',
    spanId: '',
    flags: 0,
    resourceId: '1',
    scopeId: '1',
    attributes: {},
    droppedAttributes: 0,
  }
}

const records = (...bodies: string[]) => ({
  event: 'records' as const,
  data: { records: bodies.map((body) => record(body)), resources: {}, scopes: {} },
})

test('the newest record comes first', () => {
  const feed = fed(fed(emptyFeed, [records('a', 'b')]), [records('c')])
  expect(feed.records.map(({ body }) => body)).toEqual(['c', 'b', 'a'])
  expect(feed.received).toBe(3)
})

test('a record that comes late stands at its time', () => {
  const late = { event: 'records' as const, data: { records: [record('late', '9')], resources: {}, scopes: {} } }
  const first = { event: 'records' as const, data: { records: [record('first', '10')], resources: {}, scopes: {} } }
  expect(fed(fed(emptyFeed, [first]), [late]).records.map(({ body }) => body)).toEqual(['first', 'late'])
})

test('repeats of a record have keys of their own', () => {
  const feed = fed(fed(emptyFeed, [records('a', 'a')]), [records('a')])
  expect(new Set(feed.records.map(({ key }) => key)).size).toBe(3)
})

test('what was lost is counted, and the oldest records are let go', () => {
  const many = records(...Array.from({ length: feedMax + 5 }, (_, i) => String(i)))
  const feed = fed(emptyFeed, [many, { event: 'lost', data: { records: 7 } }])
  expect(feed).toMatchObject({ received: feedMax + 5, lost: 7 })
  expect(feed.records.length).toBe(feedMax)
  expect(feed.records.at(-1)?.body).toBe('5')
})
