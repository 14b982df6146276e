import type { Report } from '../../report.ts'
import type { HistogramInstrument, NumberInstrument } from '../instruments.ts'
import type { Metering } from '../metering.ts'
import { shapeOf } from '../metering.ts'
import { makeNative, nativeLimits } from '../native/native-rows.ts'
import type { NumberKind } from '../points.ts'
import { SummaryInstrument } from '../summary/summary-instrument.ts'
import type { Levels } from './levels.ts'
import { fromWire, type WireMetric, type WirePoint } from './messages.ts'

export interface TakeParts {
  readonly metering: Metering
  readonly levels: Levels
  readonly report: Report
}

/**
 * Adds what a worker told to the primary's own instruments: so it is scraped, pushed, limited and expired like everything
 * else, and what a worker counted stays when it is gone.
 */
export function takeMetric({ metering, levels, report }: TakeParts, metric: WireMetric, worker: string): void {
  const { shape } = metric
  const [name, version, schemaUrl] = metric.scope
  const scope = { name, version, schemaUrl }
  const { kind } = shape
  if (kind === 'histogram') {
    const histogram = metering.histogram(scope, shape.name, definedOnly(shape))
    if (metric.isNative) makeNative(histogram, nativeLimits)
    if (String(histogram.shape.boundaries) !== String(shape.boundaries))
      report(`Cannot add histogram "${shape.name}" of a worker: its boundaries are not those it has here`)
    else for (const point of metric.points) addHistogram(histogram, point)
  } else if (kind === 'summary') {
    const made = metering.make(scope, shapeOf(shape.name, kind, definedOnly(shape)), SummaryInstrument)
    if (metric.window !== undefined) made.window = metric.window
    for (const point of metric.points) addSummary(made, point)
  } else {
    const instrument = numberOf(metering, metric, kind)
    for (const point of metric.points) {
      if (kind === 'counter' && !metering.isObserved(instrument)) addCount(instrument, point)
      else levels.take(instrument, point, kind === 'counter' ? undefined : worker)
    }
  }
}

/** What a worker observes, and nobody has made here, is observed here too: by telling. */
function numberOf(
  metering: Metering,
  { scope: from, shape, isObserved }: WireMetric,
  kind: NumberKind,
): NumberInstrument {
  const [name, version, schemaUrl] = from
  const scope = { name, version, schemaUrl }
  const isKnown = metering.find(scope, shape.name) !== undefined
  return isObserved && !isKnown
    ? metering.observable(scope, kind, shape.name, definedOnly(shape))
    : metering.number(scope, kind, shape.name, definedOnly(shape))
}

/** JSON has no `undefined`, and an option may not be there as one. */
function definedOnly(shape: WireMetric['shape']) {
  const { unit, description, boundaries, labels, aggregate } = shape
  return {
    unit,
    description,
    boundaries,
    ...(labels == null ? {} : { labels }),
    ...(aggregate == null ? {} : { aggregate }),
  }
}

function addCount(counter: NumberInstrument, { attributes, value, exemplars }: WirePoint): void {
  const slot = counter.slot(attributes)
  counter.values[slot] = (counter.values[slot] ?? 0) + value
  counter.used[slot] = 2
  keepExemplars(counter, slot, exemplars)
}

function addHistogram(histogram: HistogramInstrument, point: WirePoint): void {
  const { counts = [], extremes: [smallest, largest] = [0, 0] } = point
  const slot = histogram.slot(point.attributes)
  const row = slot * histogram.rowLength
  counts.forEach((count, i) => {
    histogram.counts[row + i] = (histogram.counts[row + i] ?? 0) + count
  })
  histogram.sums[slot] = (histogram.sums[slot] ?? 0) + point.value
  histogram.smallest[slot] = Math.min(histogram.smallest[slot] ?? smallest, smallest)
  histogram.largest[slot] = Math.max(histogram.largest[slot] ?? largest, largest)
  if (point.buckets !== undefined) histogram.own?.absorb(slot, fromWire(point.buckets))
  keepExemplars(histogram, row, point.exemplars)
}

function addSummary(summary: SummaryInstrument, { attributes, value, buckets, extremes }: WirePoint): void {
  if (buckets === undefined || extremes === undefined) return
  summary.absorb(summary.slot(attributes), { buckets: fromWire(buckets), sum: value, extremes })
}

function keepExemplars(
  instrument: NumberInstrument | HistogramInstrument,
  first: number,
  exemplars: WirePoint['exemplars'],
): void {
  for (const [place, value, unixMs, traceId, spanId] of exemplars ?? [])
    instrument.exemplars.put(first + place, { value, unixMs, span: { traceId, spanId, sampled: true } })
}
