import { describe, expect, test } from 'vitest'
import { parseExpression } from '../parse/parse.ts'
import { printExpression } from '../parse/print.ts'
import { MemorySource } from '../script/memory-source.ts'
import { readSeries } from '../script/series-notation.ts'
import { annotationSentence } from './annotations.ts'
import type { Elsewhere } from './evaluation.ts'
import { defaultEvaluateOptions, type EvaluateOptions } from './options.ts'
import { type QueryInput, runInstantQuery, runRangeQuery } from './query.ts'
import { type SelectRequest, type SeriesSource, staleKinds } from './series-source.ts'

const minuteMs = 60_000

function sourceOf(...lines: readonly string[]): MemorySource {
  const source = new MemorySource()
  for (const line of lines) {
    const { labels, points } = readSeries(line)
    const samples = points.flatMap((point, i) =>
      point.kind === 'float' ? [{ kind: point.kind, timeMs: i * minuteMs, value: point.value, startMs: 0 }] : [],
    )
    source.add(labels, samples)
  }
  return source
}

type Overrides = {
  options?: Partial<EvaluateOptions>
  elsewhere?: Elsewhere
  signal?: AbortSignal
  nowMs?: () => number
}

function inputOf(query: string, source: SeriesSource, overrides: Overrides = {}): QueryInput {
  const expression = parseExpression(query)
  if (expression.kind === 'parse-error') throw new Error(expression.sentence)
  return {
    expression,
    source,
    options: { ...defaultEvaluateOptions, ...overrides.options },
    nowMs: overrides.nowMs ?? (() => 0),
    signal: overrides.signal ?? new AbortController().signal,
    ...(overrides.elsewhere === undefined ? {} : { elsewhere: overrides.elsewhere }),
  }
}

const tenMinutes = { startMs: 0, endMs: 10 * minuteMs, stepMs: minuteMs }

describe('a query is stopped', () => {
  const source = sourceOf('a{x="1"} 0+1x10', 'a{x="2"} 0+1x10')

  test.each([
    ['samples', 'a + a', { samplesMax: 30 }, 'more than 30'],
    ['series', 'a', { seriesMax: 1 }, 'selects 2 series, the limit is 1'],
    ['points', 'a @ 0', { samplesMax: 21 }, 'would make 22 points'],
    ['steps', '1', { stepsMax: 10 }, 'query has 11 steps, the limit is 10'],
    ['steps of a subquery', 'sum_over_time(vector(1)[1h:1s])', { subqueryStepsMax: 100 }, 'subquery has'],
  ])('at its limit of %s, and says which', async (_, query, options, sentence) => {
    const error = await runRangeQuery(inputOf(query, source, { options }), tenMinutes)
    expect(error).toMatchObject({ kind: 'query-error', failure: 'limit' })
    expect(error).toHaveProperty('message', expect.stringContaining(sentence))
  })

  test('when its time is over', async () => {
    let timeMs = 0
    const nowMs = (): number => {
      timeMs += 1000
      return timeMs
    }
    const error = await runRangeQuery(inputOf('a + a', source, { nowMs, options: { timeoutMs: 1500 } }), tenMinutes)
    expect(error).toMatchObject({ kind: 'query-error', failure: 'timeout' })
  })

  test('when nobody waits for it any more', async () => {
    const error = await runRangeQuery(inputOf('a', source, { signal: AbortSignal.abort() }), tenMinutes)
    expect(error).toMatchObject({ kind: 'query-error', failure: 'canceled' })
  })
})

describe('a source', () => {
  test('is asked for the samples that count, and no others', async () => {
    const asked: SelectRequest[] = []
    const source: SeriesSource = {
      select: async (request) => {
        asked.push(request)
        return []
      },
    }
    await runRangeQuery(inputOf('rate(a[5m] offset 1m) + b @ 60 + max_over_time(c[2m:1m])', source), tenMinutes)
    expect(asked.map(({ matchers, ...rest }) => ({ name: matchers[0]?.value, ...rest }))).toEqual([
      {
        name: 'a',
        afterMs: -6 * minuteMs,
        untilMs: 9 * minuteMs,
        stepMs: minuteMs,
        rangeMs: 5 * minuteMs,
        functionName: 'rate',
      },
      { name: 'b', afterMs: -4 * minuteMs, untilMs: minuteMs, stepMs: 0, rangeMs: 5 * minuteMs, functionName: '' },
      {
        name: 'c',
        afterMs: -6 * minuteMs,
        untilMs: 10 * minuteMs,
        stepMs: minuteMs,
        rangeMs: 5 * minuteMs,
        functionName: '',
      },
    ])
  })

  test('finds staleness markers by their bits', () => {
    const words = new Uint32Array([2, 0x7ff00000, 0, 0x7ff80000, 0, 0x3ff00000])
    expect(staleKinds(new Float64Array(words.buffer))).toEqual(Uint8Array.of(2, 0, 0))
    expect(staleKinds(Float64Array.of(1, Number.NaN))).toBeUndefined()
  })
})

