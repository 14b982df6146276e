import { expect, test } from 'vitest'
import { aggregationsOf, namedSeries, seriesName, toggled } from './metric-view.ts'

test('a counter shows its rate, an up-down counter its sum, a histogram its p95', () => {
  expect(aggregationsOf({ kind: 'sum', monotonic: true })[0]).toBe('rate')
  expect(aggregationsOf({ kind: 'sum', monotonic: false })[0]).toBe('sum')
  expect(aggregationsOf({ kind: 'histogram', monotonic: false })[0]).toBe('p95')
})

test('series are named by their labels and the busiest comes first', () => {
  const answer = {
    times: [0, 1],
    stepMs: 1,
    unit: '1',
    aggregation: 'avg' as const,
    seriesTotal: 2,
    cost: { rowsRead: 0, bytesRead: 0, elapsedMs: 0, sql: [] },
    series: [
      { labels: { method: 'GET' }, values: [1, null] },
      { labels: { method: 'PUT' }, values: [5, 5] },
    ],
  }
  expect(namedSeries(answer, 'm').map(({ name }) => name)).toEqual(['PUT', 'GET'])
  expect(namedSeries({ ...answer, series: [{ labels: {}, values: [1] }] }, 'm')[0]?.name).toBe('m')
  expect(seriesName({ a: 'x', b: '' })).toBe('x, (none)')
})

test('an item is put into a list and taken out again', () => {
  expect(toggled(['a'], 'b')).toEqual(['a', 'b'])
  expect(toggled(['a', 'b'], 'b')).toEqual(['a'])
})
