import type { Extension, Position } from '../../parse/ast.ts'
import type { Annotation } from '../annotations.ts'
import type { PointValue } from '../grid.ts'
import { metricName } from '../labels.ts'
import type { Window } from './samples.ts'

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
export type FloatFunction = { readonly least: number; readonly of: (window: Window, call: WindowCall) => number }

export const nameOf = (window: Window): string => metricName(window.series.labels)
