import { expect, test } from 'vitest'
import { printValue } from './units.ts'

test.each([
  [84, 'ms', '84 ms'],
  [1.5, 's', '1.5 s'],
  [1_500_000, 'ns', '1.5 ms'],
  [1536, 'By', '1.5 KiB'],
  [1536, 'By/s', '1.5 KiB/s'],
  [12.44, '{request}/s', '12.4/s'],
  [0.0421, 'ratio', '4.2 %'],
  [0.00001, 'ratio', '<0.01 %'],
  [0.99999, 'ratio', '99.9 %'],
  [1, 'ratio', '100 %'],
  [42, '%', '42 %'],
  [21.54, 'Cel', '21.5 °C'],
  [4.2, 'm/s', '4.2 m/s'],
  [0.0421, '1', '0.042'],
  [1234.4, '{item}', '1,234'],
  [12_345, '', '12.3k'],
  [999_900, '', '1M'],
  [4_500_000_000, '', '4.5G'],
  [null, 's', '–'],
  [Number.NaN, 's', '–'],
])('%d in %s reads as %s', (value, unit, text) => {
  expect(printValue(value, unit)).toBe(text)
})
