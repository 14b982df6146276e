import { expect, test } from 'vitest'
import { parseRawSearch, printRawSearch } from '../../parts/url.ts'
import { drawnAnswer } from './drawn-answer.ts'
import { nextMatch, openFind } from './find.ts'
import { summaryRows } from './summary.ts'
import { offsetOf, rowOf, traceView } from './trace-view.ts'
import { traceUrl } from './url.ts'
import { collapsedAt, revealed, shownDepth, visibleRows } from './visible-rows.ts'

const view = traceView(
  drawnAnswer(`
    shop.a      :|============|
    cart.b<a    : |====|
    db.c<b      :  |==|
    cart.d<a   !:       |===|
    mail.e<gone :            |=|
  `),
)
const names = (rows: { span: { name: string } }[]) => rows.map(({ span }) => span.name).join('')

test.each([
  [[], [], 'abcde'],
  [[0], [], 'ae'],
  [[1], [], 'abde'],
  [[0, 1], [], 'ae'],
  [[], ['cart'], 'ace'],
  [[1], ['cart'], 'ae'],
])('with %j collapsed and %j hidden the rows are %s', (collapsed, hidden, expected) => {
  expect(names(visibleRows(view, new Set(collapsed), new Set(hidden)))).toBe(expected)
})

test('collapsing at a depth shows that many levels', () => {
  expect(names(visibleRows(view, collapsedAt(view, 1), new Set()))).toBe('abde')
  expect(shownDepth(view, collapsedAt(view, 1))).toBe(1)
  expect(shownDepth(view, new Set())).toBe(2)
})

test('revealing a row opens what is above it and nothing else', () => {
  expect([...revealed(view, new Set([0, 1, 3]), 2)]).toEqual([3])
  const untouched = new Set([3])
  expect(revealed(view, untouched, 2)).toBe(untouched)
})

test('a trace counts its services, errors and rows whose parent is missing', () => {
  expect(view).toMatchObject({ durationNano: 13, depthMax: 2, errors: 1, missingParents: 1 })
  expect(view.services[0]).toEqual({ service: 'cart', spans: 2, errors: 1 })
  expect(view.root?.span.name).toBe('a')
  expect(offsetOf(view, '1699999999999999995')).toBe(-5)
})

test('a span id finds its first row, unless the picked row has it', () => {
  const repeated = traceView(drawnAnswer('a.x :|==|\na.x :  |==|'))
  expect([0, 1, -1].map((picked) => rowOf(repeated, 'x', picked)?.index)).toEqual([0, 1, 0])
  expect(rowOf(repeated, 'y', 0)).toBeUndefined()
})

test('the critical path of a root and what it waited for sums to its duration', () => {
  const inFirst = view.rows.slice(0, 4).reduce((sum, row) => sum + row.criticalNano, 0)
  expect(inFirst).toBe(12)
})

test('find wants every word, and goes round', () => {
  const find = openFind(view)
  expect(find('')).toEqual([])
  expect(find('CART')).toEqual([1, 3])
  expect(find('cart error')).toEqual([3])
  expect([nextMatch([1, 3], 1, 1), nextMatch([1, 3], 3, 1), nextMatch([1, 3], 1, -1), nextMatch([], 0, 1)]).toEqual([
    3,
    1,
    3,
    undefined,
  ])
})

test('the summary adds up self time, critical time and errors', () => {
  const byService = summaryRows(view, 'service')
  expect(byService.find(({ service }) => service === 'cart')).toMatchObject({
    spans: 2,
    errors: 1,
    selfNano: 5,
    longestNano: 4,
    longestIndex: 1,
  })
  expect(summaryRows(view, 'operation')).toHaveLength(5)
})

test.each([
  ['', ''],
  ['?span=b&find=x&tab=logs&hide=cart&hide=db', '?span=b&find=x&tab=logs&hide=cart&hide=db'],
  ['?tab=nonsense', ''],
])('the trace URL %j is printed as %j', (text, printed) => {
  expect(printRawSearch(traceUrl.print(traceUrl.parse(parseRawSearch(text))))).toBe(printed)
})
