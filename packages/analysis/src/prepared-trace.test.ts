import { expect, test } from 'vitest'
import { drawnTrace } from './drawn-trace.ts'
import { prepareTrace } from './prepared-trace.ts'

const oneClock = { clockOf: () => 'a' }

test('a span that was sent twice is in the trace once, and one that shares its id with another kind stays', () => {
  const spans = drawnTrace(`
    a    :|======|
    b<a  : |==|
    b<a  : |==|
  `)
  const zipkin = spans.slice(1, 2).map((span) => ({ ...span, kind: 'server' }))
  const { tree, repeated } = prepareTrace([...spans, ...zipkin], oneClock)
  expect([tree.rows.length, repeated]).toEqual([3, 1])
})

test('what is moved is a copy; the span as it was received is known', () => {
  const spans = drawnTrace(`
    a    :  |======|
    b<a  :|==|
    c<b  : |=|
  `)
  const { tree, received, shiftNanoOf, shiftMostNano } = prepareTrace(spans, {
    clockOf: ({ spanId }) => (spanId === 'a' ? 'a' : 'b'),
  })
  expect(tree.rows.map(({ offsetNano }) => offsetNano)).toEqual([0, 2, 3])
  expect(tree.rows.map(({ span }) => received(span))).toEqual(spans)
  expect(tree.rows.map(({ span }) => shiftNanoOf(span))).toEqual([0, 4, 4])
  expect(shiftMostNano).toBe(4)
})

test.each([
  ['a whole trace', ['a    :|==========|', 'b<a  : |====|'], 1, 0],
  ['an orphan', ['a    :|==========|', 'b<x  : |===|'], 0.7, 1],
  ['orphans side by side count once', ['a    :|==========|', 'b<x  : |===|', 'c<y  :  |===|'], 0.6, 2],
  ['an orphan that outlives the root', ['a    :|==========|', 'b<x  :         |====|'], 0.9, 1],
  ['no root at all', ['a<x  :|==========|', 'b<a  : |===|'], 1, 1],
  ['an empty trace', [], 1, 0],
])('%s is covered as far as it is known who waited', (_, lines, coverage, orphans) => {
  const prepared = prepareTrace(lines.length === 0 ? [] : drawnTrace(lines.join('\n')), oneClock)
  expect(prepared.coverage).toBeCloseTo(coverage)
  expect(prepared.orphans).toBe(orphans)
})
