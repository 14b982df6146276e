import { expect, test } from 'vitest'
import { serviceSeries } from './service-series.ts'

test('counts of a step become rates and ratios, with gaps where nothing was asked', () => {
  const none = [null, null]
  const shown = serviceSeries({
    stepMs: 10_000,
    series: { requests: [50, 0], errors: [5, 0], durationP50Nano: none, durationP95Nano: none, durationP99Nano: none },
  })
  expect(shown.rate[0]?.values).toEqual([5, 0])
  expect(shown.errorRatio[0]?.values).toEqual([0.1, null])
  expect(shown.totals).toEqual({ requests: 50, errors: 5 })
})
