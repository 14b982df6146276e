import { expect, test } from 'vitest'
import { shapeOf } from '../metering.ts'
import { testMetering } from '../test-metering.case.ts'
import { SummaryInstrument } from './summary-instrument.ts'

const scope = { name: 'test', version: '', schemaUrl: '' }

function open(window: Partial<SummaryInstrument['window']>) {
  const { metering, said, clock } = testMetering({ settings: { seriesMax: 10, seriesExpiryMs: 0 } })
  const summary = metering.make(scope, shapeOf('s', 'summary'), SummaryInstrument)
  summary.window = { ...summary.window, ...window }
  return { summary, clock, said }
}

test('quantiles are within the promised error, by range of the values', () => {
  for (const [doublings, error] of [
    [8, 0.0055],
    [16, 0.011],
    [32, 0.022],
  ] as const) {
    const { summary } = open({ quantiles: [0, 0.01, 0.5, 0.9, 0.99, 0.999, 1] })
    const values = Array.from({ length: 10_000 }, (_, i) => 0.001 * 2 ** ((doublings * ((i * 7919) % 10_000)) / 10_000))
    for (const value of values) summary.record(value)
    values.sort((a, b) => a - b)
    const found = summary.quantiles(1)
    summary.window.quantiles.forEach((quantile, i) => {
      const exact = values[Math.floor(quantile * 9_999)] ?? 0
      expect(Math.abs((found[i] ?? 0) - exact) / exact, `${quantile} over ${doublings} doublings`).toBeLessThan(error)
    })
    expect([found[0], found.at(-1)]).toEqual([values[0], values.at(-1)])
  }
})

test('values leave the window piece by piece; count and sum stay', () => {
  const { summary, clock } = open({ quantiles: [0.5], maxAgeMs: 1_000, ageBuckets: 2 })
  summary.record(1)
  clock.nowMs += 600
  summary.record(9)
  expect(summary.quantiles(1)[0]).toBeCloseTo(1, 1)
  clock.nowMs += 600
  expect(summary.quantiles(1)[0]).toBeCloseTo(9, 1)
  clock.nowMs += 1_000
  expect([summary.quantiles(1), summary.counts[1], summary.sums[1]]).toEqual([[Number.NaN], 2, 10])
})

test('zero and negative values have their place; what is no number is said once', () => {
  const { summary, said } = open({ quantiles: [0.1, 0.5, 0.9] })
  for (const value of [-8, -8, 0, 8, 8]) summary.record(value)
  expect(summary.quantiles(1).map(Math.round)).toEqual([-8, 0, 8])
  for (let i = 0; i < 3; i++) summary.record(Number.NaN)
  expect(said).toEqual(['Cannot record NaN in metric "s": it is not a finite number'])
})
