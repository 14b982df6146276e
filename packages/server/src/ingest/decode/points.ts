import { hashAttribute, readSentAttribute } from './attributes.ts'
import type { Decoding } from './decoding.ts'
import { readExemplars } from './exemplars.ts'
import type { MetricKind, MetricRegister, PointRegister } from './point-register.ts'
import { millisecondsOf, millisecondsPerDay, readTime } from './times.ts'
import { readKeyValue } from './value.ts'

/** What all kinds of data points share: a series, two times, flags, exemplars. */

const text = (value: string): DataView => new DataView(new TextEncoder().encode(value).buffer)
const kindTexts: Readonly<Record<MetricKind, DataView>> = {
  gauge: text('gauge'),
  sum: text('sum'),
  histogram: text('histogram'),
  exponential_histogram: text('exponential_histogram'),
  summary: text('summary'),
}
const temporalityTexts = [text(''), text('delta'), text('cumulative')]
const intText = text('int')
const doubleText = text('double')

/** Hashes what all series of a metric share. What the values are (int or double) does not make another series. */
export function beginSeries(decoding: Decoding, metric: MetricRegister): void {
  const { hash } = decoding.blocks
  const { view, resource, scope } = decoding
  hash.begin()
  hash.bytes(view, metric.nameAt, metric.nameLength)
  hash.lead()
  hash.bytes(view, metric.unitAt, metric.unitLength)
  hash.word((metric.dataNumber << 8) | (metric.temporality << 1) | (metric.isMonotonic ? 1 : 0))
  hash.word(resource.low)
  hash.word(resource.high)
  hash.word(scope.low)
  hash.word(scope.high)
  hash.keep()
}

/** To be called before the first attribute of a point. */
export function beginPoint(decoding: Decoding, register: PointRegister): void {
  register.clear(decoding.reader.at)
  decoding.blocks.hash.resume()
}

export function readPointAttribute(decoding: Decoding, register: PointRegister): void {
  const { reader, value } = decoding
  register.attributes += 1
  // Without its last attributes a point would count among another series.
  if (register.attributes > decoding.limits.attributesMax)
    reader.fail(`it has more than ${decoding.limits.attributesMax} attributes`, reader.at)
  readKeyValue(reader, value)
  if (reader.fault === undefined) hashAttribute(decoding, value)
}

export function readPointTime(decoding: Decoding, register: PointRegister): void {
  const { reader } = decoding
  readTime(reader)
  register.timeLow = reader.low
  register.timeHigh = reader.high
}

export function readStartTime(decoding: Decoding, register: PointRegister): void {
  const { reader } = decoding
  readTime(reader)
  register.startLow = reader.low
  register.startHigh = reader.high
}

/**
 * To be called when a point has been read to its end: knows its series and writes the series' row where it has
 * none of that day. Afterwards nothing can be wrong with the point, if there is no fault.
 */
export function endPoint(decoding: Decoding, register: PointRegister, keys: PointKeys, end: number): void {
  const { reader } = decoding
  const { hash, knownSeries } = decoding.blocks
  reader.close(end)
  if (reader.fault !== undefined) return
  if ((register.timeLow | register.timeHigh) === 0) {
    register.timeLow = decoding.nowLow
    register.timeHigh = decoding.nowHigh
  }
  register.timeMs = millisecondsOf(register.timeLow, register.timeHigh)
  hash.finish()
  register.seriesLow = hash.low
  register.seriesHigh = hash.high
  if (register.exemplars > 0) readExemplars(decoding, register, keys.exemplars, end)
  if (reader.fault !== undefined) return
  const day = Math.floor(register.timeMs / millisecondsPerDay)
  if (knownSeries.add(hash.low, hash.high, day)) appendSeries(decoding, register, day, keys, end)
  reader.at = end
}

/** Keys (number and wire type) under which a kind of point has its attributes and exemplars. 0 for none. */
export type PointKeys = { attributes: number; exemplars: number }

function appendSeries(decoding: Decoding, register: PointRegister, day: number, keys: PointKeys, end: number): void {
  const { reader, letters, resource, scope } = decoding
  const { columns } = decoding.blocks.series
  const { metric } = register
  const appendView = (column: typeof columns.kind, view: DataView): void => column.append(view, 0, view.byteLength)
  columns.series_id.append(register.seriesLow, register.seriesHigh)
  columns.day.append(day)
  decoding.appendText(columns.metric, metric.nameAt, metric.nameLength)
  appendView(columns.kind, kindTexts[metric.kind])
  appendView(columns.temporality, temporalityTexts[metric.temporality] ?? text(''))
  columns.monotonic.append(metric.isMonotonic ? 1 : 0)
  appendView(columns.value_type, register.isInt ? intText : doubleText)
  decoding.appendText(columns.unit, metric.unitAt, metric.unitLength)
  decoding.appendText(columns.description, metric.descriptionAt, metric.descriptionLength)
  appendView(columns.service, resource.service)
  columns.resource_id.append(resource.low, resource.high)
  columns.scope_id.append(scope.low, scope.high)
  letters.clear()
  reader.at = register.at
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === keys.attributes) readSentAttribute(decoding, columns.attributes, letters)
    else reader.skip(key)
  }
  columns.attributes.endRow()
  letters.appendTo(columns.attribute_types)
}
