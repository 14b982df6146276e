import type { Extension, Position } from '../../parse/ast.ts'
import type { Annotation } from '../annotations.ts'
import type { PointValue } from '../grid.ts'
import { metricName } from '../labels.ts'
import type { Window, WindowSeries } from './samples.ts'

/** What a range function is called with, beside its window. */
export type WindowCall = {
  /** Length of the range, in seconds. */
  readonly rangeSeconds: number
  readonly extension: Extension | undefined
  /** Of the range argument and of all arguments. */
  readonly position: Position
  readonly argsPosition: Position
  readonly annotate: (annotation: Annotation) => void
  /** The scalar arguments at this step, in their order. */
  readonly scalars: Float64Array
}

/** One point from one window; undefined for none. */
export type WindowFunction = (window: Window, call: WindowCall) => PointValue | undefined

/**
 * A point from floats alone, of which the window has at least `least`: what a range function does on a series without
 * histograms. It says nothing about mixed series, and always gives a number.
 */
export type FloatFunction = {
  readonly least: number
  /** One float is enough, and gives another point, where the counter says that it began in the window. */
  readonly looksAtStarts?: boolean
  readonly of: (window: Window, call: WindowCall) => number
  /** The same for all windows of a series at once, where that is quicker. */
  readonly column?: ColumnFunction
}

/** Which floats each step looks at: those from `from` up to `to`. Series that share their times share this. */
export type Borders = {
  readonly timesMs: Float64Array
  readonly from: Uint32Array
  readonly to: Uint32Array
  readonly startsMs: Float64Array
  readonly endsMs: Float64Array
}

/** Made once for some borders; then puts the values of a series into its points, at the steps that have enough samples. */
export type ColumnFunction = (
  borders: Borders,
  call: WindowCall,
) => (series: WindowSeries, points: Float64Array) => void

export const nameOf = (window: Window): string => metricName(window.series.labels)
