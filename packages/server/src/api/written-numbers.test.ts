import { expect, test } from 'vitest'
import { randomOf } from '../../../protocol/src/random.case.ts'
import { printValue } from './prometheus-answer.ts'
import { betweenPoints, pointsAtOnce, WrittenNumbers } from './written-numbers.ts'

const numbers = new WrittenNumbers()
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const expectAsPrinted = (value: number): void => expect(textOf(numbers.one(value))).toBe(printValue(value))

const odd = [
  [0, Number.NaN, Infinity, 1, 9, 10, 999, 1000, 0.1, 0.5, 0.001, 0.0001, 1e-6, 1e-7, 1.5e-7, 1.005, 0.1 + 0.2],
  [999_999_999, 1e9, 1e9 + 0.25, 12_345_678_901.5, 1e12, 1e12 - 0.001, 1e12 + 0.5, 999_999_999_999.999],
  [2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 2 ** 64, 1e20, 1e21, 1.2e21, 1e22, 1e23, 1.5e300, 2 / 3, 1 / 300],
  [5e-324, 1e-323, 2.5e-323, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308],
].flat()

test.each(odd)('%d is written as it is printed', (value) => {
  expectAsPrinted(value)
  expectAsPrinted(-value)
})

test.each([
  [1e-7, '1e-07'],
  [-1.5e-9, '-1.5e-09'],
  [1e-10, '1e-10'],
  [1e-6, '0.000001'],
  [1e20, '100000000000000000000'],
  [1e21, '1e+21'],
  [5e-324, '5e-324'],
])('%d is written as Prometheus writes it: %s', (value, text) => {
  expect([printValue(value), textOf(numbers.one(value))]).toEqual([text, text])
})

const randomness = randomOf(7)

test('every power of two, its neighbours and all kinds of bits are written as they are printed', () => {
  const word = (): number => randomness.below(2 ** 32)
  const bits = new Uint32Array(2)
  const [value] = [new Float64Array(bits.buffer)]
  for (let exponent = 0; exponent < 2048; exponent++) {
    const fractions = [
      [0, 0],
      [1, 0],
      [0xffffffff, 0xfffff],
      [0, 0x80000],
      [word(), word() & 0xfffff],
    ]
    for (const [low = 0, high = 0] of fractions) {
      bits.set([low, ((exponent << 20) | high) >>> 0])
      expectAsPrinted(value[0] ?? 0)
    }
  }
})

test('numbers of every size, with few and many digits, are written as they are printed', () => {
  const word = (): number => randomness.below(2 ** 32)
  for (let i = 0; i < 10_000; i++) {
    const random = word() / 2 ** 32 + word() / 2 ** 64
    const size = 10 ** ((word() % 26) - 6)
    for (const value of [random, Math.round(random * 1000) / 1000, Math.round(random), Math.round(random * 1e5) / 300])
      expectAsPrinted(value * size)
    expectAsPrinted(Number(`${word() % 1000}e${(word() % 640) - 330}`))
  }
})

/** With times in seconds, and in milliseconds, longer than is written at once. */
test.each([1, 3, pointsAtOnce, pointsAtOnce + 1, 3 * pointsAtOnce])('%d points stand behind their times', (length) => {
  for (const stepMs of [60_000, 1, -7.5e11]) {
    const timesMs = Float64Array.from({ length }, (_, i) => 1_767_607_201_000 + i * stepMs)
    for (const factor of [0.25, -1 / 3]) {
      const values = Float64Array.from(timesMs, (_, i) => i * factor)
      let text = ''
      for (let from = 0; from < length; from += pointsAtOnce) text += textOf(numbers.points(timesMs, values, from))
      const points = Array.from(
        timesMs,
        (timeMs, i) => `${betweenPoints}[${timeMs / 1000},"${printValue(values[i] ?? 0)}`,
      )
      expect(text).toBe(points.join(''))
    }
  }
})
