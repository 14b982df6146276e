import type { Call } from '../parse/ast.ts'
import { larger, smaller } from './arithmetic.ts'
import { type Evaluation, labelsAfter, mergeSameLabels } from './evaluation.ts'
import { countPoints, floatPoint, type GridSeries, histogramPoint, SeriesSpace, setPoint } from './grid.ts'
import { allBuckets, type Histogram, isCustom } from './histogram/histogram.ts'
import { KahanSum } from './kahan.ts'

/** Functions that make one number of one number; histograms are left out. */
type FloatFunction = (value: number) => number

const datePart =
  (part: (date: Date) => number): FloatFunction =>
  (seconds) =>
    part(new Date(Math.trunc(seconds) * 1000))
const dayMs = 86_400_000
const startOfYear = (date: Date): number => new Date(0).setUTCFullYear(date.getUTCFullYear(), 0, 1)

export const dateFunctions: ReadonlyMap<string, FloatFunction> = new Map([
  ['day_of_month', datePart((date) => date.getUTCDate())],
  ['day_of_week', datePart((date) => date.getUTCDay())],
  ['day_of_year', datePart((date) => Math.floor((date.getTime() - startOfYear(date)) / dayMs) + 1)],
  [
    'days_in_month',
    datePart((date) =>
      new Date(new Date(0).setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
    ),
  ],
  ['hour', datePart((date) => date.getUTCHours())],
  ['minute', datePart((date) => date.getUTCMinutes())],
  ['month', datePart((date) => date.getUTCMonth() + 1)],
  ['year', datePart((date) => date.getUTCFullYear())],
])

export const mathFunctions: ReadonlyMap<string, FloatFunction> = new Map([
  ['abs', Math.abs],
  ['acos', Math.acos],
  ['acosh', Math.acosh],
  ['asin', Math.asin],
  ['asinh', Math.asinh],
  ['atan', Math.atan],
  ['atanh', Math.atanh],
  ['ceil', Math.ceil],
  ['cos', Math.cos],
  ['cosh', Math.cosh],
  ['deg', (value: number) => (value * 180) / Math.PI],
  ['exp', Math.exp],
  ['floor', Math.floor],
  ['ln', Math.log],
  ['log10', Math.log10],
  ['log2', Math.log2],
  ['rad', (value: number) => (value * Math.PI) / 180],
  ['sgn', (value: number) => (value < 0 ? -1 : value > 0 ? 1 : value)],
  ['sin', Math.sin],
  ['sinh', Math.sinh],
  ['sqrt', Math.sqrt],
  ['tan', Math.tan],
  ['tanh', Math.tanh],
])

/** Functions of a vector and of scalars, which may differ from step to step. Undefined leaves the point out. */
type StepFunction = (value: number, scalars: readonly number[]) => number | undefined

const clamped = (value: number, low: number, high: number): number | undefined =>
  high < low ? undefined : larger(low, smaller(high, value))

export const stepFunctions: ReadonlyMap<string, StepFunction> = new Map<string, StepFunction>([
  ['clamp', (value, [low = Number.NaN, high = Number.NaN]) => clamped(value, low, high)],
  ['clamp_max', (value, [high = Number.NaN]) => clamped(value, -Infinity, high)],
  ['clamp_min', (value, [low = Number.NaN]) => clamped(value, low, Infinity)],
  // Multiplying by the inverse gives rounder numbers than dividing.
  ['round', (value, [nearest = 1]) => Math.floor(value * (1 / nearest) + 0.5) / (1 / nearest)],
])

export const histogramFunctions: ReadonlyMap<string, (histogram: Histogram) => number> = new Map([
  ['histogram_avg', ({ sum, count }: Histogram) => sum / count],
  ['histogram_count', ({ count }: Histogram) => count],
  ['histogram_sum', ({ sum }: Histogram) => sum],
  ['histogram_stddev', (histogram: Histogram) => Math.sqrt(histogramVariance(histogram))],
  ['histogram_stdvar', histogramVariance],
])

/** As if all observations of a bucket lay in its middle. */
function histogramVariance(histogram: Histogram): number {
  const mean = histogram.sum / histogram.count
  const total = new KahanSum(0)
  for (const { lower, upper, count } of allBuckets(histogram)) {
    if (count === 0) continue
    let middle = 0
    if (isCustom(histogram)) middle = (upper + lower) / 2
    else if (lower > 0 || upper < 0) middle = Math.sign(upper) * Math.sqrt(upper * lower)
    total.add(count * (middle - mean) ** 2)
  }
  return total.total / histogram.count
}

/** Applies a function to every float, or to every histogram; the others are left out. */
export function mapPoints(
  input: readonly GridSeries[],
  evaluation: Evaluation,
  compute: {
    float?: (value: number, step: number) => number | undefined
    histogram?: (histogram: Histogram) => number
  },
): readonly GridSeries[] {
  const result: GridSeries[] = []
  const space = new SeriesSpace(input[0]?.present.length ?? 0)
  for (const from of input) {
    const { length } = from.present
    const series = space.make(labelsAfter(from.labels, evaluation), true)
    for (let step = 0; step < length; step++) {
      const present = from.present[step]
      let value: number | undefined
      if (present === floatPoint) value = compute.float?.(from.values[step] ?? 0, step)
      else if (present === histogramPoint) {
        const histogram = from.histograms?.[step]
        value = histogram === undefined ? undefined : compute.histogram?.(histogram)
      }
      if (value !== undefined) setPoint(series, step, value)
    }
    if (countPoints(series) > 0) result.push(series)
  }
  return evaluation.options.delayedNameRemoval ? result : mergeSameLabels(result)
}

export const isElementwise = ({ name }: Call): boolean =>
  mathFunctions.has(name) || dateFunctions.has(name) || stepFunctions.has(name) || histogramFunctions.has(name)
