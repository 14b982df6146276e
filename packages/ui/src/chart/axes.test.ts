import { expect, test } from 'vitest'
import { dateOf, incrementsOf, printTick } from './axes.ts'

const at = Date.parse('2026-11-22T23:30:00Z')
const tick = (atMs: number, beforeMs: number | undefined, stepMs: number) =>
  printTick(atMs, { beforeMs, stepMs, zone: 'utc' })

test('an axis in UTC has its clock, and its date where its day begins', () => {
  expect(tick(at, undefined, 1_800_000)).toBe('23:30')
  expect(tick(at + 1_800_000, at, 1_800_000)).toMatch(/23/)
  expect(tick(at + 1_800_000, at, 1_800_000)).not.toContain(':')
  expect(tick(at, at - 5000, 5000)).toBe('23:30:00')
  expect(tick(at + 250, at, 250)).toBe('23:30:00.2')
})

test('days of an axis in UTC begin at midnight there', () => {
  const date = dateOf.utc(at)
  expect([date.getFullYear(), date.getMonth(), date.getDate(), date.getHours()]).toEqual([2026, 10, 22, 23])
})

test('an axis has lines at what is round in its unit', () => {
  expect(incrementsOf('s').incrs).toContain(30)
  expect(incrementsOf('ns').incrs).toContain(30e9)
  expect(incrementsOf('By/s').incrs).toContain(1024 ** 2)
  expect(incrementsOf('MiBy').incrs).toContain(512)
  expect(incrementsOf('{request}/s')).toEqual({})
})
