import { describe, expect, test } from 'vitest'
import {
  type AlertWindows,
  type BurnWindow,
  burnDown,
  burnFactor,
  detectionMs,
  exhaustedInMs,
  isBurning,
  proposedObjective,
  resetMs,
  usualAlertWindows,
  windowLengthsMs,
} from './slo.ts'

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]
const all = ({ pageQuick, pageSlow, ticketQuick, ticketSlow }: AlertWindows) => [
  pageQuick,
  pageSlow,
  ticketQuick,
  ticketSlow,
]

test.each([
  [30, [14.4, 6, 3, 1]],
  [28, [13.44, 5.6000000000000005, 2.8000000000000003, 0.9333333333333333]],
  [7, [13.44, 3.5, 1.4000000000000001, 0.98]],
  [90, [14.4, 6, 3, 1]],
])('the factors of %i days are those of the workbook, or of sloth', (days, factors) => {
  const windows = usualAlertWindows(days * day)
  expect(all(windows).map((each) => burnFactor(windows.periodMs, each))).toEqual(factors)
})

test('windows stretch with a period that has no table', () => {
  expect(windowLengthsMs(usualAlertWindows(90 * day))).toEqual(
    [15 * minute, 90 * minute, 3 * hour, 6 * hour, 18 * hour, 3 * day, 9 * day].sort((a, b) => a - b),
  )
})

describe('against a simulation', () => {
  const cases = [99, 99.9, 99.99].flatMap((objective) =>
    [0.002, 0.01, 0.02, 0.1, 1].map((errorRatio) => [objective, errorRatio] as const),
  )
  test.each(cases)(
    'an objective of %d %% and errors of %d fire and end when the closed form says so',
    (objective, errorRatio) => {
      for (const window of all(usualAlertWindows(30 * day))) {
        const constant = { factor: burnFactor(30 * day, window), objective, errorRatio }
        const stepMs = window.shortMs / 100
        const simulated = simulate(window, constant, stepMs)
        const closed = { fires: detectionMs(window, constant), ends: resetMs(window, constant) }
        if (closed.fires === Infinity) {
          expect(simulated).toEqual({ fires: Infinity, ends: 0 })
          continue
        }
        expect(Math.abs(simulated.fires - closed.fires)).toBeLessThan(1.001 * stepMs)
        expect(Math.abs(simulated.ends - closed.ends)).toBeLessThan(1.001 * stepMs)
      }
    },
  )

  /** Errors begin at 0 and last until the long window is full of them; time goes in steps. */
  function simulate({ shortMs, longMs }: BurnWindow, constant: Parameters<typeof detectionMs>[1], stepMs: number) {
    const { factor, objective, errorRatio } = constant
    const lasts = Math.round(longMs / stepMs)
    const bad = (atStep: number): number => Math.min(Math.max(atStep, 0), lasts) * errorRatio
    const ratio = (atStep: number, windowMs: number): number => {
      const steps = Math.round(windowMs / stepMs)
      return (bad(atStep) - bad(atStep - steps)) / steps
    }
    let [fires, ends] = [Infinity, 0]
    for (let at = 1; at <= 2 * lasts; at++) {
      const ratios = { short: ratio(at, shortMs), long: ratio(at, longMs) }
      const burns = isBurning(ratios, { factor, objective })
      if (burns && fires === Infinity) fires = at * stepMs
      if (burns && at >= lasts) ends = (at + 1 - lasts) * stepMs
    }
    return { fires, ends }
  }
})

test.each([
  [99.9, 1, [52, 130, 259, 259]],
  [99.9, 0.0144, [3600, 9000, 18000, 18000]],
])(
  'an objective of %d %% with errors of %d fires after the seconds of the workbook',
  (objective, errorRatio, seconds) => {
    const times = all(usualAlertWindows(30 * day)).map((window) =>
      detectionMs(window, { factor: burnFactor(30 * day, window), objective, errorRatio }),
    )
    expect(times.map((ms) => Math.round(ms / second))).toEqual(seconds)
  },
)

test('a budget burns down by what each step had of it, and gaps leave it where it was', () => {
  const steps = [
    { sum: 0, count: 0 },
    { sum: 0, count: 50 },
    { sum: 0.05, count: 25 },
    { sum: 0, count: 0 },
    { sum: 0, count: 25 },
  ]
  const left = burnDown(steps, 99.9)
  expect(left.map((each) => each?.toFixed(6))).toEqual([undefined, '1.000000', '0.500000', '0.500000', '0.500000'])
})

test.each([
  [0.5, 1, 15 * day],
  [0.5, 14.4, (0.5 * 30 * day) / 14.4],
  [0.5, 0, Infinity],
  [-0.2, 3, 0],
])('with %d of the budget left and a burn of %d it lasts %d ms', (left, burn, ms) => {
  expect(exhaustedInMs(left, burn, 30 * day)).toBe(ms)
})

test.each([
  [0, 99.99],
  [0.0004, 99.9],
  [0.00036, 99.9],
  [0.00034, 99.95],
  [0.0071, undefined],
])('errors of %d are fit for an objective of %d', (errorRatio, objective) => {
  expect(proposedObjective(errorRatio)?.objective).toBe(objective)
})
