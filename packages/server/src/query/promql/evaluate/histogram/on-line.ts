import { addHistograms } from './add.ts'
import { type Histogram, multiplyHistogram } from './histogram.ts'
import { isReset } from './reset.ts'

export type HistogramPoint = { readonly timeMs: number; readonly histogram: Histogram }
/** Called for each step of the arithmetic that had to bring the bounds of custom buckets together. */
export type Crossed = (operation: 'addition' | 'subtraction') => void

/** On the line between two samples of the same kind of buckets; a counter that fell began again at zero. */
export function histogramOnLine(
  before: HistogramPoint,
  after: HistogramPoint,
  timeMs: number,
  isCounter: boolean,
  crossed: Crossed,
): Histogram | undefined {
  if (timeMs === before.timeMs) return before.histogram
  if (timeMs === after.timeMs) return after.histogram
  const fraction = (timeMs - before.timeMs) / (after.timeMs - before.timeMs)
  if (isCounter && isReset(after.histogram, before.histogram)) return multiplyHistogram(after.histogram, fraction)
  const difference = addHistograms(after.histogram, before.histogram, -1)
  if (difference === undefined) return undefined
  if (difference.boundsReconciled) crossed('subtraction')
  const sum = addHistograms(multiplyHistogram(difference.histogram, fraction), before.histogram, 1)
  if (sum?.boundsReconciled) crossed('addition')
  return sum?.histogram
}
