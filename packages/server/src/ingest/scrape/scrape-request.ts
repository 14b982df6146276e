import { WireWriter, wireType, zigzag } from '@wakeline/protocol'
import { staleHigh, staleLow } from '../decode/point-register.ts'
import { familyType } from '../decode/remote-write-metadata.ts'
import type { ExpositionExemplar, MetricType } from '../exposition/exposition.ts'
import type { ExposedFamily, NativeBuckets, NativeHistogram } from './exposed.ts'

/** What is written of one sample. */
export type Scraped = {
  /** `__name__` with them, sorted by name. */
  labels: readonly (readonly [name: string, value: string])[]
  timeMs: number
  value: number | 'stale'
  histogram: NativeHistogram | 'stale' | undefined
  createdMs: number
  exemplars: readonly ExpositionExemplar[]
  family: ExposedFamily
}

/** Samples of scrapes as a request of remote write 2.0: one decoder, with its limits, for all that is Prometheus'. */
export class ScrapeRequest {
  readonly #series = new WireWriter(65_536)
  readonly #symbols = new Map<string, number>([['', 0]])
  samples = 0

  add({ labels, timeMs, value, histogram, createdMs, exemplars, family }: Scraped): void {
    const out = this.#series
    const mark = out.begin(5)
    this.#refs(labels)
    if (histogram === undefined) writeSample(out, value, timeMs)
    else writeHistogram(out, histogram, timeMs)
    for (const exemplar of exemplars) this.#exemplar(exemplar, timeMs)
    this.#metadata(family)
    if (createdMs > 0) out.varintEntry(6, createdMs)
    out.end(mark)
    this.samples += 1
  }

  /** The request; empty again afterwards. */
  take(): Uint8Array {
    const out = new WireWriter(65_536)
    for (const symbol of this.#symbols.keys()) out.textEntry(4, symbol)
    const body = Buffer.concat([out.take(), this.#series.take()])
    this.#symbols.clear()
    this.#symbols.set('', 0)
    this.samples = 0
    return body
  }

  #ref(text: string): number {
    const known = this.#symbols.get(text)
    if (known !== undefined) return known
    this.#symbols.set(text, this.#symbols.size)
    return this.#symbols.size - 1
  }

  #refs(labels: Scraped['labels']): void {
    const mark = this.#series.begin(1)
    for (const [name, value] of labels) {
      this.#series.varint(this.#ref(name))
      this.#series.varint(this.#ref(value))
    }
    this.#series.end(mark)
  }

  #exemplar({ labels, value, timestampMs }: ExpositionExemplar, timeMs: number): void {
    const mark = this.#series.begin(4)
    this.#refs(labels)
    this.#series.doubleEntry(2, value)
    this.#series.varintEntry(3, Math.floor(timestampMs ?? timeMs))
    this.#series.end(mark)
  }

  #metadata({ type, help, unit }: ExposedFamily): void {
    const mark = this.#series.begin(5)
    this.#series.varintEntry(1, typeNumbers[type])
    this.#series.varintEntry(3, this.#ref(help))
    this.#series.varintEntry(4, this.#ref(unit))
    this.#series.end(mark)
  }
}

const typeNumbers: Readonly<Record<MetricType, number>> = {
  unknown: familyType.unknown,
  counter: familyType.counter,
  gauge: familyType.gauge,
  histogram: familyType.histogram,
  gaugehistogram: familyType.gaugeHistogram,
  summary: familyType.summary,
  info: 6,
  stateset: 7,
}

function writeSample(out: WireWriter, value: number | 'stale', timeMs: number): void {
  const mark = out.begin(2)
  writeValue(out, 1, value)
  out.varintEntry(2, timeMs)
  out.end(mark)
}

const gaugeHint = 3

function writeHistogram(out: WireWriter, histogram: NativeHistogram | 'stale', timeMs: number): void {
  const mark = out.begin(3)
  if (histogram === 'stale') writeValue(out, 3, 'stale')
  else {
    const { count, sum, schema, zeroThreshold, zeroCount, isFloat, negative, positive, isGauge } = histogram
    if (isFloat) out.doubleEntry(2, count)
    else out.varintEntry(1, count)
    out.doubleEntry(3, sum)
    out.varintEntry(4, zigzag(schema))
    out.doubleEntry(5, zeroThreshold)
    if (isFloat) out.doubleEntry(7, zeroCount)
    else out.varintEntry(6, zeroCount)
    writeBuckets(out, 8, negative)
    writeBuckets(out, 11, positive)
    if (isGauge) out.varintEntry(14, gaugeHint)
  }
  out.varintEntry(15, timeMs)
  out.end(mark)
}

function writeBuckets(out: WireWriter, number: number, { spans, deltas, counts }: NativeBuckets): void {
  for (const [offset, length] of spans) {
    const span = out.begin(number)
    out.varintEntry(1, zigzag(offset))
    out.varintEntry(2, length)
    out.end(span)
  }
  const differences = out.begin(number + 1)
  for (const delta of deltas) out.varint(zigzag(delta))
  out.end(differences)
  const whole = out.begin(number + 2)
  for (const count of counts) out.double(count)
  out.end(whole)
}

function writeValue(out: WireWriter, number: number, value: number | 'stale'): void {
  out.key(number, wireType.fixed64)
  if (value === 'stale') out.fixed64(staleLow, staleHigh)
  else out.double(value)
}
