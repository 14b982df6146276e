import { WireWriter, wireType } from '@wakeline/protocol'
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
    if (createdMs > 0) writeInt(out, 6, createdMs)
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
    writeDouble(this.#series, 2, value)
    writeInt(this.#series, 3, Math.floor(timestampMs ?? timeMs))
    this.#series.end(mark)
  }

  #metadata({ type, help, unit }: ExposedFamily): void {
    const mark = this.#series.begin(5)
    writeInt(this.#series, 1, typeNumbers[type])
    writeInt(this.#series, 3, this.#ref(help))
    writeInt(this.#series, 4, this.#ref(unit))
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
  writeDouble(out, 1, value)
  writeInt(out, 2, timeMs)
  out.end(mark)
}

const gaugeHint = 3

function writeHistogram(out: WireWriter, histogram: NativeHistogram | 'stale', timeMs: number): void {
  const mark = out.begin(3)
  if (histogram === 'stale') writeDouble(out, 3, 'stale')
  else {
    const { count, sum, schema, zeroThreshold, zeroCount, isFloat, negative, positive, isGauge } = histogram
    if (isFloat) writeDouble(out, 2, count)
    else writeInt(out, 1, count)
    writeDouble(out, 3, sum)
    writeInt(out, 4, zigzag(schema))
    writeDouble(out, 5, zeroThreshold)
    if (isFloat) writeDouble(out, 7, zeroCount)
    else writeInt(out, 6, zeroCount)
    writeBuckets(out, 8, negative)
    writeBuckets(out, 11, positive)
    if (isGauge) writeInt(out, 14, gaugeHint)
  }
  writeInt(out, 15, timeMs)
  out.end(mark)
}

function writeBuckets(out: WireWriter, number: number, { spans, deltas, counts }: NativeBuckets): void {
  for (const [offset, length] of spans) {
    const span = out.begin(number)
    writeInt(out, 1, zigzag(offset))
    writeInt(out, 2, length)
    out.end(span)
  }
  const differences = out.begin(number + 1)
  for (const delta of deltas) out.varint(zigzag(delta))
  out.end(differences)
  const whole = out.begin(number + 2)
  for (const count of counts) out.double(count)
  out.end(whole)
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)

/** Negative times are from before 1970. */
function writeInt(out: WireWriter, number: number, value: number): void {
  out.key(number, wireType.varint)
  if (value >= 0) out.varint(value)
  else out.varint64(Number(BigInt.asIntN(32, BigInt(value))), Number(BigInt.asIntN(32, BigInt(value) >> 32n)))
}

function writeDouble(out: WireWriter, number: number, value: number | 'stale'): void {
  out.key(number, wireType.fixed64)
  if (value === 'stale') out.fixed64(staleLow, staleHigh)
  else out.double(value)
}
