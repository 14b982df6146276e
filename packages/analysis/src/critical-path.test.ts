import { expect, test } from 'vitest'
import { randomOf } from '../../protocol/src/random.case.ts'
import { criticalPath, type PathSpan } from './critical-path.ts'
import { drawnTrace } from './drawn-trace.ts'
import { traceTree } from './trace-tree.ts'

/** The path as `span from-to`, earliest first. */
function path(picture: string): string[] {
  return criticalPath(traceTree(drawnTrace(picture)).roots)
    .reverse()
    .map((section) => `${section.span.spanId} ${section.fromNano}-${section.toNano}`)
}

test('the last child to end is on the path, and what overlaps it is not', () => {
  expect(
    path(`
      a    :|==========|
      b<a  : |====|
      c<a  :   |=====|
    `),
  ).toEqual(['a 0-3', 'c 3-8', 'a 8-10'])
})

test('children that touch are both on the path', () => {
  expect(
    path(`
      a    :|======|
      b<a  :|===|
      c<a  :   |===|
    `),
  ).toEqual(['b 0-3', 'c 3-6'])
})

test('a child is cut to its parent, and one that starts after the parent ended is async', () => {
  expect(
    path(`
      a    :|====|
      b<a  :  |======|
      c<a  :      |==|
    `),
  ).toEqual(['a 0-2', 'b 2-4'])
})

test('a consumer never blocks its producer', () => {
  const spans = drawnTrace(`
    a    :|====|
    b<a  : |==|
  `)
  const kinds = ['producer', 'consumer']
  const roots = traceTree(spans.map((span, i) => ({ ...span, kind: kinds[i] ?? '' }))).roots
  expect(criticalPath(roots).map((section) => section.span.spanId)).toEqual(['a'])
})

test('sections of random forests are disjoint and sum to the duration of each root', () => {
  const { below: random } = randomOf(7)
  for (let round = 0; round < 300; round++) {
    const spans: PathSpan[] = Array.from({ length: 1 + random(40) }, (_, i) => ({
      spanId: `s${i}`,
      parentSpanId: i === 0 ? '' : `s${random(i)}`,
      startUnixNano: String(1000 + random(200)),
      durationNano: random(150),
      kind: 'internal',
    }))
    const { roots } = traceTree(spans)
    const sections = criticalPath(roots)
    const total = sections.reduce((sum, section) => sum + section.toNano - section.fromNano, 0)
    expect(total, `round ${round}`).toBe(roots.reduce((sum, root) => sum + root.span.durationNano, 0))
    for (const [i, section] of sections.slice(1).entries()) {
      expect(section.toNano, `round ${round}`).toBeLessThanOrEqual(sections[i].fromNano)
    }
  }
})
