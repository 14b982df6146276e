import { boundsReconciled, mixedSchemas, notCounter, notGauge } from '../annotations.ts'
import { type Added, addHistograms } from '../histogram/add.ts'
import { compactHistogram, divideHistogram, type Histogram, isCustom } from '../histogram/histogram.ts'
import { type Crossed, histogramOnLine } from '../histogram/on-line.ts'
import { isReset } from '../histogram/reset.ts'
import { nameOf, type WindowCall } from './function.ts'
import type { Window } from './samples.ts'

/** What `extended.ts` does for floats, for native histograms: the change from border to border, nothing stretched. */
type Kind = { readonly isCounter: boolean; readonly perSecond: boolean }

export function extendedHistogramIncrease(window: Window, call: WindowCall, kind: Kind): Histogram | undefined {
  const edges = edgesOf(window, call.extension === 'smoothed')
  if (edges === undefined || !isOfOneKind(window, edges, call, kind)) return undefined
  const { left, right } = bordersBetween(window, edges, call, kind)
  if (left === undefined || right === undefined) return undefined
  if (!kind.isCounter && (left.hint !== 'gauge' || right.hint !== 'gauge'))
    call.annotate(notGauge(nameOf(window), call.position))
  let change = told(addHistograms(right, left, -1), 'subtraction', window, call)
  if (kind.isCounter)
    for (const before of beforeResets(window, edges, left, right))
      change = change && told(addHistograms(change, before, 1), 'addition', window, call)
  if (change === undefined) return undefined
  return compactHistogram({
    ...(kind.perSecond ? divideHistogram(change, call.rangeSeconds) : change),
    hint: 'gauge',
  })
}

/** The samples that tell the value at either border: the last one up to the left, and from the right the first or, `anchored`, the last up to it. */
type Edges = { readonly first: number; readonly last: number; readonly isSmoothed: boolean }

function edgesOf(window: Window, isSmoothed: boolean): Edges | undefined {
  const { histogramFrom: from, histogramTo: to, startMs, endMs, series } = window
  const timesMs = series.histogramTimesMs
  let first = from
  // Never the last one, so that there is a line to the right of it.
  while (first + 1 < to - 1 && (timesMs[first + 1] ?? 0) <= startMs) first++
  let last = to - 1
  if (isSmoothed) for (last = from; last < to - 1 && (timesMs[last] ?? 0) < endMs; ) last++
  if ((timesMs[last] ?? 0) <= startMs || (isSmoothed && (timesMs[first] ?? 0) > endMs)) return undefined
  return { first, last, isSmoothed }
}

function isOfOneKind(window: Window, { first, last }: Edges, call: WindowCall, { isCounter }: Kind): boolean {
  const points = window.series.histograms.slice(first, last + 1)
  const [one] = points
  for (const point of points) {
    if (one !== undefined && isCustom(point) !== isCustom(one)) {
      call.annotate(mixedSchemas(nameOf(window), call.position))
      return false
    }
    if (isCounter && point.hint === 'gauge') call.annotate(notCounter(nameOf(window), call.position))
  }
  return true
}

type Borders = { readonly left: Histogram | undefined; readonly right: Histogram | undefined }

function bordersBetween(window: Window, edges: Edges, call: WindowCall, { isCounter }: Kind): Borders {
  const { startMs, endMs, series, histogramFrom } = window
  const timesMs = series.histogramTimesMs
  const { first, last, isSmoothed } = edges
  const told: Crossed = (operation) => call.annotate(boundsReconciled(operation, call.position))
  const between = (i: number, timeMs: number): Histogram | undefined => {
    const [before, after] = [pointAt(window, i), pointAt(window, i + 1)]
    return before && after && histogramOnLine(before, after, timeMs, isCounter, told)
  }
  return {
    left: isSmoothed && (timesMs[first] ?? 0) < startMs ? between(first, startMs) : series.histograms[first],
    right:
      isSmoothed && last > histogramFrom && (timesMs[last] ?? 0) > endMs
        ? between(last - 1, endMs)
        : series.histograms[last],
  }
}

function pointAt({ series }: Window, i: number): { timeMs: number; histogram: Histogram } | undefined {
  const histogram = series.histograms[i]
  return histogram === undefined ? undefined : { timeMs: series.histogramTimesMs[i] ?? 0, histogram }
}

/** What the counter had come to each time that it began anew. The samples at the edges are told by the borders. */
function beforeResets(
  { series, startMs }: Window,
  { first, last, isSmoothed }: Edges,
  left: Histogram,
  right: Histogram,
): readonly Histogram[] {
  const { histograms, histogramTimesMs } = series
  let previous = left
  let from = first + 1
  const [atEdge, next] = [histograms[first], histograms[first + 1]]
  const isBetween = isSmoothed && (histogramTimesMs[first] ?? 0) < startMs
  if (isBetween && atEdge !== undefined && next !== undefined && isReset(next, atEdge)) {
    // The line to the left border has begun at zero already.
    previous = next
    from++
  }
  if (from > last) return []
  const found: Histogram[] = []
  for (const point of [...histograms.slice(from, last), right]) {
    if (isReset(point, previous)) found.push(previous)
    previous = point
  }
  return found
}

function told(
  added: Added | undefined,
  operation: 'addition' | 'subtraction',
  window: Window,
  call: WindowCall,
): Histogram | undefined {
  if (added === undefined) call.annotate(mixedSchemas(nameOf(window), call.position))
  else if (added.boundsReconciled) call.annotate(boundsReconciled(operation, call.position))
  return added?.histogram
}
