import { expect, test } from 'vitest'
import { randomOf } from '../../../protocol/src/random.case.ts'
import { traceTree } from '../trace-tree.ts'
import { describeProblem } from './describe-problem.ts'
import type { ProblemSpan } from './problem.ts'
import { told, toldTrace } from './told-trace.case.ts'
import { traceProblems } from './trace-problems.ts'

const root = '1  shop server 0+300  GET /cart\n'
const old = (text: string) => `db.system=postgresql; db.statement=${text}`
const recent = (text: string) => `db.system.name=postgresql; db.query.text=${text}`
const http = (url: string) => `http.request.method=GET; url.full=${url}`

const cases: [says: string, trace: string, problems: string[]][] = [
  [
    'N+1 queries, attributes of old',
    root + told(6, (i) => `q${i}<1 shop client ${10 + i * 20}+15 query  ${old(`SELECT * FROM item WHERE id = ${i}`)}`),
    ['repeat.sequential 6 SELECT * FROM item WHERE id = ? saves 75'],
  ],
  [
    'N+1 queries, attributes of now, with parameters',
    root +
      told(
        5,
        (i) => `q${i}<1 shop client ${10 + i * 20}+15 SELECT item  ${recent('SELECT * FROM item WHERE id = $1')}`,
      ),
    ['repeat.sequential 5 SELECT * FROM item WHERE id = ? saves 60'],
  ],
  ['four are too few', root + told(4, (i) => `q${i}<1 shop client ${10 + i * 20}+15 q  ${recent('SELECT 1')}`), []],
  [
    'under 50 ms is too little',
    root + told(9, (i) => `q${i}<1 shop client ${10 + i * 5}+5 q  ${recent('SELECT 1')}`),
    [],
  ],
  [
    'less than a tenth of what is above is too little',
    '1  shop server 0+3000  GET /cart\n' +
      told(6, (i) => `q${i}<1 shop client ${10 + i * 20}+15 q  ${recent('SELECT 1')}`),
    [],
  ],
  [
    'side by side they are none',
    root + told(6, (i) => `q${i}<1 shop client ${10 + i}+100 q  ${recent('SELECT 1')}`),
    [],
  ],
  [
    'different queries are none',
    root + told(6, (i) => `q${i}<1 shop client ${10 + i * 20}+15 q  ${recent(`SELECT * FROM ${'abcdef'[i]}`)}`),
    [],
  ],
  [
    'nobody waits for them',
    `${root}s<1 shop client 1+298 GET  ${http('http://slow/a')}\n` +
      told(6, (i) => `q${i}<1 shop client ${10 + i * 20}+15 q  ${recent('SELECT 1')}`),
    [],
  ],
  [
    'in a consumer that nobody waits for, someone waits all the same',
    `1  shop producer 0+3  send\n2<1 work consumer 5+200 process\n` +
      told(6, (i) => `q${i}<2 work client ${10 + i * 20}+15 q  ${recent('SELECT 1')}`),
    ['repeat.sequential 6 SELECT ? saves 75'],
  ],
  [
    'N+1 requests, ids in the path',
    root + told(5, (i) => `q${i}<1 shop client ${10 + i * 20}+15 GET  ${http(`http://stock:80/item/${i}?lang=en`)}`),
    ['repeat.sequential 5 GET stock:80/item/*?lang saves 60'],
  ],
  [
    'N+1 with code of its own around each',
    root +
      told(
        5,
        (i) =>
          `w${i}<1 shop internal ${10 + i * 20}+16 Item.load\nq${i}<w${i} shop client ${11 + i * 20}+14 q  ${old('SELECT 1')}`,
      ),
    ['repeat.sequential 5 SELECT ? saves 64'],
  ],
  [
    'M x N+1',
    root +
      told(
        4,
        (i) =>
          `a${i}<1 shop client ${10 + i * 40}+15 q  ${recent(`SELECT a${''} FROM a WHERE id = ${i}`)}\nb${i}<1 shop client ${30 + i * 40}+15 q  ${recent('SELECT b FROM b')}`,
      ),
    ['repeat.interleaved 8 SELECT a FROM a WHERE id = ?; SELECT b FROM b saves 90'],
  ],
  [
    'two periods are too few',
    root +
      told(
        2,
        (i) =>
          `a${i}<1 shop client ${10 + i * 60}+25 q  ${recent('SELECT a FROM a')}\nb${i}<1 shop client ${40 + i * 60}+25 q  ${recent('SELECT b FROM b')}`,
      ),
    [],
  ],
  [
    'the same in many places',
    root +
      told(
        20,
        (i) =>
          `w${i}<1 shop internal ${10 + i * 12}+10 step ${'abcdefghijklmnopqrst'[i]}\nq${i}<w${i} shop client ${11 + i * 12}+8 q  ${recent('SELECT rights FROM user')}`,
      ),
    ['repeat.deep 20 SELECT rights FROM user saves 152'],
  ],
  [
    'retries, and not N+1',
    root + told(6, (i) => `q${i}<1 !shop client ${10 + i * 20}+15 GET  ${http('http://stock/a')}`),
    ['retry.repeated 6 GET stock/a saves 100'],
  ],
  [
    'retries by status code, the last of which succeeds',
    root +
      told(
        3,
        (i) =>
          `q${i}<1 shop client ${10 + i * 20}+15 GET  ${http('http://stock/a')}; http.response.status_code=${i < 2 ? 503 : 200}`,
      ),
    ['retry.repeated 3 GET stock/a saves 40'],
  ],
  [
    'two attempts are a retry as it should be',
    root + told(2, (i) => `q${i}<1 !shop client ${10 + i * 20}+15 GET  ${http('http://a/a')}`),
    [],
  ],
  [
    'a library that sent again by itself',
    `${root}q<1 shop client 10+100 GET  ${http('http://stock/a')}; http.request.resend_count=2`,
    ['retry.repeated 3 GET stock/a saves 0'],
  ],
  [
    'a slow query',
    `${'1  shop server 0+1500  GET /cart\n'}q<1 shop client 10+1200 q  ${old('SELECT 1')}`,
    ['db.slow 1 SELECT ?'],
  ],
  ['a query under a second', `${'1  shop server 0+1500  GET /cart\n'}q<1 shop client 10+900 q  ${old('SELECT 1')}`, []],
  [
    'a slow request is no slow query',
    `${'1  shop server 0+1500  GET /cart\n'}q<1 shop client 10+1200 GET  ${http('http://a/')}`,
    [],
  ],
  [
    'fan-out',
    root + told(51, (i) => `q${i}<1 shop client ${10 + i / 10}+20 GET  ${http(`http://stock/${i}`)}`),
    ['fanout 51 GET stock/*'],
  ],
  [
    'fifty at once',
    root + told(50, (i) => `q${i}<1 shop client ${10 + i / 10}+20 GET  ${http(`http://stock/${i}`)}`),
    [],
  ],
  [
    'a large answer, told of who asked',
    `${root}q<1 shop client 10+150 GET  ${http('http://stock/all')}; http.response.body.size=400000\n` +
      's<q stock server 12+140 GET /all  http.response.body.size=400000',
    ['payload.large 1 GET stock/all'],
  ],
  [
    'a large answer of old',
    `1  shop server 0+300  GET /cart  http.response_content_length=300000`,
    ['payload.large 1 GET /cart'],
  ],
  ['a large answer that is quick', `1  shop server 0+90  GET /cart  http.response_content_length=300000`, []],
  [
    'chatty services',
    root +
      told(31, (i) => {
        const at = 10 + i * 6
        return `q${i}<1 shop client ${at}+1 call ${'abcdefghij'[i % 10]}${'abcd'[Math.floor(i / 10)]}\ns${i}<q${i} stock server ${at}+1 x`
      }),
    ['chatty.edge 31 stock'],
  ],
  [
    'N+1 requests are not told again as chatty, nor what they do below',
    root +
      told(31, (i) => {
        const at = 10 + i * 6
        return `q${i}<1 shop client ${at}+5 GET  ${http(`http://stock/${i}`)}\ns${i}<q${i} stock server ${at}+5 x\nd${i}<s${i} stock client ${at}+4 q  ${recent('SELECT 1')}`
      }),
    ['repeat.sequential 31 GET stock/* saves 150'],
  ],
  [
    'one call of each kind',
    `${root}q<1 shop client 10+100 q  ${recent('SELECT 1')}\nr<1 shop client 120+100 GET  ${http('http://a/')}`,
    [],
  ],
]

test.each(cases)('%s', (_, text, expected) => {
  const { rows, roots } = toldTrace(text)
  const found = traceProblems(rows, roots).map((problem) => {
    expect(describeProblem(problem)).not.toMatch(/undefined|NaN/)
    const { kind, count, subject, savingNano } = problem
    return `${kind} ${count} ${subject}${savingNano === undefined ? '' : ` saves ${Math.round(savingNano / 1e6)}`}`
  })
  expect(found).toEqual(expected)
})

test('retries at three levels multiply', () => {
  const lines = ['1  web server 0+3000  GET /']
  for (let a = 0; a < 3; a++) {
    lines.push(`a${a}<1 !web client ${a * 1000}+900 GET  ${http('http://orders/')}`)
    lines.push(`x${a}<a${a} !orders server ${a * 1000}+900 GET /`)
    for (let b = 0; b < 3; b++) {
      const at = a * 1000 + b * 300
      lines.push(`b${a}${b}<x${a} !orders client ${at}+290 GET  ${http('http://stock/')}`)
      lines.push(`y${a}${b}<b${a}${b} !stock server ${at}+290 GET /`)
      for (let c = 0; c < 3; c++)
        lines.push(`c${a}${b}${c}<y${a}${b} !stock client ${at + c * 90}+80 q  ${recent('SELECT 1')}`)
    }
  }
  const { rows, roots } = toldTrace(lines.join('\n'))
  const [storm, ...others] = traceProblems(rows, roots)
  expect(others).toEqual([])
  expect(storm).toMatchObject({ kind: 'retry.storm', count: 27, service: 'web', detail: 'web 3, orders 9, stock 27' })
})

test('a random healthy trace has no problem', () => {
  const { below, pick } = randomOf(5)
  for (let round = 0; round < 200; round++) {
    const spans: ProblemSpan[] = []
    const make = (parent: string, from: number, length: number, depth: number): void => {
      const spanId = `s${spans.length}`
      const asks = parent !== '' && depth > 0 && pick([true, false])
      const table = pick(['user', 'item', 'cart', 'order', 'price', 'stock', 'tax'])
      const attributes: ProblemSpan['attributes'] = asks
        ? { 'db.system.name': 'postgresql', 'db.query.text': `SELECT * FROM ${table} WHERE id = ${below(99)}` }
        : {}
      const service = pick(['shop', 'cart'])
      const startUnixNano = String(BigInt(from) * 1_000_000n)
      const kind = asks ? 'client' : 'internal'
      const named = { service, kind, name: `work ${depth}`, status: 'unset', attributes }
      spans.push({ spanId, parentSpanId: parent, startUnixNano, durationNano: length * 1e6, ...named })
      // Up to four, side by side or one after the other.
      const children = depth > 3 || asks ? 0 : below(5)
      const each = Math.floor(length / Math.max(1, children))
      if (each > 0) for (let i = 0; i < children; i++) make(spanId, from + i * each, each, depth + 1)
    }
    make('', 0, 100 + below(900), 0)
    const { rows, roots } = traceTree(spans)
    expect(traceProblems(rows, roots).map(describeProblem), `round ${round}`).toEqual([])
  }
})
