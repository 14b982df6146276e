import { expect, test } from 'vitest'
import { parseQuestion } from './parse.ts'
import { planTraces } from './trace-condition.ts'
import { holds, spansFound, type TraceSpans } from './trace-holds.ts'

/**
 *   a web          (bit of each span: which of the leaves, in the order of the search, it matches by its letter)
 *   |- b cart
 *   |  |- c db
 *   |  `- d db
 *   `- e cache     f lost (its parent is not here), g and h are parents of each other
 */
const parents: Record<string, string> = { a: '', b: 'a', c: 'b', d: 'b', e: 'a', f: 'x', g: 'h', h: 'g' }

function traceOf(letters: readonly string[]): TraceSpans {
  return {
    measures: { duration: 2e9, spans: 8, errors: 1, services: 3 },
    spans: Object.entries(parents).map(([spanId, parentSpanId]) => ({
      spanId,
      parentSpanId,
      matches: letters.reduce((bits, each, leaf) => bits + (each.includes(spanId) ? 2 ** leaf : 0), 0),
    })),
  }
}

/** Each word of a search stands for the spans with those letters. */
test.each([
  ['abc', true, 'abc'],
  ['{a} {c}', true, 'ac'],
  ['{a} {z}', false, 'a'],
  ['{a} OR {z}', true, 'a'],
  ['NOT {z}', true, ''],
  ['{a} > {b}', true, 'b'],
  ['{a} > {c}', false, ''],
  ['{a} >> {c}', true, 'c'],
  ['a >> cdef', true, 'cde'],
  ['a > be > cd', true, 'cd'],
  ['a > be >> f', false, ''],
  ['{b} > {cd} trace.spans>7', true, 'cd'],
  ['{b} > {cd} trace.spans>8', false, 'cd'],
  ['NOT ({a} > {c})', true, ''],
  ['g >> h', true, 'h'],
  ['a >> gh', false, ''],
  ['x > f', false, ''],
  ['trace.duration:[1s TO 2s] trace.errors:1 trace.services<4', true, ''],
  ['trace.duration:[1s TO 2s}', false, ''],
])('%s of a trace is %s', (text, isSo, found) => {
  const question = parseQuestion(text)
  const planned = 'refused' in question ? question : planTraces(question.search)
  if ('refused' in planned) throw new Error(planned.refused)
  const letters = planned.leaves.map((leaf) =>
    leaf.is === 'words' && leaf.words.match === 'whole' ? leaf.words.phrase : '',
  )
  const trace = traceOf(letters)
  expect([holds(planned.condition, trace), [...spansFound(planned.condition, trace)].sort().join('')]).toEqual([
    isSo,
    found,
  ])
})

test.each([
  ['trace.spans>many', 12, /compared with a number/],
  ['trace.duration>5', 15, /compared with a duration/],
  ['{trace.spans>5}', 0, /conditions on one span/],
  ['a > trace.spans>5', 16, /only spans stand beside/],
  ['a > {b} {c}', 4, /only spans stand beside/],
  ['root.duration>5', 14, /its unit/],
])('%s is refused', (text, position, sentence) => {
  const question = parseQuestion(text)
  const planned = 'refused' in question ? question : planTraces(question.search)
  expect(planned).toMatchObject({ position, refused: expect.stringMatching(sentence) })
})

test('of two spans with one id each has its own parent', () => {
  // The server's side of a call has the id of the client's; a third span is called by it.
  const spans = [
    { spanId: 'root', parentSpanId: '', matches: 1 },
    { spanId: 'call', parentSpanId: 'root', matches: 2 },
    { spanId: 'call', parentSpanId: 'other', matches: 4 },
    { spanId: 'last', parentSpanId: 'call', matches: 8 },
  ]
  const found = (above: number, relation: '>' | '>>', below: number): string[] => {
    const leaf = (n: number) => ({ is: 'leaf' as const, leaf: n })
    const set = { is: 'related' as const, above: leaf(above), relation, below: leaf(below) }
    const trace = { measures: { duration: 0, spans: 4, errors: 0, services: 0 }, spans }
    return [...spansFound({ is: 'some', spans: set, isRoot: false }, trace)]
  }
  expect([found(0, '>', 1), found(0, '>', 2), found(1, '>', 3), found(2, '>', 3), found(0, '>>', 3)]).toEqual([
    ['call'],
    [],
    ['last'],
    ['last'],
    ['last'],
  ])
})

test('a long chain is followed to its end', () => {
  const spans = Array.from({ length: 20_000 }, (_, n) => ({
    spanId: `s${n}`,
    parentSpanId: `s${n - 1}`,
    matches: n === 0 ? 1 : 2,
  }))
  const planned = planTraces({ is: 'related', above: { is: 'all' }, relation: '>>', below: { is: 'all' }, position: 0 })
  if ('refused' in planned) throw new Error(planned.refused)
  const trace = { measures: { duration: 0, spans: 0, errors: 0, services: 0 }, spans }
  expect(spansFound(planned.condition, trace).size).toBe(19_999)
})
