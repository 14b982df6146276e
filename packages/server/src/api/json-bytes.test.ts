import { expect, test } from 'vitest'
import { JsonBytes } from './json-bytes.ts'

function written(write: (json: JsonBytes) => void): string {
  const json = new JsonBytes()
  write(json)
  return Buffer.from(json.bytes).toString('utf8')
}

/** Numbers of every size, with few and many digits. */
function* numbers(): Generator<number> {
  yield* [
    0,
    1,
    9,
    10,
    999,
    1000,
    0.1,
    0.5,
    0.001,
    0.0001,
    1e-7,
    1.005,
    0.1 + 0.2,
    999_999_999,
    1e9,
    1e9 + 0.25,
    12_345_678_901.5,
  ]
  yield* [1e12, 1e12 - 0.001, 1e12 + 0.5, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 1e21, 1.5e300, 5e-324, 999_999_999_999.999]
  let seed = 7
  for (let i = 0; i < 20_000; i++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    const size = 10 ** (seed % 19) / 100
    yield (seed / 2 ** 32) * size
    yield Math.round((seed / 2 ** 32) * size * 1000) / 1000
    yield Math.round((seed / 2 ** 32) * size)
  }
}

test('numbers are written as String writes them', () => {
  for (const each of numbers())
    for (const value of [each, -each])
      if (value !== 0) expect(written((json) => json.number(value, String))).toBe(String(value))
})

test('what is no plain number is written as it is told', () => {
  const shown = (value: number): string => `<${Object.is(value, -0) ? '-0' : value}>`
  const all = [Number.NaN, Infinity, -Infinity, 0, -0].map((value) => written((json) => json.number(value, shown)))
  expect(all).toEqual(['<NaN>', '<Infinity>', '<-Infinity>', '<0>', '<-0>'])
})

test.each([
  ['plain'],
  [''],
  ['a "b"\n\\'],
  ['ünïcode 雪'],
  ['\ud800 alone'],
  ['x'.repeat(200)],
  [`${'é'.repeat(9000)}"`],
])('%j is quoted as JSON has it', (text) => {
  expect(written((json) => json.quoted(text))).toBe(Buffer.from(JSON.stringify(text)).toString('utf8'))
  expect(written((json) => json.text(text))).toBe(Buffer.from(text).toString('utf8'))
})
