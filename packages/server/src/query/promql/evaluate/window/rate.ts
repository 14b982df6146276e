import { boundsReconciled, mixedFloatsHistograms, mixedSchemas, notCounter, notGauge } from '../annotations.ts'
import type { PointValue } from '../grid.ts'
import { addHistograms } from '../histogram/add.ts'
import {
  compactHistogram,
  divideHistogram,
  emptyHistogram,
  type Histogram,
  isCustom,
  multiplyHistogram,
} from '../histogram/histogram.ts'
import { withSchema } from '../histogram/layout.ts'
import { isReset } from '../histogram/reset.ts'
import { beganBetween, beganInWindow, floatsBegan, histogramsBegan } from './began.ts'
import { extendedIncrease } from './extended.ts'
import { extendedHistogramIncrease } from './extended-histograms.ts'
import { type ColumnFunction, type FloatFunction, nameOf, type WindowCall, type WindowFunction } from './function.ts'
import { floatCount, histogramCount, newWindow, noResets, type Window, type WindowSeries } from './samples.ts'

type Kind = { readonly isCounter: boolean; readonly perSecond: boolean }

const rateKind: Kind = { isCounter: true, perSecond: true }
const increaseKind: Kind = { isCounter: true, perSecond: false }
const deltaKind: Kind = { isCounter: false, perSecond: false }

export const rate: WindowFunction = (window, call) => extrapolated(window, call, rateKind)
export const increase: WindowFunction = (window, call) => extrapolated(window, call, increaseKind)
export const delta: WindowFunction = (window, call) => extrapolated(window, call, deltaKind)

/**
 * The change over the window, stretched to its whole length: to its borders if the samples come close to them (1.1
 * times their mean distance), else by half that distance, and a counter never to before it would have been zero.
 */
function extrapolated(window: Window, call: WindowCall, kind: Kind): PointValue | undefined {
  const floats = floatCount(window)
  const histograms = histogramCount(window)
  if (floats > 0 && histograms > 0) {
    call.annotate(mixedFloatsHistograms(nameOf(window), call.position))
    return undefined
  }
  if (call.extension !== undefined)
    return histograms > 0 ? extendedHistogramIncrease(window, call, kind) : extendedIncrease(window, call, kind)
  if (histograms > 1) return histogramChange(window, call, kind)
  const beganMs = kind.isCounter && floats > 0 ? beganInWindow(window) : undefined
  if (beganMs !== undefined) return changeSince(beganMs, window, call, kind)
  return floats < 2 ? undefined : floatChange(window, call, kind)
}

/** A counter that began inside of the window was zero then: nothing has to be guessed before its first sample. */
function changeSince(beganMs: number, window: Window, call: WindowCall, kind: Kind): number {
  const { from, to, series } = window
  const lastMs = series.floatTimesMs[to - 1] ?? 0
  const change = withResets(series.floats[to - 1] ?? 0, window, resetsOf(series), from, to)
  const { toEnd } = gapsAround(series.floatTimesMs, from, to, window.startMs, window.endMs)
  const covered = (lastMs - beganMs) / 1000
  const factor = (covered + (to - from < 2 ? 0 : toEnd)) / covered
  return change * (kind.perSecond ? factor / call.rangeSeconds : factor)
}

function floatChange(window: Window, call: WindowCall, kind: Kind): number {
  const { from, to, series } = window
  const values = series.floats
  const first = values[from] ?? 0
  let change = (values[to - 1] ?? 0) - first
  if (kind.isCounter) {
    change = withResets(change, window, resetsOf(series), from, to)
  }
  return change * stretch(window, call, kind, series.floatTimesMs, from, to, first, change)
}

/** Adds what the counter had counted before each reset inside of the window. Windows only move forward. */
function withResets(change: number, window: Window, resets: readonly number[], from: number, to: number): number {
  while ((resets[window.resetsPassed] ?? to) <= from) window.resetsPassed++
  let whole = change
  for (let i = window.resetsPassed; (resets[i] ?? to) < to; i++)
    whole += window.series.floats[(resets[i] ?? 0) - 1] ?? 0
  return whole
}

/**
 * The samples at which the counter began anew. Windows overlap, and queries come again: each sample is looked at once, not
 * in each window.
 */
function resetsOf(series: WindowSeries): readonly number[] {
  series.resets ??= findResets(series)
  return series.resets
}

function findResets({ floats, floatTimesMs, floatStartsMs }: WindowSeries): readonly number[] {
  let found: number[] | undefined
  const hasStarts = floatStartsMs.length > 0
  let before = floats[0] ?? 0
  for (let i = 1; i < floats.length; i++) {
    const value = floats[i] ?? 0
    if (value < before || (hasStarts && beganBetween(floatStartsMs, floatTimesMs, i))) {
      found ??= []
      found.push(i)
    }
    before = value
  }
  return found ?? noResets
}

