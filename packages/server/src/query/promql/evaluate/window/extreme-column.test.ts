import { expect, test } from 'vitest'
import { noLabels } from '../labels.ts'
import { floatMax, floatMin } from './over-time.ts'
import { newWindow, splitSamples } from './samples.ts'

let seed = 11
const random = (below: number): number => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
  return Math.floor((seed / 2 ** 32) * below)
}
const call = {
  rangeSeconds: 1,
  extension: undefined,
  position: { start: 0, end: 0 },
  argsPosition: { start: 0, end: 0 },
  annotate: () => {},
  scalars: new Float64Array(0),
}

test.each([
  ['largest', floatMax],
  ['smallest', floatMin],
])('the %s of pieces of windows is that of each window', (_, { of, column }) => {
  for (let round = 0; round < 200; round++) {
    const length = 1 + random(40)
    const values = [Number.NaN, -0, 0, Infinity, 1, 2, 3, -4]
    const timesMs = Float64Array.from({ length }, (_, i) => i)
    const floats = timesMs.map(() => values[random(values.length)] ?? 0)
    const series = splitSamples(
      { labels: noLabels, timesMs, values: floats, kinds: undefined, histograms: undefined, startTimesMs: undefined },
      false,
    )
    // Borders only move on, and windows may be empty.
    const steps = 1 + random(20)
    const from = Uint32Array.from({ length: steps }, () => random(length + 1)).sort()
    const to = from.map((first) => Math.min(length, first + random(10)))
    for (let i = 1; i < steps; i++) to[i] = Math.max(to[i] ?? 0, to[i - 1] ?? 0)
    const startsMs = new Float64Array(steps)
    const points = new Float64Array(steps)
    column?.({ timesMs, from, to, startsMs, endsMs: startsMs }, call)(series, points)
    const each = points.map((_, step) => {
      const window = { ...newWindow(series), from: from[step] ?? 0, to: to[step] ?? 0 }
      return window.to > window.from ? of(window, call) : 0
    })
    expect([...points]).toEqual([...each])
  }
})
