import type { Histogram } from './histogram/histogram.ts'
import type { Labels } from './labels.ts'

/** The times an expression is evaluated at, evenly spaced. One step is an instant; its distance does not matter. */
export type Grid = { readonly startMs: number; readonly stepMs: number; readonly steps: number }

export const timeOf = (grid: Grid, step: number): number => grid.startMs + step * grid.stepMs
export const endOf = (grid: Grid): number => timeOf(grid, grid.steps - 1)

/** What a series has at a step. */
export const noPoint = 0
export const floatPoint = 1
export const histogramPoint = 2

/** One series over the whole grid, a column per step. */
export type GridSeries = {
  readonly labels: Labels
  /** The metric name goes at the end of the query (delayed name removal). */
  readonly dropName: boolean
  readonly values: Float64Array
  readonly present: Uint8Array
  /** Undefined while there is no histogram. */
  histograms: (Histogram | undefined)[] | undefined
}

export type VectorValue = { readonly kind: 'vector'; readonly series: readonly GridSeries[] }
export type ScalarValue = { readonly kind: 'scalar'; readonly values: Float64Array }
export type StringValue = { readonly kind: 'string'; readonly value: string }
export type GridValue = VectorValue | ScalarValue | StringValue

export function emptySeries(labels: Labels, dropName: boolean, steps: number): GridSeries {
  return { labels, dropName, values: new Float64Array(steps), present: new Uint8Array(steps), histograms: undefined }
}

export type PointValue = number | Histogram

export function setPoint(series: GridSeries, step: number, value: PointValue): void {
  if (typeof value === 'number') {
    series.values[step] = value
    series.present[step] = floatPoint
    return
  }
  series.histograms ??= new Array<Histogram | undefined>(series.present.length).fill(undefined)
  series.histograms[step] = value
  series.present[step] = histogramPoint
}

/** Undefined where there is none. */
export function pointAt(series: GridSeries, step: number): PointValue | undefined {
  const present = series.present[step]
  if (present === floatPoint) return series.values[step]
  return present === histogramPoint ? series.histograms?.[step] : undefined
}

export function countPoints(series: GridSeries): number {
  let count = 0
  for (const present of series.present) if (present !== noPoint) count++
  return count
}
