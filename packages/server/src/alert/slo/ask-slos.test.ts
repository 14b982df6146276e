import { usualAlertWindows } from '@wakeline/analysis'
import { expect, test } from 'vitest'
import { defaultEvaluateOptions } from '../../query/promql/evaluate/options.ts'
import { runInstantQuery, runRangeQuery } from '../../query/promql/evaluate/query.ts'
import { MemorySource } from '../../query/promql/script/memory-source.ts'
import { readSeries } from '../../query/promql/script/series-notation.ts'
import { askSlos } from './ask-slos.ts'
import type { Asking } from './measured.ts'
import { readSloFile } from './read-slo-file.ts'

const minuteMs = 60_000

/** Series in memory, a sample a minute, and now at the last. */
function askingOf(series: readonly string[], minutes: number): Asking {
  const source = new MemorySource()
  for (const line of series) {
    const { labels, points } = readSeries(line)
    const samples = points.flatMap((point, i) =>
      point.kind === 'float' ? [{ kind: 'float', timeMs: i * minuteMs, value: point.value, startMs: 0 } as const] : [],
    )
    source.add(labels, samples)
  }
  const { signal } = new AbortController()
  const input = { source, options: defaultEvaluateOptions, nowMs: () => 0, signal }
  const told = (answer: Awaited<ReturnType<typeof runInstantQuery>>) =>
    answer.kind === 'query-error' ? { failed: answer.failure, message: answer.message } : answer
  return {
    nowMs: minutes * minuteMs,
    instant: async ({ expression, timeMs }) => told(await runInstantQuery({ ...input, expression }, timeMs)),
    range: async ({ expression, ...times }) => told(await runRangeQuery({ ...input, expression }, times)),
  }
}

function slosOf() {
  const file = readSloFile(
    'slos.yml',
    `version: wakeline/v1
service: api
slos:
  - name: ok
    objective: 99
    period: 7d
    sli: { raw: { error_ratio_query: "a[{{.window}}]" } }
    alerting: { name: A }
`,
    { periodMs: 1, windowsOf: usualAlertWindows },
  )
  if ('errors' in file) throw new Error(file.errors.join())
  return file.slos
}

const ratio = (window: string, values: string): string =>
  `slo:sli_error:ratio_rate${window}{sloth_id="api-ok",sloth_window="${window}"} ${values}`

test('a report says what was attained of what was measured, what is left, and what burns', async () => {
  const series = [ratio('5m', '_x99 0x49 0.2x49'), ratio('1h', '_x99 0.15x99'), ratio('30m', '_x99 0.15x99')]
  const answer = await askSlos({ slos: slosOf(), errors: ['one'], groups: [] }, askingOf(series, 199))
  if ('refused' in answer) throw new Error(answer.message)
  const [slo] = answer.slos
  expect(slo).toMatchObject({
    id: 'api-ok',
    measuredMs: 100 * minuteMs,
    errorRatio: expect.closeTo(0.1),
    budgetLeft: expect.closeTo(-9),
    burnRate: expect.closeTo(15),
    exhaustedInMs: 0,
    proposed: null,
  })
  expect(slo?.windows.map(({ short, long, burns }) => [short, long, burns])).toEqual([
    [expect.closeTo(20), expect.closeTo(15), true],
    [expect.closeTo(15), null, false],
    [null, null, false],
    [null, null, false],
  ])
  const left = slo?.budget.left ?? []
  expect([left[0], left.find((share) => share !== null), left.at(-1)]).toEqual([null, 1, expect.closeTo(-9)])
  expect(answer.errors).toEqual(['one'])
})

test('before anything is recorded nothing is told', async () => {
  const answer = await askSlos({ slos: slosOf(), errors: [], groups: [] }, askingOf([], 10))
  expect('slos' in answer && answer.slos[0]).toMatchObject({
    errorRatio: null,
    budgetLeft: null,
    burnRate: null,
    exhaustedInMs: null,
    measuredMs: 0,
  })
})
