import { describe, expect, test } from 'vitest'
import { graphOf, instantRows, printSeries } from './promql-series.ts'

const at = { fromMs: 10_000, toMs: 40_000, stepMs: 10_000 }

describe('a graph', () => {
  test('puts each sample on its step, leaves gaps, and leaves out what cannot be drawn', () => {
    const graph = graphOf(
      [
        {
          metric: { __name__: 'up', job: 'a', zone: 'eu' },
          values: [
            [10, '1'],
            [30, '3'],
            [40, 'NaN'],
          ],
        },
        { metric: { __name__: 'up', job: 'b', zone: 'eu' }, values: [[20, '7']] },
        { metric: { __name__: 'up', job: 'c', zone: 'eu' }, histograms: [[20, { count: '1', sum: '2' }]] },
      ],
      at,
    )
    expect(graph.times).toEqual([10_000, 20_000, 30_000, 40_000])
    expect(graph.shared).toBe('up{zone="eu"}')
    expect(graph.histograms).toBe(1)
    expect(graph.series.map(({ name, values, last, min, max }) => ({ name, values, last, min, max }))).toEqual([
      { name: '{job="b"}', values: [null, 7, null, null], last: 7, min: 7, max: 7 },
      { name: '{job="a"}', values: [1, null, 3, null], last: Number.NaN, min: 1, max: 3 },
    ])
  })

  test('of one series keeps its name whole', () => {
    const { shared, series } = graphOf([{ metric: { __name__: 'up', job: 'a' }, values: [[10, '1']] }], at)
    expect(shared).toBe('')
    expect(series[0]?.name).toBe('up{job="a"}')
  })
})

test.each([
  [{}, '{}'],
  [{ __name__: 'up' }, 'up'],
  [{ __name__: 'http.requests', 'http.route': '/a"b' }, '"http.requests"{"http.route"="/a\\"b"}'],
  [{ job: 'a', le: '+Inf' }, '{job="a", le="+Inf"}'],
])('%j is written as %s', (labels, text) => {
  expect(printSeries(labels)).toBe(text)
})

test('values of one moment are rows, whatever the query gives', () => {
  const values = (data: Parameters<typeof instantRows>[0]) =>
    instantRows(data).map(({ series, value }) => [series, value])
  expect(values({ resultType: 'scalar', result: [1, '2.5'] })).toEqual([['scalar', '2.5']])
  expect(
    values({
      resultType: 'vector',
      result: [
        { metric: { job: 'a' }, value: [1, '+Inf'] },
        { metric: { job: 'b' }, histogram: [1, { count: '3', sum: '4.5' }] },
      ],
    }),
  ).toEqual([
    ['{job="a"}', '+Inf'],
    ['{job="b"}', 'histogram of 3, sum 4.5'],
  ])
  expect(values({ resultType: 'matrix', result: [{ metric: {}, values: [[1, '2']] }] })).toEqual([
    ['{}', '1 sample, last 2'],
  ])
})
