import type { LogRecord, PrometheusResult, SpanRecord, TableAnswer, TraceAnswer } from '@wakeline/protocol'
import { Failure } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { drawTrace } from './draw-trace.ts'
import { coloured, plain } from './paint.ts'
import { figuresJson, printFigures } from './print-figures.ts'
import { logJson, printLog } from './print-log.ts'
import { printNothing } from './print-nothing.ts'
import { printPromql } from './print-promql.ts'
import { printRefused } from './print-refused.ts'
import { printTable } from './print-table.ts'

const span = (
  spanId: string,
  parentSpanId: string,
  from: number,
  to: number,
  more: Partial<SpanRecord> = {},
): SpanRecord => ({
  traceId: 'a'.repeat(32),
  spanId,
  parentSpanId,
  service: 'shop',
  name: `span ${spanId}`,
  kind: 'internal',
  startUnixNano: String(1_795_000_000_000_000_000n + BigInt(from) * 1_000_000n),
  durationNano: (to - from) * 1e6,
  status: 'unset',
  statusMessage: '',
  traceState: '',
  flags: 1,
  resourceId: 'r',
  scopeId: 's',
  attributes: {},
  events: [],
  links: [],
  droppedAttributes: 0,
  droppedEvents: 0,
  droppedLinks: 0,
  ...more,
})
const cost = { rowsRead: 0, bytesRead: 0, elapsedMs: 0, sql: [] }
const traceOf = (...spans: SpanRecord[]): TraceAnswer => ({
  traceId: 'a'.repeat(32),
  spans,
  spansTotal: spans.length,
  resources: {},
  scopes: {},
  cost,
})

test('a trace is drawn with its critical path, its errors and what is missing', () => {
  const trace = traceOf(
    span('1', '', 0, 100),
    span('2', '1', 20, 80, { status: 'error', statusMessage: 'card \u001b[2Jdeclined' }),
    span('3', 'gone', 40, 60),
  )
  expect(drawTrace(trace, { width: 44, paint: plain, rowsMax: 10 }).split('\n')).toEqual([
    `${'a'.repeat(32)} · 3 spans · 1 service · 1 error · 100 ms · 2026-11-18T11:06:40.000Z`,
    'span 1 (shop)         ██━━━━━━██   100 ms',
    '  span 2 (shop)         ██████      60 ms  error: card \\x1b[2Jdeclined',
    '(parent missing) sp…      ██        20 ms',
    '1 of these spans name a parent that has not arrived.',
  ])
  expect(drawTrace(trace, { width: 44, paint: plain, rowsMax: 1 })).toContain('2 more spans are not drawn.')
})

const record: LogRecord = {
  timeUnixNano: '1795000000123456789',
  observedUnixNano: '0',
  service: 'shop',
  severity: 17,
  severityText: '',
  eventName: '',
  body: 'two\nlines',
  traceId: '',
  spanId: '',
  flags: 0,
  resourceId: 'r',
  scopeId: '',
  attributes: { n: { int: '7' }, text: 'a b', bell: '\u0007' },
  droppedAttributes: 0,
}

test('a log record is one line, and nothing in it moves the cursor', () => {
  expect(printLog(record, plain)).toBe(
    '2026-11-18T11:06:40.123Z ERROR shop two\n    lines n=7 text="a b" bell="\\u0007"',
  )
  expect(printLog(record, coloured)).toContain('\u001b[31mERROR\u001b[39m')
  expect(
    logJson(record, { r: { attributes: { 'host.name': 'h' }, schemaUrl: '', droppedAttributes: 0 } }),
  ).toMatchObject({
    severityNumber: 17,
    attributes: { n: 7 },
    resource: { 'host.name': 'h' },
  })
})

const answers: [PrometheusResult, string][] = [
  [{ resultType: 'scalar', result: [1, '4'] }, '4'],
  [{ resultType: 'vector', result: [] }, 'No series.'],
  [
    { resultType: 'vector', result: [{ metric: { __name__: 'up', job: 'a"b' }, value: [1, 'NaN'] }] },
    'value  series\n  NaN  up{job="a\\"b"}',
  ],
]
test.each(answers)('PromQL answers %j are printed', (answer, printed) => {
  expect(printPromql(answer, 80)).toBe(printed)
})

