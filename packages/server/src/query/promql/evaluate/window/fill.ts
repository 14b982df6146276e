import { countPoints, floatPoint, type Grid, type GridSeries, noPoint, SeriesSpace, setPoint, timeOf } from '../grid.ts'
import type { Labels } from '../labels.ts'
import { firstAfter, histogramsNotExtended } from '../select.ts'
import { momentAt } from '../timing.ts'
import type { Borders, FloatFunction, WindowCall, WindowFunction } from './function.ts'
import { floatFunctions, windowFunctions } from './functions.ts'
import { newWindow, type WindowSeries } from './samples.ts'
import { type RangeSamples, windowAt } from './windows.ts'

/** What a function makes of the windows of one series, and how many points that is. */
export type Fill = (each: WindowSeries, labels: Labels, dropName: boolean) => { series: GridSeries; points: number }

export function fillerFor(
  name: string,
  samples: RangeSamples,
  grid: Grid,
  columns: readonly Float64Array[],
  call: WindowCall,
): Fill {
  const compute = windowFunctions.get(name)
  if (compute === undefined) throw new Error(`${name} is not a range function`)
  const space = new SeriesSpace(grid.steps)
  const fillAny = pointFiller(compute, samples, grid, columns, call, space)
  const columnOf = floatColumns(name, samples, grid, call)
  if (columnOf === undefined) return fillAny
  return (each, labels, dropName) => {
    if (each.histograms.length > 0) return fillAny(each, labels, dropName)
    const { points, present, fill } = columnOf(each.floatTimesMs)
    const values = space.takeValues()
    if (points > 0) fill(each, values)
    return { series: { labels, dropName, values, present, histograms: undefined }, points }
  }
}

function pointFiller(
  compute: WindowFunction,
  samples: RangeSamples,
  grid: Grid,
  columns: readonly Float64Array[],
  call: WindowCall,
  space: SeriesSpace,
): Fill {
  return (each, labels, dropName) => {
    const series = space.make(labels, dropName)
    const window = newWindow(each)
    for (let step = 0; step < grid.steps; step++) {
      windowAt(samples, grid, window, step)
      if (window.to === window.from && window.histogramTo === window.histogramFrom) continue
      if (samples.extension !== undefined && window.histogramTo > window.histogramFrom) throw histogramsNotExtended()
      for (let i = 0; i < columns.length; i++) call.scalars[i] = columns[i]?.[step] ?? 0
      const value = compute(window, call)
      if (value !== undefined) setPoint(series, step, value)
    }
    return { series, points: countPoints(series) }
  }
}

/**
 * The way to the points of series without histograms, by their times: series that were sampled together share that array, and
 * so the borders of their windows, and which steps have points. Undefined for functions that have no short way.
 */
export function floatColumns(
  name: string,
  samples: RangeSamples,
  grid: Grid,
  call: WindowCall,
): ((timesMs: Float64Array) => FloatColumn) | undefined {
  const float = samples.extension === undefined ? floatFunctions.get(name) : undefined
  if (float === undefined) return undefined
  const column = float.column ?? columnOf(float, grid)
  const known = new Map<Float64Array, FloatColumn>()
  let last: FloatColumn | undefined
  const make = (timesMs: Float64Array): FloatColumn => {
    const borders = bordersOf(timesMs, samples, grid)
    const present = Uint8Array.from(borders.from, (from, step) =>
      (borders.to[step] ?? 0) - from < float.least ? noPoint : floatPoint,
    )
    const points = present.reduce((sum, each) => sum + each, 0)
    return { timesMs, present, points, fill: column(borders, call) }
  }
  return (timesMs) => {
    if (last?.timesMs === timesMs) return last
    last = known.get(timesMs) ?? make(timesMs)
    if (known.size < sharedMax) known.set(timesMs, last)
    return last
  }
}

/** More different times than this do not come together in the order of labels: then keeping them does not pay. */
const sharedMax = 1000

/** What series have in common whose samples are of these times. */
export type FloatColumn = {
  readonly timesMs: Float64Array
  readonly present: Uint8Array
  /** How many points that is. */
  readonly points: number
  readonly fill: (series: WindowSeries, points: Float64Array) => void
}

function bordersOf(timesMs: Float64Array, { moments, rangeMs }: RangeSamples, grid: Grid): Borders {
  const from = new Uint32Array(grid.steps)
  const to = new Uint32Array(grid.steps)
  const endsMs = Float64Array.from(from, (_, step) => momentAt(moments, grid, step))
  const startsMs = endsMs.map((endMs) => endMs - rangeMs)
  let [first, past] = [0, 0]
  for (let step = 0; step < grid.steps; step++) {
    first = firstAfter(timesMs, startsMs[step] ?? 0, first)
    past = firstAfter(timesMs, endsMs[step] ?? 0, Math.max(first, past))
    from[step] = first
    to[step] = past
  }
  return { timesMs, from, to, startsMs, endsMs }
}

/** One window after the other. */
function columnOf(float: FloatFunction, grid: Grid): NonNullable<FloatFunction['column']> {
  return ({ from, to, startsMs, endsMs }, call) =>
    (series, points) => {
      const window = newWindow(series)
      for (let step = 0; step < points.length; step++) {
        window.from = from[step] ?? 0
        window.to = to[step] ?? 0
        if (window.to - window.from < float.least) continue
        window.startMs = startsMs[step] ?? 0
        window.endMs = endsMs[step] ?? 0
        window.stepMs = timeOf(grid, step)
        points[step] = float.of(window, call)
      }
    }
}
