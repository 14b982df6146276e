import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Labels } from '../promql/evaluate/labels.ts'
import { parseExpression } from '../promql/parse/parse.ts'
import { seedStartMs } from '../test-world/seed.case.ts'
import { openTestWorld, type TestWorld } from '../test-world/world.case.ts'
import { isFailed, openPrometheus, type Prometheus } from './prometheus.ts'

/** What is kept in memory must never be seen: each question is asked of one that keeps and of one that begins anew. */
let world: TestWorld
let keeping: Prometheus
const options = { querySeriesMax: 1000, querySamplesMax: 100_000, queryTimeoutMs: 20_000 }
const open = (samplesKeptMaxBytes: number): Prometheus =>
  openPrometheus(options, { pushdownFromSamples: Infinity, samplesKeptMaxBytes }, Date.now)

const addSeries = (from: number, to: number): void =>
  world.insert(`INSERT INTO series SELECT number, '2026-01-05', 'x', 'gauge', '', false, 'd', '', '', 'web', 1, 1,
    map('n', toString(number)), '' FROM numbers(${from}, ${to - from})`)
/** A sample of each series of 1 to 5 every 10 s. */
const addSamples = (fromSeconds: number, toSeconds: number, value = 'number'): void =>
  world.insert(`INSERT INTO samples SELECT number % 5 + 1,
    fromUnixTimestamp64Milli(${seedStartMs} + 1000 * (${fromSeconds} + 10 * intDiv(number, 5)), 'UTC'), 0, ${value}, 0
    FROM numbers(${((toSeconds - fromSeconds) / 10) * 5})`)

beforeAll(async () => {
  world = await openTestWorld()
  keeping = open(10_000_000)
  world.insert(`INSERT INTO resources VALUES (1, '2026-01-05', 'web', '', map('service.name', 'web'), '', 0)`)
  addSeries(1, 5)
  addSamples(0, 300)
})
afterAll(() => world.close())

type Asked = { said: unknown; from: string[]; samplesReadBy: number; statements: number }

async function ask(prometheus: Prometheus, text: string, endSeconds: number): Promise<Asked> {
  const expression = parseExpression(text)
  if (expression.kind === 'parse-error') throw new Error(expression.sentence)
  const running = world.query.running({})
  const times = { startMs: seedStartMs + 60_000, endMs: seedStartMs + endSeconds * 1000, stepMs: 15_000 }
  const answer = await prometheus.range({ expression, text, ...times }, running)
  if (isFailed(answer)) throw new Error(answer.message)
  const sql = running.cost().sql ?? []
  const { value, warnings, infos, explained } = answer
  const from = explained.steps.map((step) => step.from)
  return {
    said: { value, warnings, infos },
    from,
    samplesReadBy: sql.filter((each) => each.includes(' AS key,')).length,
    statements: sql.length,
  }
}

async function same(text: string, endSeconds: number): Promise<Asked> {
  const kept = await ask(keeping, text, endSeconds)
  expect(kept.said).toEqual((await ask(open(0), text, endSeconds)).said)
  return kept
}

test('what was read once is not read again while nothing is new', async () => {
  expect((await same('sum(rate(x[1m]))', 300)).samplesReadBy).toBe(1)
  expect(await same('sum(rate(x[1m]))', 300)).toMatchObject({ from: ['memory'], samplesReadBy: 0, statements: 1 })
  expect((await same('max_over_time(x{n="2"}[30s])', 300)).samplesReadBy).toBe(1)
})

test('samples that come later, between others, twice or as a marker are seen by the next question', async () => {
  addSamples(300, 400)
  expect((await same('sum(x)', 300)).samplesReadBy).toBe(1)
  addSamples(5, 105, 'number * 3')
  expect((await same('sum by (n) (increase(x[1m]))', 300)).samplesReadBy).toBe(1)
  addSamples(0, 100)
  await same('x', 300)
  world.insert(`INSERT INTO samples VALUES (3, fromUnixTimestamp64Milli(${seedStartMs + 200_500}, 'UTC'), 0, 0, 1)`)
  await same('x', 300)
  world.insert(`INSERT INTO samples VALUES (2, fromUnixTimestamp64Milli(${seedStartMs + 250_500}, 'UTC'),
    fromUnixTimestamp64Milli(${seedStartMs + 245_000}, 'UTC'), 1e6, 0)`)
  await same('rate(x[1m])', 300)
})

test('parts that were merged hold nothing new; merged with new ones they do', async () => {
  await same('sum(x)', 300)
  world.insert('OPTIMIZE TABLE samples FINAL')
  expect((await same('sum(x)', 300)).samplesReadBy).toBe(0)
  addSamples(107, 207, 'number * 5')
  world.insert('OPTIMIZE TABLE samples FINAL')
  expect((await same('sum(x)', 300)).samplesReadBy).toBe(1)
})

test('a longer time is read anew, a shorter one is not', async () => {
  expect((await same('x', 380)).samplesReadBy).toBe(1)
  expect((await same('x', 200)).samplesReadBy).toBe(0)
})

test('a new series is found by the next question', async () => {
  await same('count(x)', 200)
  addSeries(5, 6)
  const { statements } = await same('count(x)', 200)
  expect(statements).toBeGreaterThan(1)
})

