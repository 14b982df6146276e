import type uPlot from 'uplot'
import { printValue } from '../parts/units.ts'
import type { Ink } from '../theme/colours.ts'

const font = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'

/** Room for the half of a clock time that stands on the end of the range. */
export const rightOfPlotPx = 18

/** Clock times below, the date where a new day begins. Times are Unix milliseconds. */
export function timeAxis(ink: Ink): uPlot.Axis {
  return {
    font,
    stroke: ink.of('var(--ink-3)'),
    grid: { show: false },
    ticks: { stroke: ink.of('var(--line-strong)'), width: 1, size: 4 },
    gap: 4,
    size: 26,
    space: 72,
    values: (_, splits, __, ___, stepMs) => splits.map((at, index) => printTick(at, splits[index - 1], stepMs)),
  }
}

function printTick(atMs: number, beforeMs: number | undefined, stepMs: number): string {
  const at = new Date(atMs)
  const day = at.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })
  if (stepMs >= 86_400_000) return day
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`
  if (beforeMs !== undefined && new Date(beforeMs).getDate() !== at.getDate()) return day
  if (stepMs >= 60_000) return clock
  return stepMs >= 1000
    ? `${clock}:${two(at.getSeconds())}`
    : `${clock}:${two(at.getSeconds())}.${Math.floor(at.getMilliseconds() / 100)}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** Values with their unit at the left, on lines across the chart. */
export function valueAxis(ink: Ink, unit: string): uPlot.Axis {
  return {
    font,
    stroke: ink.of('var(--ink-3)'),
    grid: { stroke: ink.of('var(--line)'), width: 1 },
    ticks: { show: false },
    gap: 6,
    size: 62,
    space: 34,
    ...(unit === 'ns' ? { incrs: timeIncrements } : {}),
    values: (_, splits) => splits.map((value) => printValue(value, unit)),
  }
}

/** Steps people count durations in, as nanoseconds: 1 2 5 10 ... ms, then seconds and minutes by sixties. */
const timeIncrements = [
  ...[1, 1e3, 1e6].flatMap((unit) => [1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * unit)),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * 1e9),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * 60e9),
  ...[1, 2, 3, 6, 12, 24, 48, 96].map((count) => count * 3600e9),
]

/** From zero to a little over the highest; room for a line of zeros. */
export function valueRange(_: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  const low = Math.min(0, min ?? 0)
  const high = Math.max(0, max ?? 0)
  if (low === 0 && high === 0) return [0, 1]
  return [low * 1.08, high * 1.08]
}
