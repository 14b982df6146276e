import { afterAll, beforeAll, expect, test } from 'vitest'
import type { QueryValue } from '../promql/evaluate/query.ts'
import { parseExpression } from '../promql/parse/parse.ts'
import { printLabels } from '../promql/parse/print.ts'
import { seedStartMs } from '../test-world/seed.case.ts'
import { openTestWorld, type TestWorld } from '../test-world/world.case.ts'
import { isFailed, openPrometheus } from './prometheus.ts'

const lengthMs = 1800_000
const seed = 20260105
let world: TestWorld

/** Series n of each metric: on the grid or beside it, with gaps, falls, negative values and staleness markers. */
function samplesOf(firstId: number, series: number, random: () => number, startMs: number): string[] {
  return Array.from({ length: series }, (_, n) => n).flatMap((n) => {
    const rows: string[] = []
    const isUneven = n % 3 === 0
    let timeMs = seedStartMs + (isUneven ? Math.floor(random() * 15_000) : 0)
    let value = n % 5 === 0 ? -5 : Math.floor(random() * 20)
    while (timeMs < seedStartMs + lengthMs) {
      const isMarker = n % 4 === 0 && random() < 0.05
      rows.push(`(${firstId + n}, ${moment(timeMs)}, ${moment(startMs)}, ${value}, ${isMarker ? 1 : 0})`)
      value = random() < 0.05 ? random() * 3 : value + random() * 10
      timeMs += random() < 0.03 ? 400_000 : isUneven ? 5000 + Math.floor(random() * 20_000) : 15_000
    }
    return rows
  })
}

/** A text, which is read many times as quickly as an expression is computed. */
const moment = (timeMs: number): string => `'${new Date(timeMs).toISOString().slice(0, -1).replace('T', ' ')}'`

beforeAll(async () => {
  world = await openTestWorld()
  let state = seed
  const random = (): number => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
  world.insert(`INSERT INTO resources VALUES (1, '2026-01-05', 'web', '', map('service.name', 'web'), '', 0)`)
  const metrics: [name: string, firstId: number, startMs: number, series: number][] = [
    ['unknown', 100, 0, 40],
    ['before', 200, seedStartMs - 3_600_000, 40],
    ['lately', 500, seedStartMs - 60_000, 5],
    ['meanwhile', 300, seedStartMs + 600_000, 40],
    ['odd', 400, 0, 40],
  ]
  for (const [name, firstId, startMs, series] of metrics) {
    world.insert(`INSERT INTO series SELECT ${firstId} + number, '2026-01-05', '${name}', 'sum', 'cumulative', true, 'd', '', '', 'web', 1, 1,
      map('n', toString(number), 'half', toString(number % 2)), '' FROM numbers(${series})`)
    world.insert(`INSERT INTO samples VALUES ${samplesOf(firstId, series, random, startMs).join(', ')}`)
  }
  world.insert(`INSERT INTO samples VALUES (401, fromUnixTimestamp64Milli(${seedStartMs + 7000}, 'UTC'), 0, inf, 0),
    (402, fromUnixTimestamp64Milli(${seedStartMs + 7000}, 'UTC'), 0, nan, 0)`)
})
afterAll(() => world.close())

async function ask(text: string, pushdownFromSamples: number, stepMs: number): Promise<{ said: unknown; sql: string }> {
  const options = { querySeriesMax: 1000, querySamplesMax: 100_000, queryTimeoutMs: 20_000 }
  const expression = parseExpression(text)
  if (expression.kind === 'parse-error') throw new Error(expression.sentence)
  const running = world.query.running({})
  const times = { startMs: seedStartMs, endMs: seedStartMs + lengthMs, stepMs }
  const speed = { pushdownFromSamples, samplesKeptMaxBytes: 0 }
  const answer = await openPrometheus(options, speed, Date.now).range({ expression, text, ...times }, running)
  if (isFailed(answer)) throw new Error(answer.message)
  const { value, warnings, infos } = answer
  return { said: { points: pointsOf(value), warnings, infos }, sql: (running.cost().sql ?? []).join('\n') }
}

/** Twelve digits: the engine adds in another order. */
function pointsOf(value: QueryValue): string[] {
  if (value.kind !== 'matrix') throw new Error('a range query has a matrix')
  return value.series.flatMap(({ labels, timesMs, values }) =>
    Array.from(
      timesMs,
      (timeMs, i) => `${printLabels(labels.pairs)} ${timeMs} ${Number((values[i] ?? 0).toPrecision(12))}`,
    ),
  )
}

test.each([
  ['rate(unknown_total[5m])', 45_000, true],
  ['rate(unknown[1m] offset 90s)', 15_000, true],
  ['increase(unknown_total{n=~"1|2|33"}[1m])', 1000, true],
  ['delta(meanwhile_total[5m])', 60_000, true],
  ['sum by (half) (rate(before_total[5m]))', 60_000, true],
  ['max without (n) (increase(before_total[2m] offset -1m)) / 2', 37_000, true],
  ['rate({__name__=~"unknown_.*", half="1"}[45s])', 15_000, true],
  ['rate(meanwhile_total[5m])', 60_000, true],
  ['increase(lately_total[5m])', 60_000, true],
  ['rate(odd_total[5m])', 60_000, true],
  ['rate(unknown_total[5m] @ end())', 60_000, false],
  ['max_over_time(rate(before_total[2m])[10m:1m])', 60_000, true],
  ['rate(nothing_total[5m])', 60_000, false],
])('%s at steps of %d ms is the same with the engine and without', async (text, stepMs, isPushed) => {
  const pushed = await ask(text, 0, stepMs)
  const plain = await ask(text, Infinity, stepMs)
  expect(pushed.said).toEqual(plain.said)
  expect([pushed.sql.includes('ToGrid'), plain.sql.includes('ToGrid')]).toEqual([isPushed, false])
})
