import { expect, test } from 'vitest'
import { clockShifts, hostKey } from './clock-skew.ts'
import { traceTree } from './trace-tree.ts'

/** `id host start+duration <parent`, and where it should be afterwards, where that is somewhere else. In milliseconds. */
type Row = [text: string, adjusted?: number]

/** After the cases of Jaeger's clockskew_test.go, and the last ones our own. */
const cases: { says: string; rows: Row[]; maxMs?: number; refusedMs?: number }[] = [
  { says: 'a parent that is not here moves nothing', rows: [['1 a 0+100 <99']] },
  { says: 'no host of a single span moves nothing', rows: [['1 - 0+100']] },
  { says: 'a span id twice moves nothing', rows: [['1 a 0+100'], ['1 a 0+100']] },
  { says: 'a child of the same host stays inside', rows: [['1 a 0+100'], ['2 a 10+50 <1']] },
  { says: 'a child of the same host stays even where it begins before', rows: [['1 a 10+100'], ['2 a 0+50 <1']] },
  { says: 'a child that fits stays', rows: [['1 a 10+100'], ['2 b 20+50 <1']] },
  { says: 'a child that is longer stays', rows: [['1 a 10+100'], ['2 b 20+150 <1']] },
  { says: 'forward over the maximum is refused', rows: [['1 a 10+100'], ['2 b 0+50 <1']], maxMs: 10, refusedMs: 35 },
  { says: 'back over the maximum is refused', rows: [['1 a 10+100'], ['2 b 80+50 <1']], maxMs: 10, refusedMs: -45 },
  { says: 'a maximum of 0 moves nothing', rows: [['1 a 10+100'], ['2 b 0+50 <1']], maxMs: 0, refusedMs: 35 },
  { says: 'a child before its parent goes to its middle', rows: [['1 a 10+100'], ['2 b 0+50 <1', 35]] },
  { says: 'a longer child before its parent goes to its start', rows: [['1 a 10+100'], ['2 b 0+150 <1', 10]] },
  {
    says: 'a child that ends after its parent goes to its middle, and its own host with it',
    rows: [['1 a 10+100'], ['2 b 50+70 <1', 25], ['3 b 60+20 <2', 35]],
  },
  {
    says: 'siblings of different hosts do not lend each other their clock',
    rows: [['1 a 10+100'], ['2 b 0+50 <1', 35], ['3 c 0+10 <2', 55], ['4 b 5+10 <2', 40], ['5 b 10+10 <2', 45]],
  },
  { says: 'hosts that are not known differ', rows: [['1 - 10+100'], ['2 - 0+50 <1', 35]] },
  {
    says: 'a consumer may end after its producer',
    rows: [['1 a 10+100 producer'], ['2 b 80+50 <1 consumer']],
  },
  {
    says: 'a consumer does not begin before its producer',
    rows: [['1 a 10+100 producer'], ['2 b 0+50 <1 consumer', 10]],
  },
]

test.each(cases)('$says', ({ rows, maxMs = 1000, refusedMs }) => {
  const spans = rows.map(([text], place) => {
    const [, id, host, start, duration, parent, kind] =
      /^(\d+) ([a-z-]) (\d+)\+(\d+)(?: <(\d+))?(?: (\w+))?$/.exec(text) ?? []
    const clock = host === '-' ? '' : `${host}`
    return {
      spanId: `${id}`,
      parentSpanId: parent ?? '',
      startUnixNano: `${start}000000`,
      clock,
      place,
      kind: kind ?? '',
      durationNano: Number(duration) * 1e6,
    }
  })
  const tree = traceTree(spans)
  const shifts = clockShifts(tree.rows, { clockOf: ({ clock }) => clock, shiftMaxNano: maxMs * 1e6 })
  const found = tree.rows
    .toSorted((a, b) => a.span.place - b.span.place)
    .map((node) => {
      const shift = shifts.get(node)
      return Number(node.span.startUnixNano) / 1e6 + (shift === undefined || shift.isRefused ? 0 : shift.nano / 1e6)
    })
  expect(found).toEqual(rows.map(([text, adjusted]) => adjusted ?? Number(/ (\d+)\+/.exec(text)?.[1])))
  const refused = [...shifts.values()].filter(({ isRefused }) => isRefused).map(({ nano }) => nano / 1e6)
  expect(refused).toEqual(refusedMs === undefined ? [] : [refusedMs])
})

test('a trace of 10,000 spans one in another needs no deep stack', () => {
  const spans = Array.from({ length: 10_000 }, (_, i) => ({
    spanId: `${i}`,
    parentSpanId: i === 0 ? '' : `${i - 1}`,
    startUnixNano: i === 9_999 ? '0' : '10000000',
    durationNano: i === 9_999 ? 50e6 : 100e6,
    kind: '',
  }))
  const { rows } = traceTree(spans)
  const shifts = clockShifts(rows, { clockOf: ({ spanId }) => (spanId === '9999' ? 'b' : 'a'), shiftMaxNano: 1e9 })
  expect([...shifts.values()]).toEqual([{ nano: 35e6, isRefused: false }])
})

test.each([
  [{ 'host.id': 'host-123', 'host.name': 'n' }, 'host-123'],
  [{ 'host.ip': '192.168.1.1' }, '192.168.1.1'],
  [{ 'host.ip': ['192.168.1.1', '192.168.1.2'] }, '192.168.1.1'],
  [{ 'host.ip': [] }, ''],
  [{ 'host.name': 'hostname' }, 'hostname'],
  [{ 'service.name': 'service-123' }, ''],
])('the host of %j is %j', (attributes, expected) => {
  expect(hostKey(attributes)).toBe(expected)
})
