import { otlp } from '@wakeline/protocol'
import type { Word64Column } from '../../base/native/fixed-columns.ts'
import { millisecondsOf, twoTo32 } from './times.ts'

export type MetricKind = 'gauge' | 'sum' | 'histogram' | 'exponential_histogram' | 'summary'

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
