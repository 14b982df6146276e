import { countPoints, floatPoint, type Grid, type GridSeries, SeriesSpace, setPoint, timeOf } from '../grid.ts'
import type { Labels } from '../labels.ts'
import { firstAfter, momentAt } from '../timing.ts'
import { mayHaveBegunWithin } from './began.ts'
import type { Borders, FloatFunction, WindowCall, WindowFunction } from './function.ts'
import { floatFunctions, windowFunctions } from './functions.ts'
import { newWindow, type Window, type WindowSeries } from './samples.ts'
import { type RangeSamples, windowAt } from './windows.ts'

/**
 * What a function makes of the windows of one series. It is made while `pauses` is gone through, at each of which others may run
 * and the query may be stopped: a long range over many samples takes seconds for a single series. Then `points` counts.
 */
export type Fill = (
  each: WindowSeries,
  labels: Labels,
  dropName: boolean,
) => { series: GridSeries; pauses: Iterable<void>; points: () => number }

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
    const { points, present, fill } = columnOf(each)
    const values = space.takeValues()
    return {
      series: { labels, dropName, values, present, histograms: undefined },
      pauses: points > 0 ? fill(each, values) : noPauses,
      points: () => points,
    }
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
    const pauses = throughSteps(grid.steps, (step) => {
      windowAt(samples, grid, window, step)
      const histograms = window.histogramTo - window.histogramFrom
      const looked = window.to - window.from + histograms
      if (looked === 0) return 0
      for (let i = 0; i < columns.length; i++) call.scalars[i] = columns[i]?.[step] ?? 0
      const value = compute(window, call)
      if (value !== undefined) setPoint(series, step, value)
      return looked
    })
    return { series, pauses, points: () => countPoints(series) }
  }
}

/** `look` does a step and tells how many samples it looked at. */
function* throughSteps(steps: number, look: (step: number) => number): Generator<void> {
  let looked = 0
  for (let step = 0; step < steps; step++) {
    looked += look(step)
    if (looked < pauseAfterSamples) continue
    looked = 0
    yield
  }
}

const pauseAfterSamples = 20_000
const noPauses: Iterable<void> = []

/**
 * The way to the points of series without histograms, by their times: series that were sampled together share that array, and
 * so the borders of their windows, and which steps have points. A counter that began lately has a way of its own. Undefined
 * for functions that have no short way.
 */
export function floatColumns(
  name: string,
  samples: RangeSamples,
  grid: Grid,
  call: WindowCall,
): ((series: WindowSeries) => FloatColumn) | undefined {
  const float = samples.extension === undefined ? floatFunctions.get(name) : undefined
  if (float === undefined) return undefined
  const { endsMs, startsMs } = momentsOfSteps(samples, grid)
  const known = new Map<Float64Array, FloatColumn>()
  let last: FloatColumn | undefined
  const make = (timesMs: Float64Array): FloatColumn => {
    const borders = bordersOf(timesMs, startsMs, endsMs)
    const present = new Uint8Array(grid.steps)
    let points = 0
    for (let step = 0; step < present.length; step++)
      if ((borders.to[step] ?? 0) - (borders.from[step] ?? 0) >= float.least) {
        present[step] = floatPoint
        points++
      }
    return { timesMs, present, points, fill: points === 0 ? nothingToFill : fillFor(float, borders, grid, call) }
  }
  return (series) => {
    const timesMs = series.floatTimesMs
    if (float.looksAtStarts === true && mayHaveBegunWithin(series, samples.rangeMs))
      return columnOfYoung(name, series, bordersOf(timesMs, startsMs, endsMs), grid, call)
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
  readonly fill: (series: WindowSeries, points: Float64Array) => Iterable<void>
}

const nothingToFill: FloatColumn['fill'] = () => noPauses

/** Which steps have points depends on when the counter began, not on its times alone. */
function columnOfYoung(
  name: string,
  series: WindowSeries,
  borders: Borders,
  grid: Grid,
  call: WindowCall,
): FloatColumn {
  const compute = windowFunctions.get(name)
  if (compute === undefined) throw new Error(`${name} is not a range function`)
  const values = new Float64Array(grid.steps)
  const present = new Uint8Array(grid.steps)
  const window = newWindow(series)
  let points = 0
  for (let step = 0; step < present.length; step++) {
    moveTo(window, borders, grid, step)
    const value = window.to > window.from ? compute(window, call) : undefined
    if (typeof value !== 'number') continue
    values[step] = value
    present[step] = floatPoint
    points++
  }
  const fill: FloatColumn['fill'] = (_, into) => {
    into.set(values)
    return noPauses
  }
  return { timesMs: series.floatTimesMs, present, points, fill }
}

function moveTo(window: Window, { from, to, startsMs, endsMs }: Borders, grid: Grid, step: number): void {
  window.from = from[step] ?? 0
  window.to = to[step] ?? 0
  window.startMs = startsMs[step] ?? 0
  window.endMs = endsMs[step] ?? 0
  window.stepMs = timeOf(grid, step)
}

/** Where the window of each step begins and ends. */
function momentsOfSteps({ moments, rangeMs }: RangeSamples, grid: Grid): Pick<Borders, 'startsMs' | 'endsMs'> {
  const endsMs = Float64Array.from({ length: grid.steps }, (_, step) => momentAt(moments, grid, step))
  return { endsMs, startsMs: endsMs.map((endMs) => endMs - rangeMs) }
}

function bordersOf(timesMs: Float64Array, startsMs: Float64Array, endsMs: Float64Array): Borders {
  const from = new Uint32Array(endsMs.length)
  const to = new Uint32Array(endsMs.length)
  let first = 0
  let past = 0
  for (let step = 0; step < endsMs.length; step++) {
    first = firstAfter(timesMs, startsMs[step] ?? 0, first)
    past = firstAfter(timesMs, endsMs[step] ?? 0, Math.max(first, past))
    from[step] = first
    to[step] = past
  }
  return { timesMs, from, to, startsMs, endsMs }
}

function fillFor(float: FloatFunction, borders: Borders, grid: Grid, call: WindowCall): FloatColumn['fill'] {
  const whole = float.column?.(borders, call)
  if (whole !== undefined)
    return (series, points) => {
      whole(series, points)
      return noPauses
    }
  // One window after the other.
  return (series, points) => {
    const window = newWindow(series)
    return throughSteps(points.length, (step) => {
      moveTo(window, borders, grid, step)
      const looked = window.to - window.from
      if (looked < float.least) return 0
      points[step] = float.of(window, call)
      return looked
    })
  }
}
