import { WireWriter, zigzag } from '@wakeline/protocol'

/** Remote write requests for tests, from plain data, in either version. */
export type RequestSeries = {
  labels: readonly (readonly [name: string, value: string])[]
  samples?: readonly { value: number | bigint; timeMs: number; startMs?: number }[]
  histograms?: readonly RequestHistogram[]
  exemplars?: readonly { labels: readonly (readonly [string, string])[]; value: number; timeMs: number }[]
  metadata?: { type: number; help: string; unit: string }
}

type Span = readonly [offset: number, length: number]

export type RequestHistogram = {
  timeMs: number
  count: number
  sum: number | bigint
  schema: number
  zeroThreshold?: number
  zeroCount?: number
  positive?: { spans: readonly Span[]; deltas?: readonly number[]; counts?: readonly number[] }
  negative?: { spans: readonly Span[]; deltas?: readonly number[]; counts?: readonly number[] }
  bounds?: readonly number[]
  resetHint?: number
}

export type RequestMetadata = { type: number; family: string; help: string; unit: string }

export function writeRequest1(series: readonly RequestSeries[], metadata: readonly RequestMetadata[] = []): Uint8Array {
  const out = new WireWriter()
  for (const each of series) {
    const mark = out.begin(1)
    for (const label of each.labels) writeLabel(out, label)
    writeSamples(out, each)
    for (const exemplar of each.exemplars ?? []) {
      const inner = out.begin(3)
      for (const label of exemplar.labels) writeLabel(out, label)
      writeMoment(out, exemplar)
      out.end(inner)
    }
    writeHistograms(out, 4, each)
    out.end(mark)
  }
  for (const { type, family, help, unit } of metadata) {
    const mark = out.begin(3)
    out.varintEntry(1, type)
    out.textEntry(2, family)
    out.textEntry(4, help)
    out.textEntry(5, unit)
    out.end(mark)
  }
  return out.take()
}

export function writeRequest2(series: readonly RequestSeries[]): Uint8Array {
  const symbols = new Map([['', 0]])
  const ref = (text: string): number => {
    const known = symbols.get(text) ?? symbols.size
    symbols.set(text, known)
    return known
  }
  const refs = (labels: RequestSeries['labels']): number[] => labels.flat().map(ref)
  const body = new WireWriter()
  for (const each of series) {
    const mark = body.begin(5)
    writeRefs(body, refs(each.labels))
    writeSamples(body, each)
    writeHistograms(body, 3, each)
    for (const exemplar of each.exemplars ?? []) {
      const inner = body.begin(4)
      writeRefs(body, refs(exemplar.labels))
      writeMoment(body, exemplar)
      body.end(inner)
    }
    if (each.metadata !== undefined) {
      const inner = body.begin(5)
      body.varintEntry(1, each.metadata.type)
      body.varintEntry(3, ref(each.metadata.help))
      body.varintEntry(4, ref(each.metadata.unit))
      body.end(inner)
    }
    body.end(mark)
  }
  const out = new WireWriter()
  for (const symbol of symbols.keys()) out.textEntry(4, symbol)
  return Buffer.concat([out.take(), body.take()])
}

function writeLabel(out: WireWriter, [name, value]: readonly [string, string]): void {
  const mark = out.begin(1)
  out.textEntry(1, name)
  out.textEntry(2, value)
  out.end(mark)
}

function writeRefs(out: WireWriter, refs: readonly number[]): void {
  const mark = out.begin(1)
  for (const ref of refs) out.varint(ref)
  out.end(mark)
}

function writeSamples(out: WireWriter, { samples = [] }: RequestSeries): void {
  for (const { value, timeMs, startMs } of samples) {
    const mark = out.begin(2)
    // As most do: what is 0 is left out.
    if (!Object.is(value, 0)) writeDouble(out, 1, value)
    out.varintEntry(2, timeMs)
    if (startMs !== undefined) out.varintEntry(3, startMs)
    out.end(mark)
  }
}

function writeMoment(out: WireWriter, { value, timeMs }: { value: number; timeMs: number }): void {
  writeDouble(out, 2, value)
  out.varintEntry(3, timeMs)
}

function writeHistograms(out: WireWriter, number: number, { histograms = [] }: RequestSeries): void {
  for (const histogram of histograms) {
    const mark = out.begin(number)
    if (Number.isInteger(histogram.count)) out.varintEntry(1, histogram.count)
    else out.doubleEntry(2, histogram.count)
    writeDouble(out, 3, histogram.sum)
    out.varintEntry(4, zigzag(histogram.schema))
    writeDouble(out, 5, histogram.zeroThreshold ?? 0)
    out.varintEntry(6, histogram.zeroCount ?? 0)
    writeBuckets(out, 8, histogram.negative)
    writeBuckets(out, 11, histogram.positive)
    if (histogram.resetHint !== undefined) out.varintEntry(14, histogram.resetHint)
    out.varintEntry(15, histogram.timeMs)
    const bounds = out.begin(16)
    for (const bound of histogram.bounds ?? []) out.double(bound)
    out.end(bounds)
    out.end(mark)
  }
}

function writeBuckets(out: WireWriter, number: number, buckets: RequestHistogram['positive']): void {
  for (const [offset, length] of buckets?.spans ?? []) {
    const span = out.begin(number)
    out.varintEntry(1, zigzag(offset))
    out.varintEntry(2, length)
    out.end(span)
  }
  const deltas = out.begin(number + 1)
  for (const delta of buckets?.deltas ?? []) out.varint(zigzag(delta))
  out.end(deltas)
  const counts = out.begin(number + 2)
  for (const count of buckets?.counts ?? []) out.double(count)
  out.end(counts)
}

/** A bigint is the bits. */
function writeDouble(out: WireWriter, number: number, value: number | bigint): void {
  if (typeof value === 'number') out.doubleEntry(number, value)
  else out.fixed64Entry(number, value)
}
