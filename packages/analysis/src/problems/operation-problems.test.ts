import { expect, test } from 'vitest'
import { describeProblem } from './describe-problem.ts'
import { operationProblems } from './operation-problems.ts'
import { told, toldTrace } from './told-trace.case.ts'

const query = (text: string) => `db.system.name=postgresql; db.query.text=${text}`
const http = (url: string) => `http.request.method=GET; url.full=${url}`
const traces = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => toldTrace(text(index)))

const page = '1  shop server 0+600 GET /page\n'
const usual = (ms: number, id: number) =>
  `${page}q<1 shop client 10+${ms} q  ${query(`SELECT * FROM item WHERE id = ${id}`)}`
const late = (wait: number) =>
  `${page}a<1 shop client 10+200 GET  ${http('http://stock/')}\nb<a stock server ${10 + wait}+${190 - wait} GET /`
const two = (first: string, firstAt: number, second: string, secondAt: number, ms = 150) =>
  `${page}a<1 shop client ${firstAt}+${ms} GET  ${http(`http://${first}/`)}\nb<1 shop client ${secondAt}+${ms} GET  ${http(`http://${second}/`)}`
const calls = (count: number) =>
  page +
  told(
    count,
    (i) =>
      `w${i}<1 shop internal ${i * 5}+5 step ${i % 26}x${'abcdefgh'[i % 8]}\nq${i}<w${i} shop client ${i * 5}+4 q  ${query('SELECT 1')}`,
  )

const cases: [says: string, trees: ReturnType<typeof traces>, problems: string[]][] = [
  [
    'the same problem of several traces is one',
    traces(4, (i) => page + told(5 + i, (at) => `q${at}<1 shop client ${at * 50}+40 q  ${query(`SELECT ${at}`)}`)),
    ['repeat.sequential in 4 of GET /page, 6 x SELECT ?, saves 200 ms each and 880 ms in all'],
  ],
  [
    'a query far over its own usual time',
    traces(41, (i) => usual(i === 0 ? 400 : 20, i)),
    ['db.slow in 1 of GET /page, 1 x SELECT * FROM item WHERE id = ?, saves 380 ms each and 380 ms in all'],
  ],
  ['a query of which too little is known', traces(10, (i) => usual(i === 0 ? 400 : 20, i)), []],
  ['a query that always takes as long', traces(40, (i) => usual(400, i)), []],
  [
    'calls that begin late',
    traces(10, () => late(120)),
    ['pool.wait in 10 of GET /page, 1 x GET stock/, saves 120 ms each and 1200 ms in all'],
  ],
  ['calls that begin late in few traces', traces(9, () => late(120)), []],
  ['calls that begin in time', traces(20, () => late(40)), []],
  [
    'calls that overlap in another trace',
    [...traces(3, () => two('a', 10, 'b', 170)), toldTrace(two('a', 10, 'b', 12))],
    ['serial.independent in 3 of GET /page, 2 x GET a/; GET b/, saves 150 ms each and 450 ms in all'],
  ],
  [
    'calls in the other order in another trace',
    [toldTrace(two('a', 10, 'b', 170)), toldTrace(two('b', 10, 'a', 170))],
    ['serial.independent in 2 of GET /page, 2 x GET a/; GET b/, saves 150 ms each and 300 ms in all'],
  ],
  ['calls always in one order', traces(20, () => two('a', 10, 'b', 170)), []],
  ['calls that are short', [...traces(3, () => two('a', 10, 'b', 170, 60)), toldTrace(two('a', 10, 'b', 12))], []],
  [
    'the same query of ten traces at one moment',
    traces(10, (i) => `${page}q<1 shop client ${10 + i}+100 q  ${query('SELECT 1')}`),
    ['cache.stampede in 1 of GET /page, 10 x SELECT ?'],
  ],
  [
    'values that are not told',
    traces(10, (i) => `${page}q<1 shop client ${10 + i}+100 q  ${query('SELECT a FROM b WHERE c = $1')}`),
    [],
  ],
  ['other values', traces(10, (i) => `${page}q<1 shop client ${10 + i}+100 q  ${query(`SELECT ${i}`)}`), []],
  ['at other times', traces(10, (i) => `${page}q<1 shop client ${10 + i * 110}+100 q  ${query('SELECT 1')}`), []],
  ['what every trace does alike', traces(4, () => calls(25)), []],
  ['no trace', [], []],
]

test.each(cases)('%s', (_, trees, expected) => {
  const found = operationProblems(trees).map((problem) => {
    expect(describeProblem(problem)).not.toMatch(/undefined|NaN/)
    const { kind, within, count, subject, savingNano, savingTotalNano, traces } = problem
    const ms = (nano: number) => `${Math.round(nano / 1e6)} ms`
    const saves = savingNano === undefined ? '' : `, saves ${ms(savingNano)} each and ${ms(savingTotalNano)} in all`
    return `${kind} in ${traces} of ${within}, ${count} x ${subject}${saves}`
  })
  expect(found).toEqual(expected)
})

test('the trace that it costs most is the first example', () => {
  const trees = traces(
    5,
    (i) => page + told(5 + i, (at) => `q${at}<1 shop client ${at * 50}+40 q  ${query('SELECT 1')}`),
  )
  expect(operationProblems(trees)[0]?.examples).toEqual(
    [4, 3, 2].map((trace) => ({ trace, spanId: 'q0', savingNano: (4 + trace) * 40e6 })),
  )
})
