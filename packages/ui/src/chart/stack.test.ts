import { expect, test } from 'vitest'
import { stack } from './stack.ts'

test('stacked series are summed upwards and miss only what all miss', () => {
  expect(
    stack(
      [
        [1, null, null],
        [2, 3, null],
      ],
      3,
    ),
  ).toEqual([
    [1, null, null],
    [3, 3, null],
  ])
})
