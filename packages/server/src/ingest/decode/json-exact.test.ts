import { expect, test } from 'vitest'
import { parseJsonExact } from './json-exact.ts'

const numbers: [text: string, value: unknown][] = [
  ['1767225600000001', 1767225600000001],
  ['-8999999999999999', -8999999999999999],
  ['9007199254740991', 9007199254740991n],
  ['9007199254740993', 9007199254740993n],
  ['-9007199254740993', -9007199254740993n],
  ['18446744073709551615', 18446744073709552000],
  ['[12345678901234567]', [12345678901234567n]],
  ['"12345678901234567 :9007199254740993"', '12345678901234567 :9007199254740993'],
]
test.each(numbers)('%s is read as what was written', (text, value) => {
  expect(parseJsonExact(text)).toEqual({ json: value })
})
