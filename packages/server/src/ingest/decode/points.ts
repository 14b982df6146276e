import { otlp } from '@wakeline/protocol'
import type { Word64Column } from '../../base/native/fixed-columns.ts'
import { hashAttribute, readAttribute } from './attributes.ts'
import type { Decoding } from './decoding.ts'
import { readExemplars } from './exemplars.ts'
import { millisecondsOf, millisecondsPerDay, readTime, twoTo32 } from './times.ts'
import { readKeyValue } from './value.ts'

/** What all kinds of data points share: a series, two times, flags, exemplars. */

export type MetricKind = 'gauge' | 'sum' | 'histogram' | 'exponential_histogram' | 'summary'

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

/** The metric that the points are of. */
export class MetricRegister {
  kind: MetricKind = 'gauge'
  nameAt = 0
  nameLength = 0
  descriptionAt = 0
  descriptionLength = 0
  unitAt = 0
  unitLength = 0
  dataNumber = 0
  dataAt = 0
  dataLength = 0
  temporality = 0
  isMonotonic = false
  points = 0

  clear(): void {
    this.nameLength = this.descriptionLength = this.unitLength = 0
    this.dataNumber = this.dataAt = this.dataLength = this.temporality = this.points = 0
    this.isMonotonic = false
  }
}

/** One data point as it is read. */
export class PointRegister {
  readonly metric = new MetricRegister()
  at = 0
  timeLow = 0
  timeHigh = 0
  startLow = 0
  startHigh = 0
  flags = 0
  attributes = 0
  exemplars = 0
  isInt = false
  /** Of the number, or of the sum of a histogram. */
  hasValue = false
  valueLow = 0
  valueHigh = 0
  hasMin = false
  minLow = 0
  minHigh = 0
  hasMax = false
  maxLow = 0
  maxHigh = 0
  countLow = 0
  countHigh = 0
  /** The time as it is stored, once it is known. */
  timeMs = 0
  seriesLow = 0
  seriesHigh = 0

  clear(at: number): void {
    this.at = at
    this.timeLow = this.timeHigh = this.startLow = this.startHigh = 0
    this.flags = this.attributes = this.exemplars = 0
    this.isInt = this.hasValue = this.hasMin = this.hasMax = false
    this.valueLow = this.valueHigh = this.countLow = this.countHigh = 0
  }
}

/** Hashes what all series of a metric share. What the values are (int or double) does not make another series. */
export function beginSeries(decoding: Decoding, metric: MetricRegister): void {
  const { hash } = decoding.blocks
  const { view, resource, scope } = decoding
  hash.begin()
  hash.bytes(view, metric.nameAt, metric.nameLength)
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
    if (key === keys.attributes) readAttribute(decoding, columns.attributes, letters)
    else reader.skip(key)
  }
  columns.attributes.endRow()
  letters.appendTo(columns.attribute_types)
}

/** Appends a time as the milliseconds it is stored in. */
export function appendMs(column: Word64Column, ms: number): void {
  column.append(ms | 0, Math.floor(ms / twoTo32))
}

export function appendStart(column: Word64Column, register: PointRegister): void {
  appendMs(column, millisecondsOf(register.startLow, register.startHigh))
}

/** A number of 64 bits, signed, as the nearest double. */
export function numberOf(low: number, high: number): number {
  return high * twoTo32 + (low >>> 0)
}

export function hasNoRecordedValue(register: PointRegister): boolean {
  return (register.flags & otlp.flagNoRecordedValue) !== 0
}

/** The NaN that Prometheus takes for "this series has ended", in two halves. */
export const staleLow = 2
export const staleHigh = 0x7ff0_0000