describe('samples that are read while their series are named', () => {
  const series = 1200
  const wide = { querySeriesMax: 2000, querySamplesMax: 1_000_000, queryTimeoutMs: 20_000 }
  const openWide = (querySeriesMax = 2000, pushdownFromSamples = Infinity): Prometheus =>
    openPrometheus({ ...wide, querySeriesMax }, { pushdownFromSamples, samplesKeptMaxBytes: 10_000_000 }, Date.now)
  /** Ids that differ in the bits that are read with first, and in those that are tried next. */
  const idOf = (number: string): string => `bitShiftLeft(toUInt64(7), 56) + ${number} * 67108865`
  /** A sample of each series every 10 s. */
  const add = (metric: string, start: string): void => {
    world.insert(`INSERT INTO series SELECT ${idOf('number')}, '2026-01-05', '${metric}', 'gauge', '', false, 'd', '', '',
      'web', 1, 1, map('n', toString(number), 'even', toString(number % 2)), '' FROM numbers(${series})`)
    world.insert(`INSERT INTO samples SELECT ${idOf('number')},
      fromUnixTimestamp64Milli(${seedStartMs} + 10000 * time, 'UTC'), fromUnixTimestamp64Milli(${start}, 'UTC'),
      number * time, 0 FROM numbers(${series}) ARRAY JOIN range(30) AS time`)
  }
  /** `n!=""` is not said in SQL, so nothing is read ahead. What is takes two statements. */
  const sameAsAfter = async (selector: string, ...readings: number[]): Promise<void> => {
    for (const text of [
      `sum by (even) (rate(${selector}[1m]))`,
      `topk(3, max_over_time(${selector}[45s]))`,
      selector,
    ]) {
      const ahead = await ask(openWide(), text, 300)
      expect(readings).toContain(ahead.samplesReadBy)
      const after = await ask(openWide(), text.replace(selector, selector.replace('}', ', n!=""}')), 300)
      expect(ahead.said).toEqual(after.said)
    }
  }

  test('are those that are read afterwards', async () => {
    add('wide', '0')
    await sameAsAfter('wide{job="web"}', 2)
    await sameAsAfter('wide{even="1"}', 2)
    await sameAsAfter('{__name__="wide"}', 2)
  })

  test('are those of their metric alone, whatever else lies between its ids', async () => {
    world.insert(`INSERT INTO series SELECT ${idOf('number')} + 1, '2026-01-05', 'between', 'gauge', '', false, 'd', '', '',
      'web', 1, 1, map('n', toString(number)), '' FROM numbers(${series})`)
    world.insert(`INSERT INTO samples SELECT ${idOf('number')} + 1,
      fromUnixTimestamp64Milli(${seedStartMs} + 10000 * time, 'UTC'), 0, 1e9, 0
      FROM numbers(${series}) ARRAY JOIN range(30) AS time`)
    await sameAsAfter('{__name__="wide"}', 2)
    world.insert("DELETE FROM series WHERE metric = 'between'")
  })

  test('are not needed where too many series are found, or where the engine computes', async () => {
    await expect(ask(openWide(series - 1), 'sum(wide)', 300)).rejects.toThrow('selects more than 1199 series')
    expect((await ask(openWide(2000, 1), 'sum(rate(wide[1m]))', 300)).samplesReadBy).toBe(0)
  })

  test('are read again where the bits of ids do not tell all apart', async () => {
    const twin = `${idOf('3')} + bitShiftLeft(toUInt64(1), 50)`
    world.insert(`INSERT INTO series SELECT ${twin}, '2026-01-05', 'wide', 'gauge', '', false, 'd', '', '', 'web', 1, 1,
      map('n', 'twin', 'even', '1'), ''`)
    world.insert(`INSERT INTO samples SELECT ${twin}, fromUnixTimestamp64Milli(${seedStartMs} + 10000 * number, 'UTC'), 0,
      number, 0 FROM numbers(30)`)
    // What was read ahead for nothing is left where it has not ended by then, and does not count.
    await sameAsAfter('wide{job="web"}', 1, 2, 3)
  })

  test('have starts where any has', async () => {
    world.insert("ALTER TABLE samples DROP PARTITION '20260105'")
    add('begun', `${seedStartMs} + 5000`)
    await sameAsAfter('begun{even="1"}', 2)
  })
})

test('a partition that was dropped takes its samples along', async () => {
  await same('sum(x)', 300)
  world.insert(`ALTER TABLE samples DROP PARTITION '20260105'`)
  expect((await ask(keeping, 'sum(x)', 300)).said).toMatchObject({ value: { series: [] } })
})

test('a series that was given another id meanwhile is one series, whoever computes', async () => {
  const at = (seconds: string): string => `fromUnixTimestamp64Milli(${seedStartMs} + 1000 * (${seconds}), 'UTC')`
  const insert = (metric: string, id: string, from: number, to: number): void => {
    world.insert(`INSERT INTO series VALUES (${id}, '2026-01-05', '${metric}', 'sum', 'cumulative', true, 'd', '', '',
      'web', 1, 1, map('n', '1'), '')`)
    world.insert(`INSERT INTO samples SELECT ${id}, ${at(`number * 10 + ${from}`)}, 0, (number * 10 + ${from}) * 3, 0
      FROM numbers(${(to - from) / 10})`)
  }
  insert('renumbered_total', '900', 0, 150)
  insert('renumbered_total', '9223372036854775907', 150, 300)
  insert('constant_total', '901', 0, 300)
  for (const of of ['X', 'rate(X[1m])', 'sum by (n) (increase(X[90s]))', 'count_over_time(X[45s])', 'resets(X[5m])'])
    for (const pushdownFromSamples of [0, Infinity]) {
      const prometheus = openPrometheus(options, { pushdownFromSamples, samplesKeptMaxBytes: 10_000_000 }, Date.now)
      const said = async (metric: string): Promise<string> => {
        const answer = await ask(prometheus, `label_replace(${of.replace('X', metric)}, "__name__", "", "", "")`, 300)
        return JSON.stringify(answer.said, (_, value) => (value instanceof Labels ? value.pairs : value))
      }
      expect(await said('renumbered_total')).toBe(await said('constant_total'))
      expect(await said('renumbered_total')).toContain('"n"')
    }
})
