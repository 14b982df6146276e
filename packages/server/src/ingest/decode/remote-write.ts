import { type WireReader, wireType } from '@wakeline/protocol'
import type { Decode, Decoded, DecodeTarget, Refused } from './decode.ts'
import { Decoding } from './decoding.ts'
import type { FastSamples } from './fast/fast-samples.ts'
import { numberOf } from './point-register.ts'
import { appendExemplar, ExemplarRegister, readExemplar } from './remote-write-exemplars.ts'
import { appendHistogram, formOf, HistogramRegister, readHistogram } from './remote-write-histograms.ts'
import { LabelRegister, readLabel, readRefs, resolveRefs, Symbols, symbolAt } from './remote-write-labels.ts'
import { type FamilyMetadata, keptText } from './remote-write-metadata.ts'
import { appendSample, readSample, readUsualSample, SampleRegister } from './remote-write-samples.ts'
import { hashSeries, isSeriesKnown, type SeriesId, type Telling, writeSeries } from './remote-write-series.ts'
import { checkMs } from './remote-write-times.ts'
import { millisecondsPerDay } from './times.ts'

/**
 * Prometheus remote write, inflated. https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
 *
 *                 1.0 (prometheus.WriteRequest)       2.0 (io.prometheus.write.v2.Request)
 *   request       1 series   3 metadata               4 symbols   5 series
 *   series        1 labels   2 samples                1 numbers of symbols   2 samples
 *                 3 exemplars   4 histograms          3 histograms   4 exemplars   5 metadata
 *   metadata      1 type 2 family 4 help 5 unit       1 type   3 help   4 unit, numbers of symbols
 *
 * Two things that Prometheus refuses are taken, since they make sense here and refusing would lose them: a series of 2.0 with exemplars
 * alone or with samples and histograms together, and times more than ten minutes ahead (docs/decisions/0065-remote-write-waits.md).
 *
 * A fault in a series costs that series, a fault in one of its samples that sample; a fault around them the request.
 */
export const decodeRemoteWrite1: Decode = (body, into) => decodeRequest(body, into, 1)
export const decodeRemoteWrite2: Decode = (body, into) => decodeRequest(body, into, 2)

/** What of a request is in the blocks, which 2.0 tells its sender by kind. */
export type Written = NonNullable<Decoded['written']>

const { bytes, varint } = wireType
const key = (number: number): number => (number << 3) | bytes
const numbers = {
  1: { symbols: 0, series: key(1), metadata: key(3), exemplars: key(3), histograms: key(4) },
  2: { symbols: key(4), series: key(5), metadata: 0, exemplars: key(4), histograms: key(3) },
} as const
const samplesKey = key(2)

type Version = keyof typeof numbers

/** What the decoding of one request carries along, beside what all decodings do. */
class Request {
  readonly decoding: Decoding
  readonly keys: (typeof numbers)[Version]
  /** In 2.0. */
  readonly symbols: Symbols | undefined
  readonly labels = new LabelRegister()
  readonly sample = new SampleRegister()
  readonly histogram = new HistogramRegister()
  readonly exemplar = new ExemplarRegister()
  readonly written: Written = { samples: 0, histograms: 0, exemplars: 0 }
  readonly telling: Telling
  /** Takes what 1.0 repeats, where it can. */
  readonly fast: FastSamples | undefined
  /** Of the series being read, in 2.0. */
  readonly metadata: SeriesMetadata = { type: 0, help: 0, unit: 0, createdMs: 0 }
  at = 0
  end = 0
  /** Whether `labels` are those of this series: of one that was sent before they need not be read. */
  isRead = false
  /** Whether the cache holds what is known of it. */
  isCached = false
  /** Of its numbers: the id, once it is known, and the day its row was last seen to. */
  id: SeriesId | undefined
  day = -1

  constructor(decoding: Decoding, version: Version) {
    const { families, fastSamples } = decoding.blocks
    const symbols = version === 2 ? new Symbols() : undefined
    this.decoding = decoding
    this.keys = numbers[version]
    this.symbols = symbols
    this.fast = version === 1 && fastSamples?.open(decoding) ? fastSamples : undefined
    this.telling =
      symbols === undefined
        ? { revision: 0, isRemembered: true, find: (name) => families.find(name) }
        : { revision: 0, isRemembered: false, find: () => familyOf(decoding, symbols, this.metadata) }
  }
}

function decodeRequest(body: Uint8Array, into: DecodeTarget, version: Version): Decoded | Refused {
  const decoding = new Decoding(body, into)
  return into.blocks.wholly(() => {
    const { reader } = decoding
    const request = new Request(decoding, version)
    const known = readTables(request)
    if (known === 0 && body.length > 0) reader.fail(`${body.length} bytes hold nothing of it`, 0)
    if (reader.fault === undefined) reader.at = 0
    if (version === 1) request.telling.revision = into.blocks.families.revision
    while (reader.at < body.length) {
      decodeRepeats(request)
      if (reader.at === body.length) break
      const entry = reader.varint32()
      if (entry === request.keys.series) decodeSeries(request)
      else reader.skip(entry)
    }
    const { fault } = reader
    if (fault !== undefined) {
      return { refused: `Cannot decode remote write ${version}.0: ${fault.reason} (byte ${fault.offset})` }
    }
    const { accepted, rejected, reason } = decoding
    return { accepted, rejected, reason, written: request.written }
  })
}

