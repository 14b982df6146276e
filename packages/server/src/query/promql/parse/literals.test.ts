import { describe, expect, test } from 'vitest'
import { parseDurationMs, parseNumber, printDurationMs, printNumber, printShort, quote, unquote } from './literals.ts'

describe('durations', () => {
  test.each([
    ['1h30m', 5_400_000],
    ['104w', 62_899_200_000],
    ['90d', 7_776_000_000],
    ['1s250ms', 1_250],
  ])('%s is read and printed again', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms)
    expect(printDurationMs(ms)).toBe(text)
  })

  test.each(['', '1', 'm', '1m1h', '1m1m', '5q', '400y'])('%s is refused', (text) => {
    expect(parseDurationMs(text)).toHaveProperty('error')
  })
})

describe('numbers', () => {
  test.each([
    ['1e3', 1000],
    ['0x1f', 31],
    ['017', 15],
    ['08', 8],
    ['-Inf', -Infinity],
    ['.5', 0.5],
    ['1_000', 1000],
    ['', undefined],
    ['1.2.3', undefined],
    ['0xg', undefined],
  ])('%s is read', (text, value) => {
    expect(parseNumber(text)).toBe(value)
  })

  test.each([
    [1e21, '1000000000000000000000', '1e+21'],
    [1.5e-7, '0.00000015', '1.5e-07'],
    [123456, '123456', '123456'],
    [1234567, '1234567', '1.234567e+06'],
    [-0, '-0', '-0'],
    [Infinity, '+Inf', '+Inf'],
    [Number.NaN, 'NaN', 'NaN'],
  ])('%d is printed whole and short', (value, whole, short) => {
    expect(printNumber(value)).toBe(whole)
    expect(printShort(value)).toBe(short)
  })
})

describe('strings', () => {
  test.each([
    ['"a\\tb\\"\\\\"', 'a\tb"\\'],
    ["'it\\'s'", "it's"],
    ['`\\n`', '\\n'],
    ['"\\xe2\\x98\\xba"', '☺'],
  ])('%s is read and reads back', (token, text) => {
    expect(unquote(token)).toBe(text)
    expect(unquote(quote(text))).toBe(text)
  })

  test('a byte that is no character is kept as it was written', () => {
    expect(quote(unquote('"a\\xc5z"'))).toBe('"a\\xc5z"')
  })
})
