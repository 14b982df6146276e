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

/** One series over the whole grid, a column per step. Several may share `present`: once made, it is not changed. */
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

/**
 * Makes empty series by the hundred in one piece of memory: ten thousand small arrays of their own would cost more than
 * what is computed into them.
 */
export class SeriesSpace {
  private readonly steps: number
  private values = new Float64Array(0)
  private present = new Uint8Array(0)
  private valuesAt = 0
  private presentAt = 0
  /** Few at first: most queries have few series. */
  private nextValues = 4
  private nextPresent = 4

  constructor(steps: number) {
    this.steps = steps
  }

  make(labels: Labels, dropName: boolean): GridSeries {
    return { labels, dropName, values: this.takeValues(), present: this.takePresent(), histograms: undefined }
  }

  takeValues(): Float64Array {
    if (this.valuesAt + this.steps > this.values.length) {
      this.values = new Float64Array(this.nextValues * this.steps)
      this.valuesAt = 0
      this.nextValues = Math.min(256, this.nextValues * 2)
    }
    this.valuesAt += this.steps
    return this.values.subarray(this.valuesAt - this.steps, this.valuesAt)
  }

  private takePresent(): Uint8Array {
    if (this.presentAt + this.steps > this.present.length) {
      this.present = new Uint8Array(this.nextPresent * this.steps)
      this.presentAt = 0
      this.nextPresent = Math.min(256, this.nextPresent * 2)
    }
    this.presentAt += this.steps
    return this.present.subarray(this.presentAt - this.steps, this.presentAt)
  }
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
