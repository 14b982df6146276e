import type { Decoding } from './decoding.ts'
import type { LabelRegister } from './remote-write-labels.ts'
import { type FamilyMetadata, familyType, textOf } from './remote-write-metadata.ts'
import { millisecondsPerDay } from './times.ts'

/**
 * Series of Prometheus among those of OpenTelemetry: the metric is `__name__`, the attributes are the other labels as
 * they were sent, job and instance with them; there is no resource and no scope. The service is the job.
 *
 * Numbers and native histograms under the same labels are two series here, for a series has one kind.
 */
const seriesForms = ['number', 'exponential', 'gaugeExponential', 'bounds'] as const
export type SeriesForm = (typeof seriesForms)[number]

/** In the hash, so that each form, and OTLP, has ids of its own. Ids are stored: never to be changed. */
const formWords: Readonly<Record<SeriesForm, number>> = {
  number: 0x5052_0001,
  exponential: 0x5052_0002,
  gaugeExponential: 0x5052_0003,
  bounds: 0x5052_0004,
}

/** One series in one form. Its id is known when `hashSeries` has left it in the hash. */
export type SeriesId = { low: number; high: number }

export function hashSeries({ blocks, view }: Decoding, labels: LabelRegister, form: SeriesForm): SeriesId {
  const { hash } = blocks
  hash.begin()
  hash.bytes(view, labels.nameAt, labels.nameLength)
  hash.lead()
  hash.word(formWords[form])
  for (let i = 0; i < labels.count; i += 1) {
    hash.entry(view, labels.keyAt[i] ?? 0, labels.keyLength[i] ?? 0)
    hash.bytes(view, labels.valueAt[i] ?? 0, labels.valueLength[i] ?? 0)
    hash.endEntry()
  }
  hash.finish()
  return { low: hash.low, high: hash.high }
}

/** What is known of a series' family: told with the series in 2.0, remembered from other requests in 1.0. */
export type Telling = {
  /** Another one whenever `find` may answer something else. */
  revision: number
  isRemembered: boolean
  find: (name: string) => FamilyMetadata
}

export type SeriesMoment = { form: SeriesForm; id: SeriesId; timeMs: number; telling: Telling }

const mixOf = (number: number): number => Math.imul(number, 0x9e37_79b1)

/** Whether the row of a series is there for that day, and says what is known. If not, `writeSeries` is to be called. */
export function isSeriesKnown({ blocks }: Decoding, { id, timeMs, telling }: SeriesMoment): boolean {
  const day = Math.floor(timeMs / millisecondsPerDay)
  return !blocks.knownSeries.add(id.low, id.high ^ mixOf(telling.revision), day)
}

/** Writes the row of a series that has none of that day, or has one from before more was known of it. */
export function writeSeries(decoding: Decoding, labels: LabelRegister, moment: SeriesMoment): void {
  const { id, timeMs, telling } = moment
  const day = Math.floor(timeMs / millisecondsPerDay)
  const name = textOf(decoding.view, { at: labels.nameAt, length: labels.nameLength })
  const metadata = telling.find(name)
  // Most of what is learnt is of other families: their rows need not be written again.
  const learnt = telling.isRemembered && telling.revision > 0
  if (learnt && !decoding.blocks.knownSeries.add(id.low, ~id.high ^ mixOf(metadata.number), day)) return
  appendSeries(decoding, labels, moment, { day, name, metadata })
}

const text = (value: string): DataView => new DataView(new TextEncoder().encode(value).buffer)
const nothing = text('')
const cumulative = text('cumulative')
const double = text('double')
const unknownService = text('unknown_service')
const gauge = { kind: text('gauge'), temporality: nothing, monotonic: 0 }
const counter = { kind: text('sum'), temporality: cumulative, monotonic: 1 }
const exponential = { kind: text('exponential_histogram'), temporality: cumulative, monotonic: 0 }
const histogramKinds = {
  exponential,
  gaugeExponential: { ...exponential, temporality: nothing },
  bounds: { ...exponential, kind: text('histogram') },
}

/**
 * A counter is a sum where its name says so, too: asked for, sums are named with `_total`, and a series must keep the
 * name it was sent under. So is what nobody told anything about. The parts of a classic histogram stay gauges.
 */
function kindOf(form: SeriesForm, name: string, { type }: FamilyMetadata): typeof gauge {
  if (form !== 'number') return histogramKinds[form]
  const isCounter = type === familyType.counter || type === familyType.unknown
  return isCounter && name.endsWith('_total') ? counter : gauge
}

type Row = { day: number; name: string; metadata: FamilyMetadata }

function appendSeries(
  decoding: Decoding,
  labels: LabelRegister,
  { form, id }: SeriesMoment,
  { day, name, metadata }: Row,
): void {
  const { columns } = decoding.blocks.series
  const { kind, temporality, monotonic } = kindOf(form, name, metadata)
  const put = (column: typeof columns.kind, from: DataView): void => column.append(from, 0, from.byteLength)
  columns.series_id.append(id.low, id.high)
  columns.day.append(day)
  decoding.appendText(columns.metric, labels.nameAt, labels.nameLength)
  put(columns.kind, kind)
  put(columns.temporality, temporality)
  columns.monotonic.append(monotonic)
  put(columns.value_type, double)
  // The name must end in the unit, or the name it is asked for by would get it a second time.
  const unit = textOf(metadata.unit, { at: 0, length: metadata.unit.byteLength })
  put(columns.unit, unit !== '' && name.replace(/_total$/, '').endsWith(`_${unit}`) ? metadata.unit : nothing)
  put(columns.description, metadata.help)
  if (labels.jobLength > 0) decoding.appendText(columns.service, labels.jobAt, labels.jobLength)
  else put(columns.service, unknownService)
  columns.resource_id.append(0, 0)
  columns.scope_id.append(0, 0)
  for (let i = 0; i < labels.count; i += 1) {
    decoding.appendText(columns.attributes.keys, labels.keyAt[i] ?? 0, labels.keyLength[i] ?? 0)
    decoding.appendText(columns.attributes.values, labels.valueAt[i] ?? 0, labels.valueLength[i] ?? 0)
  }
  columns.attributes.endRow()
  put(columns.attribute_types, nothing)
}
