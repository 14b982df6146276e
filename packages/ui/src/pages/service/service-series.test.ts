import { expect, test } from 'vitest'
import { serviceSeries } from './service-series.ts'

test('counts of a step become rates and ratios, with gaps where nothing was asked', () => {
  const none = [null, null]
  const shown = serviceSeries({
    times: [0, 60_000],
    stepMs: 60_000,
    covered: { fromMs: 0, toMs: 120_000 },
    series: {
      requests: [300, 0],
      errors: [30, 0],
      durationP50Nano: none,
      durationP95Nano: none,
      durationP99Nano: none,
    },
  })
  expect(shown.rate[0]?.values).toEqual([5, 0])
  expect(shown.errorRatio[0]?.values).toEqual([0.1, null])
  expect(shown.totals).toEqual({ requests: 300, errors: 30 })
})