/** What series refer to and may stand behind them: symbols in 2.0, metadata in 1.0. Answers the entries it knew. */
function readTables({ decoding, keys, symbols, fast }: Request): number {
  const { reader } = decoding
  let known = fast?.pass(decoding) ? 1 : 0
  while (reader.at < reader.bytes.length) {
    const entry = reader.varint32()
    if (entry === keys.series) reader.at = reader.lengthEnd()
    else if (entry === keys.symbols && symbols !== undefined) symbols.add(reader)
    else if (entry === keys.metadata) learnFamily(decoding)
    else {
      const number = entry >>> 3
      if (number === keys.series >>> 3) reader.refuseWireType(entry)
      reader.skip(entry)
      continue
    }
    known += 1
  }
  return known
}

/** Metadata that is no metadata is passed over: no sample depends on it. */
function learnFamily({ reader, view, blocks }: Decoding): void {
  const end = reader.lengthEnd()
  const name = { at: 0, length: 0 }
  const help = { at: 0, length: 0 }
  const unit = { at: 0, length: 0 }
  const texts: Readonly<Record<number, typeof name>> = { [key(2)]: name, [key(4)]: help, [key(5)]: unit }
  let type = 0
  while (reader.at < end) {
    const entry = reader.varint32()
    const text = texts[entry]
    if (text !== undefined) {
      text.at = reader.range()
      text.length = reader.length
    } else if (entry === ((1 << 3) | varint)) type = reader.varint32()
    else reader.skip(entry)
  }
  reader.close(end)
  if (reader.fault === undefined) blocks.families.learn(view, name, { type, help, unit })
}

function decodeRepeats({ decoding, fast, telling, written }: Request): void {
  if (fast === undefined) return
  const { knownSeries, seriesCache } = decoding.blocks
  seriesCache.update(knownSeries.generation, telling.revision)
  const taken = fast.take(decoding)
  decoding.accepted += taken
  written.samples += taken
}

function decodeSeries(request: Request): void {
  const { decoding, keys } = request
  const { reader } = decoding
  const end = reader.lengthEnd()
  const start = reader.at
  if (reader.fault !== undefined) return
  request.id = undefined
  request.day = -1
  request.isCached = false
  request.isRead = false
  request.at = start
  request.end = end
  if (request.symbols === undefined && decodeKnown(request)) return
  readAbout(request, end)
  if (reader.fault !== undefined) {
    rejectSeries(request, start, end)
    return
  }
  reader.at = start
  while (reader.at < end) {
    const entry = reader.varint32()
    if (entry === samplesKey) decodeSample(request)
    else if (entry === keys.histograms) decodeHistogram(request)
    else if (entry === keys.exemplars) decodeExemplar(request)
    else reader.skip(entry)
  }
}

/**
 * Most else of what 1.0 sends: short labels, then samples and nothing else, and labels that were sent before, so that
 * they need not be read. Answers false, and has read nothing, where that is not so.
 */
function decodeKnown(request: Request): boolean {
  const { decoding, at: start, end } = request
  const { reader, view } = decoding
  const { bytes } = reader
  const { seriesCache } = decoding.blocks
  const samplesAt = skipShort(bytes, start, { end, key: key(1) })
  if (samplesAt === start || samplesAt === end || skipShort(bytes, samplesAt, { end, key: samplesKey }) !== end)
    return false
  const length = samplesAt - start
  if (seriesCache.find(view, start, length)) {
    request.id = { low: seriesCache.low, high: seriesCache.high }
  } else {
    readAbout(request, end)
    // What is wrong is said by who reads it with care.
    if (reader.fault !== undefined) {
      reader.recover(start)
      return false
    }
    request.id = hashSeries(decoding, request.labels, 'number')
    seriesCache.keep(view, start, { length, ...request.id })
  }
  request.isCached = true
  for (reader.at = samplesAt; reader.at < end; ) {
    reader.at += 1
    decodeSample(request)
  }
  return true
}

/** Steps over entries of one number that are shorter than 128 bytes; answers where they end. */
function skipShort(bytes: Uint8Array, from: number, { end, key }: { end: number; key: number }): number {
  let at = from
  while (at + 1 < end && bytes[at] === key && (bytes[at + 1] ?? 0) < 0x80) at += 2 + (bytes[at + 1] ?? 0)
  return at
}

