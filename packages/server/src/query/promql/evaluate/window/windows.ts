import type { Extension } from '../../parse/ast.ts'
import { type Grid, timeOf } from '../grid.ts'
import { firstAfter, type Moments, momentAt } from '../timing.ts'
import type { Window, WindowSeries } from './samples.ts'
import type { Selection } from './selection.ts'

/** The samples behind a range argument, and which of them each step looks at. */
export type RangeSamples = {
  readonly series: readonly WindowSeries[]
  readonly selection: Selection
  readonly moments: Moments
  readonly rangeMs: number
  readonly extension: Extension | undefined
  /** How far around the range samples are looked at, too. */
  readonly beforeMs: number
  readonly afterMs: number
}

/** Moves the window of one series from step to step. */
export function windowAt(samples: RangeSamples, grid: Grid, window: Window, step: number): void {
  const moment = momentAt(samples.moments, grid, step)
  const { series } = window
  window.stepMs = timeOf(grid, step)
  window.endMs = moment
  window.startMs = moment - samples.rangeMs
  const afterMs = window.startMs - samples.beforeMs
  const untilMs = window.endMs + samples.afterMs
  window.from = firstAfter(series.floatTimesMs, afterMs, window.from)
  window.to = firstAfter(series.floatTimesMs, untilMs, Math.max(window.from, window.to))
  window.histogramFrom = firstAfter(series.histogramTimesMs, afterMs, window.histogramFrom)
  window.histogramTo = firstAfter(series.histogramTimesMs, untilMs, Math.max(window.histogramFrom, window.histogramTo))
}
