import type { TraceSummary } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { countWithin, shownTime, tracePoints } from './points.ts'

const trace = (startMs: number, errorCount = 0): TraceSummary => ({
  traceId: `t${startMs}`,
  rootService: 'shop',
  rootName: 'GET /',
  hasRoot: true,
  startUnixNano: `${startMs}000000`,
  durationNano: 5e6,
  spanCount: 1,
  errorCount,
  matchedSpans: 1,
  services: [],
})
const traces = [trace(9900, 1), trace(9800), trace(9000)]

test('a trace that failed is a cross in the colour of errors', () => {
  expect(tracePoints(traces).map(({ shape }) => shape)).toEqual(['cross', 'dot', 'dot'])
})

test.each([
  ['newest', true, 9000, true],
  ['newest', false, 0, false],
  ['slowest', true, 0, false],
] as const)('of the %s with more to come: %s, the time shown begins at %d', (order, more, fromMs, cut) => {
  expect(shownTime(traces, { fromMs: 0, toMs: 10_000, order, more })).toEqual({ fromMs, toMs: 10_000, cut })
})

test('a selection counts what it narrows to', () => {
  expect(countWithin(traces, 9500, 9950)).toEqual({ traces: 2, failed: 1 })
})
