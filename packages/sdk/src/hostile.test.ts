import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { counts, flush, log, meter, start, stop, trace, withContext } from './index.ts'
import type { Span } from './public.ts'
import { collectorForTests } from './testing/collector-for-tests.ts'

/** What a program in JavaScript may hand over where the types want something else: nothing of it may throw into the program. */

const collector = await collectorForTests()

beforeAll(() => {
  const instrument = { httpServer: false, httpClient: false, fetch: false, process: false, lanes: false }
  start({ serviceName: 'hostile', endpoint: collector.url, logOutput: 'none', instrument })
})
afterAll(stop)

const refuse = (): never => {
  throw new TypeError('no')
}
const revoked = Proxy.revocable({}, {})
revoked.revoke()

const values: [string, unknown][] = [
  ['a Proxy without keys', new Proxy({}, { ownKeys: refuse })],
  ['a Proxy that gives nothing', new Proxy({ a: 1 }, { get: refuse })],
  ['a Proxy of no prototype', new Proxy({}, { getPrototypeOf: refuse })],
  ['a Proxy that was revoked', revoked.proxy],
  ['an object without a prototype', Object.assign(Object.create(null), { x: 1 })],
  ['nothing', undefined],
  ['null', null],
  ['a symbol', Symbol('s')],
  ['a number', 5],
  ['a text', 'text'],
  ['a list', [1]],
  ['a function', () => 1],
]

/** Each place where the program hands something over; `value` is of no type there. */
const places: [string, (value: never) => unknown][] = [
  ['an attribute of a line', (value) => log.info('line', { value })],
  ['the first argument', (value) => log.info(value, 'message')],
  ['the second argument', (value) => log.info('message', value)],
  ['printf', (value) => log.info('%s %d %j %o', value, value, value, value)],
  ['child, with, unbind', (value) => log.child(value).with(value).child({ value }).unbind('x').info('child')],
  ['a context', (value) => withContext(value, () => log.setContext(value))],
  ['performance', (value) => log.performance(value, value, value)],
  ['an event', (value) => log.event(value, value)],
  ["a logger's name", (value) => log.named(value).info('named')],
  ['attributes of a span', (value) => trace('span', value, () => 1)],
  ['the name of a span', (value) => trace(value, () => 1)],
  ['all of a span', (value) => trace('all', (span) => tellAll(span, value))],
  ['labels', (value) => [meter.counter('c').add(1, value), meter.counter('c').with(value).add(1)]],
  ['one label', (value) => meter.counter('l').add(1, { value })],
  ['a measured value', (value) => [meter.counter('v').add(value), meter.histogram('h').record(value)]],
  ['the name of a metric', (value) => [meter.counter(value).add(1), meter.histogram(value).record(1)]],
  ['a timer', (value) => meter.histogram('t').startTimer(value)(value)],
]

function tellAll(span: Span, value: never): void {
  span.setAttribute(value, value).setAttributes(value).setAttributes({ value }).addEvent(value, value)
  span.updateName(value).recordError(value).addLink(value).addLink({ context: value, attributes: value })
}

describe.each(values)('%s', (_value, value) => {
  test.each(places)('as %s', async (_place, hand) => {
    const { traces, logs } = counts().dropped
    expect(() => Reflect.apply(hand, undefined, [value])).not.toThrow()
    await flush()
    expect(counts().dropped).toMatchObject({ traces, logs })
  })
})

test('what cannot be read costs itself alone', async () => {
  const bad = Reflect.construct(Proxy, [{}, { ownKeys: refuse }])
  withContext({ tenant: 'a' }, () => withContext(bad, () => log.child(bad).info('line', { b: 1 })))
  trace(
    'span',
    {
      a: 1,
      get b() {
        return refuse()
      },
    },
    (span) => span.setAttributes(bad),
  )
  await flush()
  const attributes = '[cannot be read]'
  expect(collector.logs[0]?.attributes).toEqual({ tenant: 'a', attributes, b: 1 })
  expect(collector.spans[0]?.attributes).toEqual({ a: 1, b: attributes, attributes })
})
