import { expect, test } from 'vitest'
import { parseRange, parseSpanText, parseTimeText, printRange, printSpanText, shiftRange, zoomOut } from './range.ts'

const minute = 60_000
const now = Date.parse('2026-11-22T15:00:00Z')

test.each([
  ['15m', 15 * minute],
  ['1h30m', 90 * minute],
  ['24h', 1440 * minute],
  ['90s', 90_000],
  ['7d', 7 * 1440 * minute],
])('a span of %s is %d ms and prints the same', (text, ms) => {
  expect(parseSpanText(text)).toBe(ms)
  expect(parseSpanText(printSpanText(ms))).toBe(ms)
})

test.each(['', 'm', '15', '-5m', '0m', '5 parsecs'])('a span of "%s" is refused', (text) => {
  expect(parseSpanText(text)).toBeUndefined()
})

test.each([
  [{}, 'last 900000'],
  [{ last: '1h' }, 'last 3600000'],
  [{ last: '9000d' }, 'last 900000'],
  [{ last: 'rubbish' }, 'last 900000'],
  [{ from: '2026-11-22T14:00:00Z', to: '2026-11-22T15:00:00Z' }, `${now - 60 * minute} ${now}`],
  [{ from: String(now - minute), to: String(now) }, `${now - minute} ${now}`],
  [{ from: String(now), to: String(now - minute), last: '5m' }, 'last 300000'],
])('the time of %j is read', (raw, expected) => {
  const range = parseRange(raw)
  expect(range.kind === 'last' ? `last ${range.durationMs}` : `${range.fromMs} ${range.toMs}`).toBe(expected)
  expect(parseRange(printRange(range))).toEqual(range)
})

test('a range shifts by half its length and never past now', () => {
  const range = { kind: 'between', fromMs: now - 60 * minute, toMs: now - 20 * minute } as const
  expect(shiftRange(range, -1, now)).toEqual({ kind: 'between', fromMs: now - 80 * minute, toMs: now - 40 * minute })
  expect(shiftRange(range, 2, now)).toEqual({ kind: 'between', fromMs: now - 40 * minute, toMs: now })
})

test('zooming out doubles a range around its middle and never passes now', () => {
  expect(zoomOut({ kind: 'last', durationMs: minute }, now)).toEqual({ kind: 'last', durationMs: 2 * minute })
  expect(zoomOut({ kind: 'between', fromMs: now - 50 * minute, toMs: now - 30 * minute }, now)).toEqual({
    kind: 'between',
    fromMs: now - 60 * minute,
    toMs: now - 20 * minute,
  })
  expect(zoomOut({ kind: 'between', fromMs: now - minute, toMs: now }, now)).toMatchObject({ toMs: now })
})

test.each([
  ['now', now],
  ['now-1h', now - 60 * minute],
  ['2026-11-22T14:59:00Z', now - minute],
  [String(now), now],
  [String(now / 1000), now],
  ['2026-11-22 14:05:09', new Date(2026, 10, 22, 14, 5, 9).getTime()],
  ['2026-11-22', new Date(2026, 10, 22).getTime()],
  ['25:00', undefined],
  ['yesterday-ish', undefined],
])('the typed time "%s" is understood', (text, ms) => {
  expect(parseTimeText(text, now, 'local')).toBe(ms)
})

test.each([
  ['14:05', Date.parse('2026-11-22T14:05:00Z')],
  ['2026-11-22 14:05:09', Date.parse('2026-11-22T14:05:09Z')],
  ['2026-11-22 14:05:09.123', Date.parse('2026-11-22T14:05:09.123Z')],
  ['2026-11-22', Date.parse('2026-11-22T00:00:00Z')],
  ['2026-11-22T14:05:09+02:00', Date.parse('2026-11-22T12:05:09Z')],
  ['now-1h', now - 60 * minute],
])('the typed time "%s" is understood as UTC where times are shown so, and with UTC behind it anywhere', (text, ms) => {
  expect(parseTimeText(text, now, 'utc')).toBe(ms)
  if (!/now|T/.test(text)) expect(parseTimeText(`${text} UTC`, now, 'local')).toBe(ms)
})
