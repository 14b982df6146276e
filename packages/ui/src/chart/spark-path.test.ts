import { expect, test } from 'vitest'
import { sparkPath } from './spark-path.ts'

const size = { width: 20, height: 10 } as const

test('a sparkline breaks at gaps and shows lone points', () => {
  expect(sparkPath({ values: [0, 4, null, 2, null], shape: 'line', ...size }).path).toBe('M0 9L5 1.5M15 5.3h0.1')
})

test('bars leave out what is zero and keep the smallest visible', () => {
  expect(sparkPath({ values: [0, 1000, 1], shape: 'bar', ...size }).fill).toBe('M6.7 9V1.5h6.1V9zM13.3 9V7h6.1V9z')
})

test('no values and only zeros are drawn without a fault', () => {
  expect(sparkPath({ values: [], shape: 'area', ...size })).toEqual({ path: '', fill: '' })
  expect(sparkPath({ values: [0, 0], shape: 'line', ...size }).path).toBe('M0 9L20 9')
})
