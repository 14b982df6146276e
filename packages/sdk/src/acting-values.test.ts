import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeResource } from './export/resource.ts'
import { counts, flush, log, meter, start, stop, trace } from './index.ts'
import { slot } from './slot.ts'
import { collectorForTests } from './testing/collector-for-tests.ts'
import { Message } from './testing/otlp-decode.ts'
import { keepTraces, startSpan } from './traces.ts'

/** Values that trace, log, count and flush while they are read. */

const collector = await collectorForTests()
const counted = meter.counter('reads')

beforeAll(() => {
  const instrument = { httpServer: false, httpClient: false, fetch: false, process: false, lanes: false }
  start({ serviceName: 'acting', endpoint: collector.url, logOutput: 'none', instrument })
})
afterAll(stop)

/** Each read leaves a span `name` behind, a line and a count. */
const acting = (name: string) => ({
  get told(): string {
    trace(name, { text: 'x'.repeat(200) }, () => log.info(name))
    counted.add(1, { name })
    void flush()
    return 'read'
  },
})
/** What a program in JavaScript gives where the types want a plain value. */
const unchecked = (value: object): string => Object(value)

const linked = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }

describe('a value that traces and logs while its span is encoded', () => {
  test.each<[string, (span: ReturnType<typeof startSpan>) => unknown, object]>([
    [
      'in an attribute',
      (span) => span.setAttribute('value', unchecked(acting('inner'))),
      { attributes: { value: { told: 'read' } } },
    ],
    [
      'as an attribute of an event',
      (span) => span.addEvent('event', acting('inner')),
      { events: [{ name: 'event', attributes: { told: 'read' } }] },
    ],
    [
      'in an attribute of a link',
      (span) => span.addLink({ context: linked, attributes: { value: unchecked(acting('inner')) } }),
      { links: [{ traceId: linked.traceId, attributes: { value: { told: 'read' } } }] },
    ],
  ])('%s', async (_place, give, expected) => {
    const span = startSpan('outer')
    give(span)
    span.end()
    trace('after', () => 1)
    await flush()
    expect(collector.spans.map(({ name }) => name)).toEqual(['outer', 'inner', 'after'])
    expect(collector.spans[0]).toMatchObject(expected)
    expect(collector.spans[1]?.attributes).toEqual({ text: 'x'.repeat(200) })
    expect(collector.logs.map(({ body }) => body)).toEqual(['inner'])
  })
})

test('a span whose value ends another such span comes to an end', async () => {
  const before = counts().dropped.traces
  const endless = (): void => {
    const again = {
      get told(): number {
        endless()
        return 1
      },
    }
    startSpan('endless').setAttribute('value', unchecked(again)).end()
  }
  endless()
  await flush()
  expect(collector.spans.map(({ name, attributes }) => [name, attributes])).toEqual([
    ['endless', { value: { told: 1 } }],
    ['endless', { value: { told: 1 } }],
  ])
  expect(counts().dropped.traces - before).toBe(1)
})

test('a trace that is kept as a whole has each of its spans whole', async () => {
  const keeping = keepTraces({ ratio: 1 })
  const refuse = (): never => {
    throw new TypeError('no')
  }
  trace('outer', (span) => {
    span.setAttribute('value', unchecked(acting('inner')))
    startSpan('unreadable')
      .setAttributes(new Proxy({}, { ownKeys: refuse }))
      .addEvent('event', new Proxy({}, { ownKeys: refuse }))
      .end()
  })
  await flush()
  keeping.stop()
  await flush()
  expect(collector.spans.map(({ name }) => name).sort()).toEqual(['inner', 'outer', 'unreadable'])
  const unreadable = { attributes: '[cannot be read]' }
  expect(collector.spans.find(({ name }) => name === 'unreadable')).toMatchObject({
    attributes: unreadable,
    events: [{ name: 'event', attributes: unreadable }],
  })
  expect(collector.spans.find(({ name }) => name === 'outer')?.attributes).toEqual({ value: { told: 'read' } })
})

test('a value that counts while its series is looked up makes no series twice', async () => {
  const label = {
    get route(): string {
      counted.add(2, { route: '/b' })
      return '/a'
    },
  }
  for (let i = 0; i < 3; i++) counted.add(1, label)
  await flush()
  const routes = collector.points.filter(({ metric, attributes }) => metric === 'reads' && 'route' in attributes)
  expect(routes.map(({ attributes }) => attributes['route']).sort()).toEqual(['/a', '/b'])
  expect(routes.find(({ attributes }) => attributes['route'] === '/a')?.value).toBe(3)
})

test('a value of the resource that traces', async () => {
  const bytes = encodeResource({ value: unchecked(acting('inner')), after: 1 }, slot().how)
  const resource = new Message(Buffer.from(bytes)).messages(1)[0]
  expect(resource?.attributes(1)).toEqual({ value: { told: 'read' }, after: 1 })
  await flush()
  expect(collector.spans.map(({ name }) => name)).toEqual(['inner'])
})