test('a range is a drawn line with its least, greatest and last value', () => {
  const values = Array.from({ length: 100 }, (_, i): [number, string] => [i, i === 50 ? 'NaN' : String(i)])
  const printed = printPromql({ resultType: 'matrix', result: [{ metric: {}, values }] }, 120)
  expect(printed.split('\n')[1]).toMatch(/^▁+▂+▃+▄+ ▅+▆+▇+█+ {4}0 {3}99 {4}99 {2}\{\}$/)
})

const table: TableAnswer = {
  is: 'table',
  columns: [
    { name: 'service', is: 'key', unit: '' },
    { name: 'p95(duration)', is: 'figure', unit: 'ns' },
    { name: 'rate', is: 'figure', unit: '1/s' },
  ],
  rows: [
    ['shop\u0007', 1_500_000, 0.123456],
    ['', null, 2],
  ],
  rowsTotal: 5,
  cost,
}
const lines: TableAnswer = {
  is: 'series',
  times: [1000, 2000],
  stepMs: 1000,
  series: [{ labels: { level: 'warn' }, figure: 'count', unit: '', values: [1, 4] }],
  seriesTotal: 1,
  cost,
}

test('figures are a table with their units, or a drawn line a series', () => {
  expect(printFigures(table).split('\n')).toEqual([
    'service   p95(duration)       rate',
    'shop\\x07         1.5 ms  0.12346/s',
    '(none)                -        2/s',
    '(2 of 5 rows; | limit says how many)',
  ])
  expect(printFigures(lines)).toBe('line  min  max  last  series\n▁█      1    4     4  warn count')
  expect(figuresJson(table)[1]).toEqual({ service: '', 'p95(duration)': null, rate: 2 })
  expect(figuresJson(lines)).toEqual([
    {
      labels: { level: 'warn' },
      figure: 'count',
      unit: '',
      points: [
        [1000, 1],
        [2000, 4],
      ],
    },
  ])
})

test('a very long cell of a table pushes out its own line alone', () => {
  const columns = [
    { name: 'name', align: 'left' },
    { name: 'n', align: 'right' },
  ] as const
  const [, long, short] = printTable(columns, [
    ['x'.repeat(100), '1'],
    ['y', '2'],
  ]).split('\n')
  expect(long).toBe(`${'x'.repeat(100)}  1`)
  expect(short).toBe(`${'y'.padEnd(60)}  2`)
})

test.each([
  ['Cannot read this: no', 6, 'level:error (a', 'Cannot read this: no\n  level:error (a\n        ^'],
  ['Cannot read this: no', 0, '(a', 'Cannot read this: no\n  (a\n  ^'],
  ['Cannot read this: no', undefined, '(a', 'Cannot read this: no'],
  [
    'Cannot read this query: 2:3: parse error: no',
    undefined,
    'sum(\n  x)',
    'Cannot read this query: 2:3: parse error: no\n    x)\n    ^',
  ],
  [
    'Cannot read this query: 1:1: parse error: no expression',
    undefined,
    '',
    'Cannot read this query: 1:1: parse error: no expression',
  ],
  ['Cannot read this: no', 3, 'a\u001b b', 'Cannot read this: no\n  a\\x1b b\n        ^'],
])('%s at %s is shown in %j', (message, position, question, shown) => {
  expect(printRefused(new Failure('invalid_query', 400, message, position), question)).toBe(shown)
})

test('a search that found nothing is told what its small letters meant', () => {
  expect(printNothing('record', 'a b')).toBe('No record matches in this time.')
  expect(printNothing('trace', 'a or b', '; --last 24h')).toBe(
    'No trace matches in this time; --last 24h.\n"or" was looked for as a word; terms are joined in capitals: a OR b',
  )
})