/** Reads a series to its end for all that its samples need to know. */
function readAbout(request: Request, end: number): void {
  const { decoding, labels, symbols, telling, metadata } = request
  const { reader } = decoding
  labels.clear()
  metadata.type = metadata.help = metadata.unit = metadata.createdMs = 0
  while (reader.at < end) {
    const entry = reader.varint32()
    if (entry === key(1) && symbols === undefined) readLabel(decoding, labels)
    else if (entry >>> 3 === 1 && symbols !== undefined) readRefs(decoding, entry, labels)
    else if (entry === key(5) && symbols !== undefined) readMetadata(reader, metadata)
    else if (entry === ((6 << 3) | varint) && symbols !== undefined) {
      reader.varint64()
      metadata.createdMs = numberOf(reader.low, reader.high)
      checkMs(reader, metadata.createdMs)
    } else if (entry >>> 3 <= 4 && (entry & 7) !== bytes) reader.refuseWireType(entry)
    else reader.skip(entry)
  }
  reader.close(end)
  if (reader.fault !== undefined) return
  if (symbols !== undefined) {
    resolveRefs(decoding, symbols, labels)
    symbolAt(decoding, symbols, metadata.help)
    symbolAt(decoding, symbols, metadata.unit)
    telling.revision = metadata.type
  }
  if (labels.nameLength === 0) reader.fail('it has no __name__', end)
  request.isRead = reader.fault === undefined
}

type SeriesMetadata = { type: number; help: number; unit: number; createdMs: number }

function readMetadata(reader: WireReader, into: SeriesMetadata): void {
  const end = reader.lengthEnd()
  while (reader.at < end) {
    const entry = reader.varint32()
    if (entry === ((1 << 3) | varint)) into.type = reader.varint32()
    else if (entry === ((3 << 3) | varint)) into.help = reader.varint32()
    else if (entry === ((4 << 3) | varint)) into.unit = reader.varint32()
    else reader.skip(entry)
  }
  reader.close(end)
}

function familyOf({ view }: Decoding, symbols: Symbols, { type, help, unit }: SeriesMetadata): FamilyMetadata {
  const text = (ref: number): DataView => keptText(view, { at: symbols.at[ref] ?? 0, length: symbols.length[ref] ?? 0 })
  return { type, help: text(help), unit: text(unit), number: 0 }
}

/** Nothing of it can be stored: all its samples are counted, as far as they can be told. */
function rejectSeries({ decoding, keys }: Request, start: number, end: number): void {
  const { reader } = decoding
  decoding.reject('series', end, 0)
  let points = 0
  reader.at = start
  while (reader.at < end) {
    const entry = reader.varint32()
    if (entry === samplesKey || entry === keys.histograms) points += 1
    reader.skip(entry)
  }
  decoding.rejected += Math.max(points, 1)
  reader.recover(end)
}

function decodeSample(request: Request): void {
  const { decoding, sample } = request
  const { reader } = decoding
  if (!readUsualSample(decoding, sample)) {
    const end = reader.lengthEnd()
    readSample(decoding, sample, end)
    if (reader.fault !== undefined) {
      decoding.reject('sample', end)
      return
    }
  }
  if (sample.startMs === 0) sample.startMs = request.metadata.createdMs
  appendSample(decoding, knowNumbers(request, sample.timeMs), sample)
  decoding.accepted += 1
  request.written.samples += 1
}

function decodeExemplar(request: Request): void {
  const { decoding, exemplar, symbols } = request
  const { reader } = decoding
  const end = reader.lengthEnd()
  readExemplar(decoding, exemplar, { symbols, end })
  if (reader.fault !== undefined) {
    decoding.reject('exemplar', end)
    return
  }
  appendExemplar(decoding, knowNumbers(request, exemplar.timeMs), exemplar)
  request.written.exemplars += 1
}

function decodeHistogram(request: Request): void {
  const { decoding, histogram, labels, telling } = request
  const { reader } = decoding
  const end = reader.lengthEnd()
  readHistogram(decoding, histogram, end)
  if (reader.fault !== undefined) {
    decoding.reject('histogram', end)
    return
  }
  if (histogram.startMs === 0) histogram.startMs = request.metadata.createdMs
  const form = formOf(histogram)
  const id = hashSeries(decoding, labels, form)
  const moment = { form, id, timeMs: histogram.timeMs, telling }
  if (!isSeriesKnown(decoding, moment)) writeSeries(decoding, labels, moment)
  appendHistogram(decoding, id, histogram)
  decoding.accepted += 1
  request.written.histograms += 1
}

/** The id of the series of numbers, whose row of the day is there afterwards. */
function knowNumbers(request: Request, timeMs: number): SeriesId {
  const { decoding, labels, telling } = request
  const { reader } = decoding
  request.id ??= hashSeries(decoding, labels, 'number')
  const { id } = request
  const day = Math.floor(timeMs / millisecondsPerDay)
  if (day === request.day) return id
  request.day = day
  const { seriesCache, knownSeries } = decoding.blocks
  if (request.isCached && seriesCache.isKnown(day, knownSeries.generation, telling.revision)) return id
  const moment = { form: 'number', id, timeMs, telling } as const
  const isKnown = isSeriesKnown(decoding, moment)
  if (request.isCached) seriesCache.know(day, knownSeries.generation, telling.revision)
  if (isKnown) return id
  if (!request.isRead) {
    const { at } = reader
    reader.at = request.at
    readAbout(request, request.end)
    reader.at = at
  }
  writeSeries(decoding, labels, moment)
  return id
}