/** What `stretch` would find, worked out once for each step: only the clamp at zero depends on the values. */
const changeColumn =
  (kind: Kind): ColumnFunction =>
  ({ timesMs, from, to, startsMs, endsMs }, call) => {
    const covered = new Float64Array(from.length)
    const toStarts = new Float64Array(from.length)
    const toEnds = new Float64Array(from.length)
    // No function: numbers that one gives back are objects, and there would be one for each point.
    const seconds = kind.perSecond ? call.rangeSeconds : 1
    const unclamped = new Float64Array(from.length)
    for (let step = 0; step < from.length; step++) {
      const [first = 0, past = 0] = [from[step], to[step]]
      if (past - first < 2) continue
      const gap = gapsAround(timesMs, first, past, startsMs[step] ?? 0, endsMs[step] ?? 0)
      covered[step] = gap.covered
      toStarts[step] = gap.toStart
      toEnds[step] = gap.toEnd
      unclamped[step] = (gap.covered + gap.toStart + gap.toEnd) / gap.covered / seconds
    }
    const known = { from, to, covered, toStarts, toEnds, unclamped }
    return (series, points) => fillChanges(series, points, known, kind.isCounter, seconds)
  }

/** What is known of each step before the values are: of those with two samples at least, `covered` is above zero. */
type Stretches = {
  readonly from: Uint32Array
  readonly to: Uint32Array
  readonly covered: Float64Array
  readonly toStarts: Float64Array
  readonly toEnds: Float64Array
  readonly unclamped: Float64Array
}

// Variables of its own for all: what a closure or an object holds would be looked up again for each point.
function fillChanges(
  series: WindowSeries,
  points: Float64Array,
  { from, to, covered, toStarts, toEnds, unclamped }: Stretches,
  isCounter: boolean,
  seconds: number,
): void {
  const values = series.floats
  const resets = isCounter ? resetsOf(series) : noResets
  const window = resets.length > 0 ? newWindow(series) : undefined
  for (let step = 0; step < points.length; step++) {
    const at = from[step] ?? 0
    const past = to[step] ?? 0
    if (past - at < 2) continue
    const first = values[at] ?? 0
    let change = (values[past - 1] ?? 0) - first
    if (window !== undefined) change = withResets(change, window, resets, at, past)
    let factor = unclamped[step] ?? 0
    if (isCounter && change > 0 && first >= 0) {
      const between = covered[step] ?? 0
      const toStart = toStarts[step] ?? 0
      if (!isFarFromZero(first * between, change * toStart))
        factor = (between + Math.min(toStart, between * (first / change)) + (toEnds[step] ?? 0)) / between / seconds
    }
    points[step] = change * factor
  }
}

/**
 * Whether a counter is surely so far above zero that `toStart` is less than the time it took to come from there. Two
 * products tell that more quickly than a quotient; where rounding could matter, the quotient decides.
 */
const isFarFromZero = (firstSeconds: number, changeToStart: number): boolean =>
  firstSeconds > changeToStart * (1 + 1e-9) && changeToStart > 1e-280

const floatFunction = (kind: Kind): FloatFunction => ({
  least: 2,
  looksAtStarts: kind.isCounter,
  of: (window, call) => floatChange(window, call, kind),
  column: changeColumn(kind),
})
export const floatRate = floatFunction(rateKind)
export const floatIncrease = floatFunction(increaseKind)
export const floatDelta = floatFunction(deltaKind)

/** The factor for the change between the first and last of `timesMs[from..to)`. */
function stretch(
  window: Window,
  call: WindowCall,
  kind: Kind,
  timesMs: Float64Array,
  from: number,
  to: number,
  first: number,
  change: number,
): number {
  const { covered, toStart, toEnd } = gapsAround(timesMs, from, to, window.startMs, window.endMs)
  const isClamped = kind.isCounter && change > 0 && first >= 0
  const start = isClamped ? Math.min(toStart, covered * (first / change)) : toStart
  const factor = (covered + start + toEnd) / covered
  return kind.perSecond ? factor / call.rangeSeconds : factor
}

/** Seconds that the samples cover, and how far on either side they may stand for more. */
function gapsAround(timesMs: Float64Array, from: number, to: number, startMs: number, endMs: number) {
  const firstMs = timesMs[from] ?? 0
  const lastMs = timesMs[to - 1] ?? 0
  const covered = (lastMs - firstMs) / 1000
  const distance = covered / (to - from - 1)
  const threshold = distance * 1.1
  const toStart = (firstMs - startMs) / 1000
  const toEnd = (endMs - lastMs) / 1000
  return {
    covered,
    toStart: toStart >= threshold ? distance / 2 : toStart,
    toEnd: toEnd >= threshold ? distance / 2 : toEnd,
  }
}

function histogramChange(window: Window, call: WindowCall, kind: Kind): Histogram | undefined {
  const { histogramFrom: from, histogramTo: to, series } = window
  const points = series.histograms.slice(from, to)
  const change = histogramIncrease(window, points, call, kind.isCounter)
  if (change === undefined) return undefined
  const factor = stretch(window, call, kind, series.histogramTimesMs, from, to, points[0]?.count ?? 0, change.count)
  return multiplyHistogram(change, factor)
}

