import { expect, test } from 'vitest'
import { randomOf } from '../../protocol/src/random.case.ts'
import { criticalPath, type PathSpan } from './critical-path.ts'
import { drawnTrace } from './drawn-trace.ts'
import { openSchedule } from './schedule.ts'
import { traceTree } from './trace-tree.ts'

/** d begins 2 after the later of b and c; a ends 3 after d. */
const waits = `
  a    :|==================|
  b<a  : |====|
  c<a  : |======|
  d<a  :           |====|
`

test.each([
  [waits, ['c'], 0, 2],
  [waits, ['b'], 0, 0],
  [waits, ['b', 'c'], 0, 6],
  [waits, ['d'], 0.5, 2],
  [waits, ['c', 'd'], 0.5, 4],
  [waits, ['a'], 0.5, 9],
  [waits, ['b'], 2, -2],
  [['a   :|======|', 'b<a :  |=======|'].join('\n'), ['b'], 0.5, 3.5],
  [['a   :|======|', 'b<a : |====|', 'c<b :  |==|'].join('\n'), ['c'], 0, 2],
  [['a   :|======|', 'b<a : |====|', 'c<b :  |==|'].join('\n'), ['b', 'c'], 0.5, 2],
])('in %s, %j taking %d times as long saves %d', (picture, names, factor, saved) => {
  const { roots, rows } = traceTree(drawnTrace(picture))
  const spans = rows.filter(({ span }) => names.includes(span.spanId))
  expect(openSchedule(roots).savedNano(spans, factor)).toBe(saved)
})

test('a consumer is not waited for', () => {
  const spans = drawnTrace('a   :|====|\nb<a : |==|').map((span, i) => ({
    ...span,
    kind: i === 0 ? 'producer' : 'consumer',
  }))
  const { roots, rows } = traceTree(spans)
  const schedule = openSchedule(roots)
  expect(rows.map((node) => [schedule.savedNano([node], 0), schedule.slackNano(node)])).toEqual([
    [4, 0],
    [0, Number.POSITIVE_INFINITY],
  ])
})

test('what is not on the path may take its slack longer and not a moment more', () => {
  const { roots, rows } = traceTree(drawnTrace(waits))
  const { slackNano } = openSchedule(roots)
  expect(rows.map((node) => `${node.span.spanId} ${slackNano(node)}`)).toEqual(['a 0', 'c 0', 'b 2', 'd 0'])
})

test('in random forests slack is what may be added; where all lie inside their parents, the path has none', () => {
  const { below: random } = randomOf(11)
  for (let round = 0; round < 200; round++) {
    const isInside = round % 2 === 0
    const { roots, rows } = traceTree(randomSpans(random, isInside))
    const schedule = openSchedule(roots)
    const onPath = new Set(criticalPath(roots, { overlapTolerance: 0 }).map(({ span }) => span))
    for (const node of rows) {
      const says = `round ${round} ${node.span.spanId}`
      const { durationNano } = node.span
      const slack = schedule.slackNano(node)
      const after = (nano: number) => schedule.savedNano([node], (durationNano + nano) / durationNano)
      expect(after(0), says).toBeCloseTo(0)
      if (isInside && onPath.has(node.span)) expect(slack, says).toBe(0)
      expect(after(Math.min(slack, 1000)), says).toBeCloseTo(0)
      if (slack < 1000) expect(after(slack + 10), says).toBeCloseTo(-10)
    }
  }
})

function randomSpans(random: (end: number) => number, isInside: boolean): PathSpan[] {
  const spans: { from: number; length: number; parent: number }[] = []
  for (let i = 0, count = 1 + random(30); i < count; i++) {
    const parent = i === 0 ? -1 : random(i)
    const { from: outer, length: outerLength } = spans[parent] ?? { from: 1000, length: 150 }
    const from = isInside ? outer + random(outerLength) : 1000 + random(200)
    const length = 1 + random(isInside ? outer + outerLength - from : 150)
    spans.push({ from, length, parent })
  }
  return spans.map(({ from, length, parent }, i) => ({
    spanId: `s${i}`,
    parentSpanId: parent === -1 ? '' : `s${parent}`,
    startUnixNano: String(from),
    durationNano: length,
    kind: 'internal',
  }))
}
