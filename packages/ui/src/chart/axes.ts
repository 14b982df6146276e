import { byteUnits } from '@wakeline/protocol'
import uPlot from 'uplot'
import { printValue, timeUnits } from '../parts/units.ts'
import type { Ink } from '../theme/colours.ts'
import { printClock, printDate } from '../time/format.ts'
import type { Zone } from '../time/zone.tsx'

const font = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'

/** Room for the half of a clock time that stands on the end of the range. */
export const rightOfPlotPx = 18

/** Clock times below, the date where a new day begins. Times are Unix milliseconds. */
export function timeAxis(ink: Ink, zone: Zone): uPlot.Axis {
  return {
    font,
    stroke: ink.of('var(--ink-3)'),
    grid: { show: false },
    ticks: { stroke: ink.of('var(--line-strong)'), width: 1, size: 4 },
    gap: 4,
    size: 26,
    space: 72,
    values: (_, splits, __, ___, stepMs) =>
      splits.map((at, index) => printTick(at, { beforeMs: splits[index - 1], stepMs, zone })),
  }
}

/** Days and hours of the axis begin where those of the zone do. */
export const dateOf: Readonly<Record<Zone, (ms: number) => Date>> = {
  local: (ms) => new Date(ms),
  utc: (ms) => uPlot.tzDate(new Date(ms), 'UTC'),
}

type Tick = { beforeMs: number | undefined; stepMs: number; zone: Zone }

export function printTick(atMs: number, { beforeMs, stepMs, zone }: Tick): string {
  const isNewDay = beforeMs !== undefined && printDate(beforeMs, zone) !== printDate(atMs, zone)
  if (stepMs >= 86_400_000 || isNewDay) {
    const named = { month: 'short', day: 'numeric', ...(zone === 'utc' && { timeZone: 'UTC' }) } as const
    return new Date(atMs).toLocaleDateString(undefined, named)
  }
  if (stepMs >= 60_000) return printClock(atMs, zone, 'minutes')
  return stepMs >= 1000 ? printClock(atMs, zone) : printClock(atMs, zone, 'milliseconds').slice(0, -2)
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
    ...incrementsOf(unit),
    // On a logarithmic axis what would stand too close to others is null.
    values: (_, splits) => splits.map((value: number | null) => (value === null ? '' : printValue(value, unit))),
  }
}

/** Lines of an axis stand at numbers that are round as they are read: 512 MiB, 30 s, and not 477 MiB or 33.3 s. */
export function incrementsOf(unit: string): { incrs?: number[] } {
  const plain = unit.replace(/\/s$/, '')
  const [nano, bytes] = [timeUnits[plain], byteUnits[plain]]
  if (nano !== undefined) return { incrs: timeIncrements.map((step) => step / nano) }
  return bytes === undefined ? {} : { incrs: byteIncrements.map((step) => step / bytes) }
}

const byteIncrements = Array.from({ length: 51 }, (_, power) => 2 ** power)

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