function histogramIncrease(
  window: Window,
  points: readonly Histogram[],
  call: WindowCall,
  isCounter: boolean,
): Histogram | undefined {
  const [first, second] = points
  const last = points[points.length - 1]
  if (first === undefined || second === undefined || last === undefined) return undefined
  const mixed = (): undefined => void call.annotate(mixedSchemas(nameOf(window), call.position))
  if (isCounter && [first, last].some(({ hint }) => hint === 'gauge'))
    call.annotate(notCounter(nameOf(window), call.position))
  let previous = first
  // A counter that begins with the second sample owes the first one nothing, not even its bucket layout.
  if (isCounter && (histogramsBegan(window, window.histogramFrom + 1) || isReset(second, first)))
    previous = { ...emptyHistogram, schema: second.schema, customValues: second.customValues }
  const custom = isCustom(previous)
  if (isCustom(last) !== custom) return mixed()
  let schema = Math.min(last.schema, previous.schema)
  if (isCounter)
    for (const point of points.slice(1, -1)) {
      if (point.hint === 'gauge') call.annotate(notCounter(nameOf(window), call.position))
      schema = Math.min(schema, point.schema)
      if (isCustom(point) !== custom) return mixed()
    }
  const difference = addHistograms(withSchema(last, schema), previous, -1)
  if (difference === undefined) return mixed()
  if (difference.boundsReconciled) call.annotate(boundsReconciled('subtraction', call.position))
  let total = difference.histogram
  if (isCounter)
    for (let i = 1; i < points.length; i++) {
      const point = points[i]
      if (point === undefined) continue
      if (histogramsBegan(window, window.histogramFrom + i) || isReset(point, previous)) {
        const added = addHistograms(total, previous, 1)
        if (added === undefined) return mixed()
        if (added.boundsReconciled) call.annotate(boundsReconciled('addition', call.position))
        total = added.histogram
      }
      previous = point
    }
  else if (first.hint !== 'gauge' || last.hint !== 'gauge') call.annotate(notGauge(nameOf(window), call.position))
  return compactHistogram({ ...total, hint: 'gauge' })
}

export const irate: WindowFunction = (window, call) => lastChange(window, call, true)
export const idelta: WindowFunction = (window, call) => lastChange(window, call, false)

type LastSample = { readonly timeMs: number; readonly value: PointValue; readonly began: boolean }

/** The two newest samples, the older first. */
function lastTwo(window: Window): readonly LastSample[] {
  const { series } = window
  const samples: LastSample[] = []
  for (let i = Math.max(window.from, window.to - 2); i < window.to; i++)
    samples.push({ timeMs: series.floatTimesMs[i] ?? 0, value: series.floats[i] ?? 0, began: floatsBegan(window, i) })
  for (let i = Math.max(window.histogramFrom, window.histogramTo - 2); i < window.histogramTo; i++) {
    const value = series.histograms[i]
    if (value !== undefined)
      samples.push({ timeMs: series.histogramTimesMs[i] ?? 0, value, began: histogramsBegan(window, i) })
  }
  samples.sort((a, b) => a.timeMs - b.timeMs)
  return samples.slice(-2)
}

function lastChange(window: Window, call: WindowCall, isCounter: boolean): PointValue | undefined {
  const [before, last] = lastTwo(window)
  if (before === undefined || last === undefined || before.timeMs === last.timeMs) return undefined
  const seconds = (last.timeMs - before.timeMs) / 1000
  if (typeof before.value === 'number' && typeof last.value === 'number') {
    const fell = isCounter && (last.value < before.value || last.began)
    const change = fell ? last.value : last.value - before.value
    return isCounter ? change / seconds : change
  }
  if (typeof before.value === 'number' || typeof last.value === 'number') {
    call.annotate(mixedFloatsHistograms(nameOf(window), call.argsPosition))
    return undefined
  }
  const hints = [before.value.hint, last.value.hint]
  if (isCounter && hints.includes('gauge')) call.annotate(notCounter(nameOf(window), call.argsPosition))
  if (!isCounter && hints.some((hint) => hint !== 'gauge')) call.annotate(notGauge(nameOf(window), call.argsPosition))
  let change = last.value
  if (!isCounter || !(last.began || isReset(last.value, before.value))) {
    const difference = addHistograms(last.value, before.value, -1)
    if (difference === undefined) {
      call.annotate(mixedSchemas(nameOf(window), call.argsPosition))
      return undefined
    }
    if (difference.boundsReconciled) call.annotate(boundsReconciled('subtraction', call.argsPosition))
    change = difference.histogram
  }
  change = compactHistogram({ ...change, hint: 'gauge' })
  return isCounter ? divideHistogram(change, seconds) : change
}