test('a query is stopped within one series, whose windows hold many samples', async () => {
  let now = 0
  const overrides = { options: { timeoutMs: 1000 }, nowMs: () => (now += 20) }
  const long = sourceOf('a 0+1x2000')
  const times = { startMs: 1000 * minuteMs, endMs: 2000 * minuteMs, stepMs: minuteMs }
  for (const query of ['sum_over_time(a[900m])', 'sum(sum_over_time(a[900m]))', 'quantile_over_time(0.5, a[900m])'])
    expect(await runRangeQuery(inputOf(query, long, overrides), times)).toMatchObject({ failure: 'timeout' })
})

describe('an aggregation right over a range function is that of its series', () => {
  const source = sourceOf(
    'a{g="1", n="1"} 5 _ 1 7 NaN 3 3 _ _ _ 9',
    'a{g="1", n="2"} 1e308+1e308x1 4 2 8 -Inf 0 0 0.1 0.2 0.3',
    'a{g="2", n="3"} _x7 1 0.1 0.7',
    'a{g="1", n="4"} -0 0 -0 0 5 6 7 8 2 3 4',
    'a{n="5"} 0.1+0.1x10',
  )
  const functions = ['rate', 'increase', 'delta', 'max_over_time', 'min_over_time', 'avg_over_time', 'last_over_time']
  const operators = ['sum', 'avg', 'count', 'min', 'max', 'topk2', 'bottomk1']
  const cases = functions.flatMap((name) =>
    operators.flatMap((operator) =>
      ['', ' by (g)', ' without (n)'].map((grouping): [string, string] => {
        const [, word = '', parameter = ''] = /^(.*?)(\d?)$/.exec(operator) ?? []
        const of = (inner: string): string => `${word}${grouping}(${parameter}${parameter && ', '}${inner})`
        // Labels that are replaced by themselves: the same series, but no range function.
        return [of(`${name}(a[3m])`), of(`label_replace(${name}(a[3m]), "g", "$1", "g", "(.*)")`)]
      }),
    ),
  )
  test.each(cases)('%s', async (folded, other) => {
    const answer = await runRangeQuery(inputOf(folded, source), tenMinutes)
    expect(answer).toMatchObject({ kind: 'answer' })
    const { value } = { value: undefined, ...(await runRangeQuery(inputOf(other, source), tenMinutes)) }
    expect(answer).toHaveProperty('value', value)
  })
})

test('what is answered elsewhere is not evaluated', async () => {
  const offered: string[] = []
  const elsewhere: Elsewhere = (expression, grid) => {
    offered.push(printExpression(expression))
    if (expression.kind !== 'aggregation') return undefined
    return Promise.resolve({ kind: 'scalar', values: new Float64Array(grid.steps).fill(42) })
  }
  const source: SeriesSource = { select: () => Promise.reject(new Error('was asked')) }
  const answer = await runInstantQuery(inputOf('1 + sum(rate(a[5m]))', source, { elsewhere }), 0)
  expect(answer).toMatchObject({ kind: 'answer', value: { kind: 'scalar', value: 43 } })
  expect(offered).toEqual(['1 + sum(rate(a[5m]))', '1', 'sum(rate(a[5m]))'])
})

test.each([
  ['a[1m]', 'invalid expression type "range vector" for range query, must be Scalar or instant Vector'],
  ['"text"', 'invalid expression type "string" for range query, must be Scalar or instant Vector'],
])('%s has no value over a range', async (query, message) => {
  expect(await runRangeQuery(inputOf(query, sourceOf()), tenMinutes)).toMatchObject({ failure: 'bad-query', message })
})

describe('what is said beside a result', () => {
  const source = sourceOf('b{le="1"} 5 5 5', 'b{le="5"} 3 4 5', 'b{le="+Inf"} 9 9 9')

  test.each([
    [
      'histogram_quantile(0.5, (b))',
      'PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see ' +
        'https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile), from buckets 5 to 5, ' +
        'with a max diff of 2, over 2 samples from 1970-01-01T00:00:00Z to 1970-01-01T00:01:00Z (1:26)',
    ],
    ['quantile(7, (quantile((7), b)))', 'PromQL warning: quantile value should be between 0 and 1, got 7 (1:10)'],
    ['1234567 * quantile(123e5, b)', 'PromQL warning: quantile value should be between 0 and 1, got 1.23e+07 (1:20)'],
  ])('is said of the outermost place, without its parentheses: %s', async (query, sentence) => {
    const answer = await runRangeQuery(inputOf(query, source), { startMs: 0, endMs: 2 * minuteMs, stepMs: minuteMs })
    if (answer.kind !== 'answer') throw new Error(answer.message)
    expect(answer.annotations.map((each) => annotationSentence(each, query))).toEqual([sentence])
  })
})
