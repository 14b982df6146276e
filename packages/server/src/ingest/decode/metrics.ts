import { otlp, wireType } from '@wakeline/protocol'
import type { Decoding } from './decoding.ts'
import { decodeExponentialHistogramPoint } from './exponential-histogram-points.ts'
import { decodeHistogramPoint } from './histogram-points.ts'
import { decodeNumberPoint } from './number-points.ts'
import type { MetricKind, PointRegister } from './point-register.ts'
import { beginSeries } from './points.ts'
import { decodeSummaryPoint } from './summary-points.ts'

/**
 * A metric says what it is once and then has many points. The points are what is accepted or rejected.
 *
 * What a series is made of (temporality, for one) may stand behind the points, so a metric is read twice: first
 * all but the points, then the points.
 */

const { metric, sum } = otlp
const { bytes, varint } = wireType

type PointDecoder = (decoding: Decoding, register: PointRegister, end: number) => void

const kinds: Readonly<Record<number, { kind: MetricKind; decodePoint: PointDecoder }>> = {
  [metric.gauge]: { kind: 'gauge', decodePoint: decodeNumberPoint },
  [metric.sum]: { kind: 'sum', decodePoint: decodeNumberPoint },
  [metric.histogram]: { kind: 'histogram', decodePoint: decodeHistogramPoint },
  [metric.exponentialHistogram]: { kind: 'exponential_histogram', decodePoint: decodeExponentialHistogramPoint },
  [metric.summary]: { kind: 'summary', decodePoint: decodeSummaryPoint },
}

/** Decodes the metric that ends at `end`. A fault outside of its points rejects all of them. */
export function decodeMetric(decoding: Decoding, register: PointRegister, end: number): void {
  const { reader } = decoding
  register.metric.clear()
  while (reader.at < end) readEntry(decoding, register)
  reader.close(end)
  if (reader.fault === undefined && register.metric.dataNumber !== 0) readData(decoding, register)
  const of = kinds[register.metric.dataNumber]
  if (reader.fault === undefined && of !== undefined && register.metric.points > 0 && register.metric.nameLength === 0)
    reader.fail('its metric has no name', end)
  if (reader.fault !== undefined) {
    decoding.reject('data point', end, Math.max(1, register.metric.points))
    return
  }
  if (of !== undefined) {
    register.metric.kind = of.kind
    beginSeries(decoding, register.metric)
    decodePoints(decoding, register, of.decodePoint)
  }
  reader.at = end
}

function readEntry({ reader }: Decoding, { metric: into }: PointRegister): void {
  const key = reader.varint32()
  switch (key) {
    case (metric.name << 3) | bytes:
      into.nameAt = reader.range()
      into.nameLength = reader.length
      return
    case (metric.description << 3) | bytes:
      into.descriptionAt = reader.range()
      into.descriptionLength = reader.length
      return
    case (metric.unit << 3) | bytes:
      into.unitAt = reader.range()
      into.unitLength = reader.length
      return
    case (metric.gauge << 3) | bytes:
    case (metric.sum << 3) | bytes:
    case (metric.histogram << 3) | bytes:
    case (metric.exponentialHistogram << 3) | bytes:
    case (metric.summary << 3) | bytes:
      into.dataNumber = key >>> 3
      into.dataAt = reader.range()
      into.dataLength = reader.length
      return
    default:
      if (key >>> 3 <= metric.unit || key >>> 3 in kinds) reader.refuseWireType(key)
      else reader.skip(key)
  }
}

/** All that stands beside the points, which are counted. Every kind of metric has the numbers of a sum here. */
function readData({ reader }: Decoding, { metric: into }: PointRegister): void {
  const end = into.dataAt + into.dataLength
  reader.at = into.dataAt
  while (reader.at < end) {
    const key = reader.varint32()
    switch (key) {
      case (sum.dataPoints << 3) | bytes:
        reader.at = reader.lengthEnd()
        into.points += 1
        break
      case (sum.aggregationTemporality << 3) | varint:
        into.temporality = reader.varint32()
        break
      case (sum.isMonotonic << 3) | varint:
        into.isMonotonic = reader.varint32() !== 0
        break
      default:
        if (key >>> 3 <= sum.isMonotonic) reader.refuseWireType(key)
        else reader.skip(key)
    }
  }
  reader.close(end)
}

function decodePoints(decoding: Decoding, register: PointRegister, decodePoint: PointDecoder): void {
  const { reader } = decoding
  const end = register.metric.dataAt + register.metric.dataLength
  reader.at = register.metric.dataAt
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === ((sum.dataPoints << 3) | bytes)) decodePoint(decoding, register, reader.lengthEnd())
    else reader.skip(key)
  }
}
