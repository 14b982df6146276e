import { EventEmitter } from 'node:events'
import * as api from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flush, log, trace as ourTrace, start, stop } from '../index.ts'
import { collectorForTests } from '../testing/collector-for-tests.ts'

const collector = await collectorForTests()
// Made before start(): these must come to life with it.
const early = api.trace.getTracer('early', '1.2.3')

beforeAll(() => {
  const instrument = { httpServer: false, httpClient: false, fetch: false, process: false }
  start({ serviceName: 'otel', endpoint: collector.url, logOutput: 'none', instrument })
})
afterAll(stop)

describe('@opentelemetry/api on our providers', () => {
  test('spans, with everything they can hold, mix with ours', async () => {
    const linked = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
    early.startActiveSpan('outer', { kind: api.SpanKind.PRODUCER, attributes: { a: 1 } }, (span) => {
      span.setAttributes({ list: ['x', 'y'], b: true }).addEvent('event', { e: 1 }, [1_700_000_000, 5])
      span.addLink({ context: linked, attributes: { why: 'because' } })
      span.recordException(new RangeError('bad'))
      span.setStatus({ code: api.SpanStatusCode.ERROR, message: 'it failed' })
      ourTrace('ours', () => {
        early.startSpan('inner').end()
        log.info('a line')
      })
      span.end()
      span.setAttribute('late', 1)
    })
    await flush()
    const [outer, ours, inner] = ['outer', 'ours', 'inner'].map((name) =>
      collector.spans.find((span) => span.name === name),
    )
    expect(outer).toMatchObject({
      name: 'outer',
      kind: 4,
      scope: 'early',
      attributes: { a: 1, list: ['x', 'y'], b: true },
      events: [
        { name: 'event', attributes: { e: 1 } },
        { name: 'exception', attributes: { 'exception.type': 'RangeError' } },
      ],
      links: [{ traceId: linked.traceId, attributes: { why: 'because' } }],
      status: { code: 2, message: 'it failed' },
    })
    expect(outer?.attributes['late']).toBeUndefined()
    expect(ours).toMatchObject({ name: 'ours', parentSpanId: outer?.spanId, traceId: outer?.traceId })
    expect(inner).toMatchObject({ name: 'inner', parentSpanId: ours?.spanId })
    expect(collector.logs).toMatchObject([{ traceId: outer?.traceId, spanId: ours?.spanId }])
  })

  test('a given start and end time is kept', async () => {
    early.startSpan('timed', { startTime: [1_700_000_000, 123_456_789] }).end(new Date(1_700_000_001_000))
    await flush()
    // Times are doubles of milliseconds inside: a quarter of a microsecond is what survives.
    expect(Number((collector.spans[0]?.startUnixNano ?? 0n) - 1_700_000_000_123_456_789n)).toSatisfy(
      (off: number) => Math.abs(off) < 250,
    )
    expect(collector.spans[0]?.endUnixNano).toBe(1_700_000_001_000_000_000n)
  })

  test('context: values, with, bind of functions and emitters, explicit roots', async () => {
    const key = api.createContextKey('k')
    const context = api.context.active().setValue(key, 'v')
    expect(api.context.with(context, () => api.context.active().getValue(key))).toBe('v')
    expect(api.context.active().getValue(key)).toBeUndefined()
    const emitter = api.context.bind(context, new EventEmitter())
    const found: unknown[] = []
    const listener = () => found.push(api.context.active().getValue(key))
    emitter.once('x', listener).on('y', listener)
    emitter.emit('x')
    emitter.emit('y')
    emitter.removeListener('y', listener)
    emitter.emit('y')
    expect(found).toEqual(['v', 'v'])
    expect(api.context.bind(context, () => api.context.active().getValue(key))()).toBe('v')
    const foreign = api.trace.setSpanContext(api.ROOT_CONTEXT, {
      traceId: 'c'.repeat(32),
      spanId: 'd'.repeat(16),
      traceFlags: 1,
    })
    early.startSpan('child', {}, foreign).end()
    api.context.with(foreign, () => ourTrace('ours', () => 1))
    await flush()
    expect(collector.spans).toMatchObject([{ parentSpanId: 'd'.repeat(16) }, { parentSpanId: 'd'.repeat(16) }])
  })

  test('suppressed tracing gives spans that are not recorded', async () => {
    const suppressed = api.context.active().setValue(Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true)
    const span = early.startSpan('quiet', {}, suppressed)
    expect(span.isRecording()).toBe(false)
    span.end()
    await flush()
    expect(collector.spans).toEqual([])
  })

  test('propagation: what is injected is extracted', () => {
    const carrier: Record<string, string> = {}
    const baggage = api.propagation.createBaggage({ user: { value: 'ä 1' } })
    early.startActiveSpan('x', (span) => {
      const active = api.propagation.setBaggage(api.context.active(), baggage)
      api.propagation.inject(active, carrier)
      expect(carrier['traceparent']).toBe(`00-${span.spanContext().traceId}-${span.spanContext().spanId}-03`)
      const extracted = api.propagation.extract(api.ROOT_CONTEXT, carrier)
      expect(api.trace.getSpanContext(extracted)).toMatchObject({ spanId: span.spanContext().spanId, isRemote: true })
      expect(api.propagation.getBaggage(extracted)?.getEntry('user')?.value).toBe('ä 1')
      span.end()
    })
  })

  test('metrics: every instrument, callbacks and batches', async () => {
    const meter = api.metrics.getMeter('m')
    meter.createCounter('c', { unit: '1' }).add(2, { k: 'a' })
    meter.createUpDownCounter('u').add(-1)
    meter.createGauge('g').record(4)
    meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1, 2] } }).record(1.5)
    const single = meter.createObservableGauge('og')
    single.addCallback(async (result) => result.observe(9, { k: 'b' }))
    const counter = meter.createObservableCounter('oc')
    meter.addBatchObservableCallback((result) => result.observe(counter, 11), [counter])
    await flush()
    const values = Object.fromEntries(collector.points.map((point) => [point.metric, point.value ?? point.buckets]))
    expect(values).toMatchObject({ c: 2, u: -1, g: 4, h: [0, 1, 0], og: 9, oc: 11 })
  })

  test('logs of the bridge', async () => {
    logs
      .getLogger('bridge')
      .emit({ body: { nested: [1] }, severityNumber: 13, severityText: 'WARN', attributes: { a: 'b' } })
    await flush()
    expect(collector.logs).toMatchObject([
      { body: { nested: [1] }, severity: 13, severityText: 'WARN', scope: 'bridge' },
    ])
  })
})
