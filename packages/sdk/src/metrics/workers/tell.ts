import { DeltaReader } from '../delta.ts'
import type { Instrument, Metering } from '../metering.ts'
import type { HistogramPoints, NumberPoints, Points, SummaryPoints } from '../points.ts'
import { partSeries, toWire, type WireExemplar, type WireMetric, type WirePoint } from './messages.ts'

/** Sums and counts are told as what came; levels (gauges, sums that go both ways) as they are, each time. */
export class Teller {
  private readonly meterings: () => readonly Metering[]
  private readonly reader: DeltaReader
  private toldUnixMs = 0

  constructor(meterings: () => readonly Metering[]) {
    this.meterings = meterings
    this.reader = new DeltaReader({
      source: () => this.meterings().flatMap((metering) => [...metering.all()]),
      nowUnixMs: () => Date.now(),
      wanted: ({ shape: { kind } }) => kind === 'counter' || kind === 'histogram',
      resetExtremes: false,
    })
  }

  /** All that changed, at most `partSeries` series at a time. */
  *parts(): Generator<WireMetric[]> {
    const since = this.toldUnixMs
    this.toldUnixMs = Date.now()
    const originals = new Map<object, Instrument>()
    for (const metering of this.meterings())
      for (const { instruments } of metering.all())
        for (const instrument of instruments) originals.set(instrument.series, instrument)
    let metrics: WireMetric[] = []
    let series = 0
    for (const { scope, instruments } of this.reader.read()) {
      for (const points of instruments) {
        const original = originals.get(points.series)
        if (original === undefined) continue
        let open: WirePoint[] | undefined
        for (const point of pointsOf(points, since)) {
          if (open === undefined) {
            open = []
            metrics.push(this.metric([scope.name, scope.version, scope.schemaUrl], original, open))
          }
          open.push(point)
          if (++series < partSeries) continue
          yield metrics
          metrics = []
          series = 0
          open = undefined
        }
      }
    }
    if (metrics.length > 0) yield metrics
  }

  private metric(scope: WireMetric['scope'], instrument: Instrument, points: WirePoint[]): WireMetric {
    const { seriesMax: _, ...shape } = instrument.shape
    return {
      scope,
      shape,
      isObserved: this.meterings().some((metering) => metering.isObserved(instrument)),
      isNative: 'rowLength' in instrument && instrument.own !== undefined,
      ...('window' in instrument ? { window: instrument.window } : {}),
      points,
    }
  }
}

function pointsOf(points: Points, since: number): Generator<WirePoint> {
  if ('values' in points) return numbers(points, since)
  return 'rowLength' in points ? histograms(points, since) : summaries(points)
}

function* summaries(points: SummaryPoints): Generator<WirePoint> {
  for (const [slot, came] of points.takeUntold()) {
    const attributes = points.series.attributes[slot] ?? {}
    yield { attributes, value: came.sum, buckets: toWire(came.buckets), extremes: came.extremes }
  }
}

function* numbers(points: NumberPoints, since: number): Generator<WirePoint> {
  for (let slot = 0; slot < points.startUnixMs.length; slot++) {
    if (points.used[slot] === 0) continue
    yield {
      attributes: points.series.attributes[slot] ?? {},
      value: points.values[slot] ?? 0,
      exemplars: exemplarsOf(points, slot, 1, since),
    }
  }
}

function* histograms(points: HistogramPoints, since: number): Generator<WirePoint> {
  const { rowLength: width } = points
  for (let slot = 0; slot < points.startUnixMs.length; slot++) {
    const counts = [...points.counts.subarray(slot * width, (slot + 1) * width)]
    if (counts.every((count) => count === 0)) continue
    const row = points.own?.rows?.[slot]
    yield {
      attributes: points.series.attributes[slot] ?? {},
      value: points.sums[slot] ?? 0,
      counts,
      extremes: [points.smallest[slot] ?? 0, points.largest[slot] ?? 0],
      exemplars: exemplarsOf(points, slot * width, width, since),
      ...(row === undefined ? {} : { buckets: toWire(row) }),
    }
  }
}

function exemplarsOf(points: Points, first: number, places: number, since: number): WireExemplar[] {
  const found: WireExemplar[] = []
  for (let place = 0; place < places; place++) {
    const exemplar = points.exemplars.at(first + place)
    if (exemplar === undefined || exemplar.unixMs < since) continue
    found.push([place, exemplar.value, exemplar.unixMs, exemplar.span.traceId, exemplar.span.spanId])
  }
  return found
}
