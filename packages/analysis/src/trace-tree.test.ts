import { expect, test } from 'vitest'
import { drawnTrace } from './drawn-trace.ts'
import { traceTree } from './trace-tree.ts'

/** The rows as `depth name self`, the way a waterfall shows them. */
function rows(picture: string): string[] {
  return traceTree(drawnTrace(picture)).rows.map(
    (node) => `${node.depth} ${node.span.spanId} ${node.selfNano}${node.missingParent ? ' missing' : ''}`,
  )
}

test('a trace becomes rows in depth-first order with self times', () => {
  expect(
    rows(`
      a    :|==========|
      c<a  :      |==|
      b<a  : |====|
      d<b  :  |==|
    `),
  ).toEqual(['0 a 4', '1 b 2', '2 d 2', '1 c 2'])
})

test('a span whose parent never arrived becomes a root that says so', () => {
  expect(
    rows(`
      a    :|====|
      c<x  :  |==|
    `),
  ).toEqual(['0 a 4', '0 c 2 missing'])
})

test('overlapping children that outlive their parent are counted once and only inside it', () => {
  expect(
    rows(`
      a    :|==========|
      b<a  :  |====|
      c<a  :    |====|
      d<a  :         |=====|
    `)[0],
  ).toBe('0 a 3')
})

test('a cycle is cut at its earliest span and every span still comes out once', () => {
  expect(
    rows(`
      a<c  :|====|
      b<a  : |==|
      c<b  :  |=|
    `),
  ).toHaveLength(3)
  expect(
    rows(`
      x<a  :|====|
      a<b  : |==|
      b<a  : |=|
    `),
  ).toEqual(['0 a 0 missing', '1 x 4', '1 b 1'])
  expect(rows('a<a:|==|')).toEqual(['0 a 2 missing'])
})

test('a span sent twice comes out twice, its children once', () => {
  const tree = traceTree(
    drawnTrace(`
      a    :|====|
      a    :|====|
      b<a  : |=|
    `),
  )
  expect(tree.rows.map((node) => node.span.spanId).sort()).toEqual(['a', 'a', 'b'])
})

test('a chain 100,000 deep costs neither the stack nor quadratic time', () => {
  const spans = Array.from({ length: 100_000 }, (_, i) => ({
    spanId: `s${i}`,
    parentSpanId: i === 0 ? '' : `s${i - 1}`,
    startUnixNano: String(i),
    durationNano: 1,
  }))
  expect(traceTree(spans).rows.at(-1)?.depth).toBe(99_999)
})

test('no spans give an empty tree', () => {
  expect(traceTree([])).toEqual({ roots: [], rows: [], startUnixNano: 0n, durationNano: 0 })
})
