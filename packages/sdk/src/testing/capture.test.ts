import { afterEach, beforeEach, expect, test } from 'vitest'
import { log, trace } from '../index.ts'
import { capture } from '../testing.ts'
import type { Capture } from './public.ts'

let captured: Capture
beforeEach(() => {
  captured = capture()
})
afterEach(() => captured.stop())

const pause = () => new Promise((resolve) => setTimeout(resolve, 2))

test('spans are drawn as a tree, siblings as they started, errors beside them', async () => {
  await trace('checkout', async () => {
    await Promise.all([
      trace('load cart', async () => {
        await pause()
        trace('query', { 'db.query.text': 'select 1' }, () => 1)
      }),
      trace('load user', () => 1),
    ])
    await trace('pay', async () => Promise.reject(new Error('card declined'))).catch(() => {})
  })
  expect(captured.drawSpans()).toBe(`checkout
  load cart
    query
  load user
  pay (error: card declined)`)
  expect(captured.span('pay')).toMatchObject({
    kind: 'internal',
    status: 'error',
    attributes: { 'error.type': 'Error' },
    events: [{ name: 'exception', attributes: { 'exception.message': 'card declined' } }],
  })
})

test('a span whose parent is still open says so', () => {
  trace('outer', () => {
    trace('inner', () => 1)
    expect(captured.drawSpans()).toBe('inner (parent not captured)')
  })
})

test('log entries have what a log shows, of every level', () => {
  log.child({ shop: 1 }).debug('quiet', { password: 'p', order: { id: 1n } })
  const entry = captured.log({ message: /^qui/, level: 'debug', attributes: { shop: 1 } })
  expect(entry.attributes).toEqual({ shop: 1, password: '[redacted]', order: { id: 1 } })
})

test.each<[string, () => unknown, RegExp]>([
  ['a span that is not there', () => captured.span('x'), /^There is no span "x". There are: b, b, b, a$/],
  ['a line that is not there', () => captured.log({ message: 'x' }), /^No log entry matches. There are: info hello$/],
  ['an N+1 query', () => captured.expectNoRepeats(2), /^Span "b" came more than 2 times under "a"/],
  ['a budget that is not kept', () => captured.expectWithin('a', 0), /^Span "a" took [\d.]+ ms, more than 0 ms$/],
])('%s fails, and says what there was', (_, assertion, message) => {
  log.info('hello')
  trace('a', () => {
    for (let i = 0; i < 3; i++) trace('b', () => 1)
  })
  captured.expectNoRepeats(3)
  captured.expectWithin('a', 60_000)
  expect(() => assertion()).toThrow(message)
})

test('after stop() everything is as it was, and nothing more is taken', () => {
  captured.stop()
  expect(log.isLevelEnabled('debug')).toBe(false)
  trace('later', () => 1)
  expect(captured.spans).toEqual([])
  captured.clear()
})

test('it is bounded', () => {
  const small = capture({ maxRecords: 2 })
  for (let i = 0; i < 5; i++) log.info('x')
  expect([small.logs.length, small.dropped]).toEqual([2, 3])
  small.stop()
})
