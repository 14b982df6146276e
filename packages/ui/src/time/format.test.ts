import { expect, test } from 'vitest'
import {
  printAge,
  printBetween,
  printClock,
  printDateTime,
  printDay,
  printDuration,
  printSpanWords,
  printUtc,
  unixMs,
} from './format.ts'

test.each([
  [0, '0'],
  [12, '12 ns'],
  [1_500, '1.5 µs'],
  [999_900, '1 ms'],
  [84_000_000, '84 ms'],
  [999_499_999, '999 ms'],
  [999_999_999, '1 s'],
  [1_240_000_000, '1.24 s'],
  [59_970_000_000, '1m'],
  [125_000_000_000, '2m 05s'],
  [11_520_000_000_000, '3h 12m'],
  [187_200_000_000_000, '2d 4h'],
  [-84_000_000, '-84 ms'],
  [Number.NaN, '–'],
])('%d ns reads as %s', (nano, text) => {
  expect(printDuration(nano)).toBe(text)
})

test.each([
  [0, 'just now'],
  [12_000, '12s ago'],
  [3_599_000, '59m ago'],
  [90_000_000, '1d ago'],
  [-300_000, 'in 5m'],
])('what happened %d ms before now has its age printed', (beforeMs, text) => {
  expect(printAge(1e12 - beforeMs, 1e12)).toBe(text)
})

test('a time keeps its nanoseconds in UTC and is rounded down to milliseconds', () => {
  expect(printUtc('1795359600123456789')).toBe('2026-11-22T15:00:00.123456789'.replace('T', ' ').concat(' UTC'))
  expect(unixMs('1795359600123999999')).toBe(1795359600123)
  expect(unixMs('')).toBe(0)
})

test('times between two instants name the date only where it is not today', () => {
  const at = (day: number, hour: number, second = 0) => new Date(2026, 10, day, hour, 0, second).getTime()
  const today = { fromMs: at(22, 14), toMs: at(22, 15) }
  expect(printBetween(today, at(22, 16), 'local')).toBe('14:00 – 15:00')
  const since = { fromMs: at(21, 14), toMs: at(22, 15, 5) }
  expect(printBetween(since, at(22, 16), 'local')).toBe('2026-11-21 14:00:00 – 2026-11-22 15:00:05')
  expect(printDateTime(at(22, 14, 9), 'local')).toBe('2026-11-22 14:00:09')
})

test.each([
  ['2026-11-22', ''],
  ['2026-11-21', '11-21'],
  ['2025-12-31', '2025-12-31'],
])('a day seen from 2026-11-22: %s', (day, text) => {
  expect(printDay(new Date(`${day}T14:00`).getTime(), new Date('2026-11-22T09:00').getTime(), 'local')).toBe(text)
})

test('the same moment by the clock of UTC and by that of the viewer', () => {
  const atMs = Date.parse('2026-11-22T23:59:09.123Z')
  expect(printDateTime(atMs, 'utc', 'milliseconds')).toBe('2026-11-22 23:59:09.123')
  expect(printClock(atMs, 'utc', 'minutes')).toBe('23:59')
  const here = new Date(atMs)
  expect(printClock(atMs, 'local')).toBe(
    [here.getHours(), here.getMinutes(), here.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':'),
  )
  expect(printDay(atMs, atMs + 60_000, 'utc')).toBe('11-22')
})

test('spans are put in words', () => {
  expect(['15m', '1h', '1h30m'].map(printSpanWords)).toEqual(['15 minutes', '1 hour', '1h30m'])
})
