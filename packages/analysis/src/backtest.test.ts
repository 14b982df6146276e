import { expect, test } from 'vitest'
import { Backtest, backtestFigures } from './backtest.ts'
import { poissonInterval } from './poisson.ts'
import { adviseThreshold, type History, tryThreshold } from './threshold-advice.ts'

const minute = 60_000
const dayMs = 86_400_000

/** One evaluation a minute; an x has the alert in its answer. */
function episodesOf(drawn: string, times: { holdMs: number; keepFiringMs: number }): string[] {
  const backtest = new Backtest({ ...times, limit: 0 })
  const sample = { key: 'a', labels: [], annotations: [], value: 1 }
  Array.from(drawn).forEach((answer, i) => void backtest.evaluate(i * minute, answer === 'x' ? [sample] : []))
  return backtest
    .episodes()
    .map(({ startMs, endMs }) => `${startMs / minute}-${endMs === undefined ? '' : endMs / minute}`)
}

test.each([
  ['·xx··x·', 0, 0, ['1-3', '5-6']],
  ['·xx··x·', 2, 0, []],
  ['·xxxx··', 2, 0, ['3-5']],
  ['·xx··x····', 0, 4, ['1-']],
  ['·xx··x·······', 0, 4, ['1-10']],
  ['······x', 0, 0, ['6-']],
])('%s with for=%dm and keep_firing_for=%dm fires %j', (drawn, hold, keep, expected) => {
  expect(episodesOf(drawn, { holdMs: hold * minute, keepFiringMs: keep * minute })).toEqual(expected)
})

test('figures tell a week, the worst week and the nights', () => {
  const at = (day: number, hour: number) => {
    const startMs = day * dayMs + hour * 3_600_000
    return { startMs, endMs: startMs + 10 * minute, labels: [] }
  }
  const episodes = [at(0, 12), at(20, 23), at(22, 3), at(26, 21)]
  const figures = backtestFigures(episodes, { fromMs: 0, toMs: 28 * dayMs })
  expect(figures).toMatchObject({ episodes: 4, perWeek: 1, worstWeek: 3, nightEpisodes: 2, firingMinutes: 40 })
  expect(backtestFigures(episodes, { fromMs: 0, toMs: 28 * dayMs, zoneOffsetMs: 3_600_000 }).nightEpisodes).toBe(3)
})

test.each([
  [0, 0, 3],
  [1, 0.025, 5.572],
  [10, 4.795, 18.39],
])('of %d counted the mean lies between %d and %d', (count, low, high) => {
  const found = poissonInterval(count)
  expect(found.low).toBeCloseTo(low, 2)
  expect(found.high).toBeCloseTo(high, 2)
})

/** Four weeks, a value each ten minutes: a calm day with a hump to 80 each day, and a spike to 200 in each week. */
function history(): History {
  const timesMs = Array.from({ length: 28 * 144 }, (_, i) => i * 10 * minute)
  const values = timesMs.map((_, i) => (i % 1008 === 500 ? 200 : 50 + 30 * Math.sin((2 * Math.PI * i) / 144)))
  return { timesMs, series: [{ labels: [['service', 'api']], values }] }
}
const rule = { operator: '>', holdMs: 0, keepFiringMs: 0 } as const

test('a threshold within every day fires each day, and one above all never, which is at most 3 in the time', () => {
  expect(tryThreshold(history(), rule, 70).figures.episodes).toBeGreaterThan(27)
  const never = tryThreshold(history(), rule, 500).figures
  expect(never).toMatchObject({ episodes: 0, perWeek: 0 })
  expect(never.perWeekHigh).toBeCloseTo(0.75, 2)
})

test('the advised threshold leaves the days alone and still finds what comes once a week', () => {
  const advice = adviseThreshold(history(), rule, { perWeek: 1 })
  expect(advice?.figures.episodes).toBe(4)
  expect(advice?.threshold).toBeGreaterThan(80)
  expect(advice?.threshold).toBeLessThan(200)
})

test('below a threshold is advised as above one is, the other way round', () => {
  const { timesMs, series } = history()
  const upside = series.map((each) => ({ ...each, values: Array.from(each.values, (value) => -value) }))
  const advice = adviseThreshold({ timesMs, series: upside }, { ...rule, operator: '<' }, { perWeek: 1 })
  expect(advice?.threshold).toBe(-(adviseThreshold(history(), rule, { perWeek: 1 })?.threshold ?? 0))
})

test('nothing is advised where there are no values', () => {
  expect(adviseThreshold({ timesMs: [0], series: [] }, rule, { perWeek: 1 })).toBeUndefined()
})
