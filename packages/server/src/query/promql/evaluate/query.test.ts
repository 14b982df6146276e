import { describe, expect, test } from 'vitest'
import { parseExpression } from '../parse/parse.ts'
import { printExpression } from '../parse/print.ts'
import { MemorySource } from '../script/memory-source.ts'
import { readSeries } from '../script/series-notation.ts'
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
