import { expect, test } from 'vitest'
import type { OptionKind } from '../options.ts'
import { parseValue, printValue } from './parse-value.ts'

const option = (kind: OptionKind, min = 0) => ({
  kind,
  min,
  initial: 0,
  sentence: '',
  section: 'Listening' as const,
  reload: false,
  choices: [],
})

test.each<[OptionKind, unknown, number]>([
  ['bytes', '64MiB', 67_108_864],
  ['bytes', '2 GB', 2e9],
  ['bytes', '0.5KiB', 512],
  ['bytes', 4096, 4096],
  ['bytes', '4096', 4096],
  ['ms', '15m', 900_000],
  ['ms', '1.5s', 1500],
  ['ms', '2d', 172_800_000],
  ['ms', 250, 250],
  ['count', '1000', 1000],
  ['port', '9253', 9253],
])('%s %j is read as %d', (kind, raw, value) => {
  expect(parseValue(option(kind), raw)).toEqual({ value })
})

test.each<[OptionKind, unknown]>([
  ['bytes', '64m'],
  ['bytes', '64 Mib'],
  ['bytes', '-1'],
  ['bytes', ''],
  ['ms', '15 minutes'],
  ['ms', '64MiB'],
  ['count', '1e3'],
  ['count', 1.5],
  ['count', true],
  ['port', 65_536],
  ['port', null],
])('%s %j is refused', (kind, raw) => {
  expect(parseValue(option(kind), raw)).toHaveProperty('expected')
})

test('a value below the least is refused with the least named', () => {
  expect(parseValue(option('bytes', 1024), '1')).toEqual({
    expected: 'a size such as 64MiB, 2GB or a number of bytes, at least 1KiB',
  })
})

test.each<[OptionKind, number, string]>([
  ['bytes', 67_108_864, '64MiB'],
  ['bytes', 1000, '1000'],
  ['ms', 900_000, '15m'],
  ['ms', 1500, '1500ms'],
  ['port', 9253, '9253'],
])('%s %d is printed as %s', (kind, value, text) => {
  expect(printValue(kind, value)).toBe(text)
})

test('a choice is one of its words', () => {
  const durability = { ...option('choice'), initial: 'fsync', choices: ['fsync', 'os'] }
  expect(parseValue(durability, 'os')).toEqual({ value: 'os' })
  expect(parseValue(durability, 'none')).toEqual({ expected: 'one of fsync, os' })
})
