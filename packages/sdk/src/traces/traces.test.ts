import { tracingChannel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { counts, flush, start, stop, trace } from '../index.ts'
import { collectorForTests } from '../testing/collector-for-tests.ts'
import { capture } from '../testing.ts'
import {
  activeSpans,
  baggage,
  type ChannelOptions,
  keepContext,
  keepTraces,
  sampleTraces,
  startSpan,
  suppressed,
  Traced,
  traceChannel,
  traced,
  traceHeaders,
  withBaggage,
  withSpan,
  withTraceHeaders,
} from '../traces.ts'

const collector = await collectorForTests()

beforeAll(() => {
  const instrument = { httpServer: false, httpClient: false, fetch: false, process: false, lanes: false }
  start({ serviceName: 'traces', endpoint: collector.url, logOutput: 'none', instrument, eventsMax: 2, linksMax: 1 })
})
afterEach(flush)
afterAll(stop)

/** What `run` records, drawn. */
async function drawn(run: () => unknown): Promise<string[]> {
  const captured = capture()
  try {
    await run()
  } catch {
    // Its span says so.
  }
  captured.stop()
  return captured.drawSpans().split('\n')
}

describe('traced', () => {
  const work = (name: string) => trace(name, () => 1)
  test.each<[string, () => unknown, string[]]>([
    ['a value', () => traced(() => work('inner'), { name: 'f' })(), ['f', '  inner']],
    ['its own name', () => traced(function load() {})(), ['load']],
    ['a promise', () => traced(() => sleep(1).then(() => work('inner')), { name: 'f' })(), ['f', '  inner']],
    [
      'an error',
      () =>
        traced(
          async () => {
            throw new Error('no')
          },
          { name: 'f' },
        )(),
      ['f (error: no)'],
    ],
    [
      'a generator: each step inside the span, whoever asks',
      () => {
        const steps = traced(
          function* () {
            yield work('one')
            yield work('two')
          },
          { name: 'f' },
        )()
        steps.next()
        trace('reader', () => steps.next())
        steps.next()
      },
      ['f', '  one', '  two', 'reader'],
    ],
    [
      'an asynchronous generator',
      async () => {
        const steps = traced(
          async function* () {
            yield await sleep(1)
            yield work('inner')
          },
          { name: 'f' },
        )
        for await (const _ of steps()) work('outside')
      },
      ['f', '  inner', 'outside', 'outside'],
    ],
    [
      'a stream',
      async () => {
        const stream = traced(() => Readable.from(['a', 'b']), { name: 'f' })()
        for await (const _ of stream) work('reader')
      },
      ['f', 'reader', 'reader'],
    ],
  ])('%s', async (_, run, expected) => {
    expect(await drawn(run)).toEqual(expected)
  })

  test('methods, by a decorator, keep this and their result', async () => {
    const decorate = Traced('sum')
    class Shop {
      price = 3
      total(count: number): number {
        return count * this.price
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, 'total') ?? {}
    decorate(Shop.prototype, 'total', descriptor)
    Object.defineProperty(Shop.prototype, 'total', descriptor)
    expect(await drawn(() => expect(new Shop().total(2)).toBe(6))).toEqual(['sum'])
  })
})

describe('the right parent', () => {
  test.each<[string, () => unknown, string[]]>([
    [
      'timers, also repeated ones',
      async () => {
        await trace('a', () => new Promise<void>((resolve) => setTimeout(() => trace('timer', () => resolve()), 1)))
        await trace('b', async () => {
          let rounds = 0
          await new Promise<void>((resolve) => {
            const timer = setInterval(() => {
              trace('round', () => ++rounds)
              if (rounds === 2) resolve(clearInterval(timer))
            }, 1)
          })
        })
      },
      ['a', '  timer', 'b', '  round', '  round'],
    ],
    [
      'a queue that calls back from elsewhere',
      async () => {
        const queue: (() => void)[] = []
        trace('producer', () => queue.push(keepContext(() => trace('job', () => 1))))
        trace('worker', () => queue.pop()?.())
      },
      ['producer', '  job', 'worker'],
    ],
    [
      'an emitter',
      () => {
        const emitter = trace('owner', () => keepContext(new EventEmitter()))
        emitter.on('x', () => trace('listener', () => 1))
        trace('other', () => emitter.emit('x'))
      },
      ['owner', '  listener', 'other'],
    ],
    [
      'another process, by headers',
      async () => {
        const headers = trace('sender', () => traceHeaders())
        await withTraceHeaders({ TraceParent: headers['traceparent'] }, async () => trace('receiver', () => 1))
      },
      ['sender', '  receiver'],
    ],
    [
      'a span by hand',
      () => {
        const span = startSpan('by hand', { kind: 'producer' })
        trace('sibling', () => 1)
        withSpan(span, () => trace('child', () => 1))
        span.end()
      },
      ['by hand', '  child', 'sibling'],
    ],
    [
      'nothing where it is suppressed',
      () => trace('outer', () => suppressed(() => trace('inner', () => 1))),
      ['outer'],
    ],
  ])('%s', async (_, run, expected) => {
    expect(await drawn(run)).toEqual(expected)
  })
})

describe('a TracingChannel of any library', () => {
  const work = tracingChannel('some-library:work')
  const traced = (describe?: ChannelOptions['describe']) =>
    traceChannel('some-library:work', describe === undefined ? {} : { describe })

  test.each<[string, ChannelOptions['describe'], string[]]>([
    ['as it is', undefined, ['caller', '  some-library:work', '    inside']],
    ['described', ({ topic }) => ({ name: `send ${topic}` }), ['caller', '  send mail', '    inside']],
    ['left out', () => undefined, ['caller', '  inside']],
    [
      'described by what throws',
      () => {
        throw new Error('no')
      },
      ['caller', '  inside'],
    ],
  ])('%s', async (_, describe, expected) => {
    const stopTracing = traced(describe)
    const call = () => work.tracePromise(async () => trace('inside', () => 1), { topic: 'mail' })
    expect(await drawn(() => trace('caller', call))).toEqual(expected)
    stopTracing()
    expect(await drawn(() => trace('caller', call))).toEqual(['caller', '  inside'])
  })

  test('errors, thrown and rejected, and callbacks in the context of the caller', async () => {
    const stopTracing = traced()
    const fail = () => {
      throw new TypeError('no')
    }
    const failed = 'some-library:work (error: no)'
    expect(await drawn(() => work.traceSync(fail, {}))).toEqual([failed])
    expect(await drawn(() => work.tracePromise(async () => fail(), {}))).toEqual([failed])
    const callback = (done: () => void) => setImmediate(done)
    const lines = await drawn(() =>
      trace(
        'caller',
        () =>
          new Promise<void>((resolve) => {
            const after = () => trace('after', () => resolve())
            work.traceCallback(callback, 0, {}, undefined, after)
          }),
      ),
    )
    expect(lines).toEqual(['caller', '  some-library:work', '  after'])
    stopTracing()
  })
})

test('links name the spans that caused this one, and limits are counted', async () => {
  const [first, second] = [1, 2].map(() => trace('message', (span) => span.spanContext()))
  const batch = startSpan('batch', { kind: 'consumer', root: true, links: first ? [{ context: first }] : [] })
  if (second !== undefined) batch.addLink({ context: second })
  for (const name of ['a', 'b', 'c']) batch.addEvent(name)
  batch.end()
  await flush()
  const seen = collector.spans.find((span) => span.name === 'batch')
  expect(seen?.links.map((link) => link.traceId)).toEqual([first?.traceId])
  expect(seen?.events.map((event) => event.name)).toEqual(['a', 'b'])
  expect(seen?.kind).toBe(5)
})

test('open spans are listed until they end', () => {
  const before = activeSpans().length
  trace('listed', { a: 1, password: 'x' }, () => {
    const listed = activeSpans().slice(before)
    expect(listed).toMatchObject([{ name: 'listed', parentSpanId: '', attributes: { a: 1, password: '[redacted]' } }])
    expect(listed[0]?.durationMs).toBeGreaterThanOrEqual(0)
  })
  expect(activeSpans()).toHaveLength(before)
})

test('baggage is read, added to and taken away, and sent to everyone called from within', async () => {
  expect(baggage()).toEqual({})
  const nested = withTraceHeaders({ baggage: 'user=%C3%A4%201;kept=yes, region=eu' }, () =>
    withBaggage({ tenant: 'a,b', region: undefined }, () => [baggage(), traceHeaders()['baggage']]),
  )
  expect(nested).toEqual([{ user: 'ä 1', tenant: 'a,b' }, 'user=%C3%A4%201;kept=yes,tenant=a%2Cb'])
  // What nobody has changed goes on as it came.
  const header = 'user=1 ; a = b'
  expect(withTraceHeaders({ baggage: header }, traceHeaders)).toEqual({ baggage: header })
  expect(withTraceHeaders({ baggage: 'name=ä\ud800' }, traceHeaders)).toEqual({ baggage: 'name=%C3%A4%EF%BF%BD' })
  expect(withTraceHeaders({ baggage: '=1,a,;x' }, traceHeaders)).toEqual({})
})

describe('sampling', () => {
  async function kept(run: () => unknown): Promise<string[]> {
    await run()
    await flush()
    return collector.spans.map((span) => span.name)
  }

  test('a rate, and the decision of the caller', async () => {
    const undo = sampleTraces({ perSecond: 2 })
    const caller = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }
    const names = await kept(() => {
      for (let i = 0; i < 50; i++) trace('root', () => trace('child', () => 1))
      withTraceHeaders(caller, () => trace('called', () => 1))
    })
    undo()
    expect(names).toEqual(['child', 'root', 'child', 'root', 'called'])
  })

  test('always off and always on', async () => {
    const undo = sampleTraces({ ratio: 0 })
    expect(await kept(() => trace('root', () => 1))).toEqual([])
    undo()
    expect(await kept(() => trace('root', () => 1))).toEqual(['root'])
  })

  test('whole traces with an error or a slow span are kept, the others not', async () => {
    const keeping = keepTraces({ slowMs: 30 })
    const names = await kept(async () => {
      trace('fine', () => trace('fine child', () => 1))
      trace('failed', () => {
        trace('failed child 1', () => 1)
        try {
          trace('failed child 2', () => {
            throw new Error('no')
          })
        } catch {
          // The request went well all the same.
        }
      })
      await trace('slow', async () => {
        trace('slow child', () => 1)
        await sleep(40)
      })
    })
    expect(names).toEqual(['failed child 1', 'failed child 2', 'failed', 'slow child', 'slow'])
    expect(keeping.counts()).toEqual({ keptTraces: 2, droppedTraces: 1, keptSpans: 5, droppedSpans: 2, early: 0 })
    keeping.stop()
    expect(counts().dropped.traces).toBe(0)
  })

  test('what comes after the decision follows it, and bounds decide early', async () => {
    const keeping = keepTraces({ maxTraces: 2, ratio: 0 })
    const late: { end(): void }[] = []
    const names = await kept(() => {
      trace('dropped', () => late.push(startSpan('late')))
      late.pop()?.end()
      const open = ['a', 'b', 'c'].map((name) => startSpan(name, { root: true }))
      for (const span of open) withSpan(span, () => trace('child', () => 1))
      expect(keeping.counts().early).toBe(1)
      for (const span of open) span.end()
    })
    keeping.stop()
    expect(names).toEqual([])
    expect(keeping.counts()).toMatchObject({ keptSpans: 0, droppedSpans: 8 })
  })
})

test('after stop(), start() goes on where it was', async () => {
  await stop()
  start({ serviceName: 'traces', endpoint: collector.url, logOutput: 'none', instrument: { process: false } })
  trace('again', () => 1)
  await flush()
  expect(collector.spans.map((span) => span.name)).toEqual(['again'])
})
