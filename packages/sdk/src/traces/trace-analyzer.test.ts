import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { trace } from '../index.ts'
import { analyzeTraces, startSpan, type TraceAnalyzer, withSpan, withTraceHeaders } from '../traces.ts'

let analyzer: TraceAnalyzer
beforeEach(() => {
  analyzer = analyzeTraces({ slowMs: 40 })
})
afterEach(() => analyzer.stop())

/** The names of a tree, indented. */
function tree(traceId: string): string[] {
  return (analyzer.trace(traceId)?.tree ?? []).map((span) => '  '.repeat(span.depth) + span.name)
}

test('tree, self time, critical path, slow spans: of one trace', async () => {
  const id = await trace('checkout', async (span) => {
    await Promise.all([trace('fast', () => sleep(5)), trace('slow', () => sleep(50))])
    await trace('last', () => sleep(10))
    return span.traceId
  })
  const found = analyzer.trace(id)
  expect(tree(id)).toEqual(['checkout', '  fast', '  slow', '  last'])
  expect(found).toMatchObject({ rootOperation: 'checkout', spanCount: 4, callerSpanId: '', isComplete: true })
  expect(found?.criticalPath.map(({ span }) => span.name).filter((name) => name !== 'checkout')).toEqual([
    'slow',
    'last',
  ])
  const onPath = found?.criticalPath.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  expect(onPath).toBeCloseTo(found?.durationMs ?? 0, 5)
  expect(found?.slowSpans.map(({ span, by }) => [span.name, by])).toEqual([
    ['checkout', 'threshold'],
    ['slow', 'threshold'],
  ])
  expect(analyzer.slowSpans().map(({ span }) => span.name)).toEqual(['checkout', 'slow'])
  expect(found?.tree[0]?.selfMs).toBeLessThan(found?.durationMs ?? 0)
})

test('errors lead to where they began', async () => {
  const failing = trace('request', async () => {
    trace('fine', () => 1)
    await trace('pay', async () => {
      await trace('card', async () => {
        throw new TypeError('declined')
      })
    })
  })
  await expect(failing).rejects.toThrow('declined')
  const errors = analyzer.errors().map(({ span, origin }) => [span.name, origin.name, origin.error])
  expect(errors).toEqual([
    ['request', 'card', 'TypeError: declined'],
    ['pay', 'card', 'TypeError: declined'],
    ['card', 'card', 'TypeError: declined'],
  ])
  expect(analyzer.operations().find(({ name }) => name === 'card')).toMatchObject({ count: 1, errors: 1 })
})

describe('what is not whole says so', () => {
  test('a parent that has not ended', () => {
    const parent = startSpan('parent', { root: true })
    withSpan(parent, () => trace('child', () => 1))
    const id = parent.traceId
    expect(analyzer.trace(id)).toMatchObject({
      isComplete: false,
      problems: [expect.stringContaining('the parent of 1 spans is not here: of "child"'), '1 spans have not ended'],
      tree: [{ name: 'child', missingParent: true }],
    })
    parent.end()
    expect(analyzer.trace(id)).toMatchObject({ isComplete: true, tree: [{ name: 'parent' }, { name: 'child' }] })
  })

  test('a trace that began elsewhere is whole here, and names its caller', () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    withTraceHeaders({ traceparent }, () => trace('called', () => 1))
    expect(analyzer.trace('a'.repeat(32))).toMatchObject({ isComplete: true, callerSpanId: 'b'.repeat(16) })
  })

  test('more spans than the window takes', () => {
    analyzer.stop()
    analyzer = analyzeTraces({ maxSpans: 3 })
    const id = trace('wide', (span) => {
      for (let i = 0; i < 5; i++) trace('child', () => 1)
      return span.traceId
    })
    expect(analyzer.trace(id)).toMatchObject({ spanCount: 6, isComplete: false })
    expect(analyzer.trace(id)?.problems.join()).toMatch(/3 spans were left out/)
  })
})

test('an operation is slow by its own history, and the oldest traces are forgotten', () => {
  analyzer.stop()
  analyzer = analyzeTraces({ maxTraces: 25 })
  const startUnixMs = Date.now()
  const timed = (durationMs: number) => {
    const span = startSpan('job', { root: true })
    // The same door as the OpenTelemetry API: an end in the past or future.
    Reflect.apply(Reflect.get(span, 'end'), span, [startUnixMs + durationMs + 1_000])
  }
  for (let i = 0; i < 40; i++) timed(100)
  expect(analyzer.slowSpans()).toEqual([])
  timed(10_000)
  expect(analyzer.slowSpans()).toMatchObject([{ by: 'history', span: { name: 'job' } }])
  expect(analyzer.traces()).toHaveLength(25)
})
