import type { Exemplar } from '../exemplars.ts'
import type { Instrument } from '../metering.ts'
import type { HistogramPoints, NumberPoints, SummaryPoints } from '../points.ts'
import type { Family } from './families.ts'
import { escapeHelp, labelsText } from './names.ts'
import type { Dialect } from './negotiate.ts'

/** Label texts by slot, kept from one scrape to the next. A slot whose attributes are others now is written anew. */
interface KnownLabels {
  readonly attributes: object[]
  readonly texts: string[]
}

/** Short enough that a look at the clock after each keeps a slice of time. */
const chunkLength = 65_536

/** Writes all families as text, a chunk at a time: between two chunks the event loop may turn. */
export class ExpositionWriter {
  private readonly known = new WeakMap<Instrument, KnownLabels>();

  *write(families: Iterable<Family>, dialect: Dialect): Generator<string> {
    let text = ''
    for (const family of families) {
      let hasHead = false
      for (const { instrument, scopeName } of family.members) {
        const labels = this.labelsOf(instrument, scopeName)
        const lines =
          'values' in instrument
            ? numberLines(instrument, labels, family, dialect)
            : 'rowLength' in instrument
              ? histogramLines(instrument, labels, family, dialect)
              : summaryLines(instrument, labels, family, dialect)
        for (const part of lines) {
          if (!hasHead) text += head(family, dialect)
          hasHead = true
          text += part
          if (text.length < chunkLength) continue
          yield text
          text = ''
        }
      }
    }
    if (dialect === 'openmetrics') text += '# EOF\n'
    if (text !== '') yield text
  }

  private labelsOf(instrument: Instrument, scopeName: string): (slot: number) => string {
    let known = this.known.get(instrument)
    if (known === undefined) {
      known = { attributes: [], texts: [] }
      this.known.set(instrument, known)
    }
    const { attributes, texts } = known
    return (slot) => {
      const own = instrument.series.attributes[slot] ?? {}
      if (attributes[slot] !== own) {
        attributes[slot] = own
        texts[slot] = labelsText(own, scopeName)
      }
      return texts[slot] ?? ''
    }
  }
}

function head({ name, type, help, unit }: Family, dialect: Dialect): string {
  const shown = type === 'counter' && dialect === 'text' ? `${name}_total` : name
  const ofUnit =
    dialect === 'openmetrics' && unit !== '' && name.endsWith(`_${unit}`) ? `# UNIT ${shown} ${unit}\n` : ''
  const escaped = dialect === 'openmetrics' ? escapeHelp(help).replaceAll('"', '\\"') : escapeHelp(help)
  return `# HELP ${shown} ${escaped}\n# TYPE ${shown} ${type === 'unknown' && dialect === 'text' ? 'untyped' : type}\n${ofUnit}`
}

type Labels = (slot: number) => string

function* numberLines(
  instrument: NumberPoints,
  labels: Labels,
  { name, type }: Family,
  dialect: Dialect,
): Generator<string> {
  const sample = type === 'counter' ? `${name}_total` : name
  for (let slot = 0; slot < instrument.startUnixMs.length; slot++) {
    if (instrument.used[slot] === 0) continue
    const own = labels(slot)
    const exemplar = dialect === 'openmetrics' ? exemplarText(instrument.exemplars.at(slot)) : ''
    const braced = own === '' ? ' ' : `{${own}} `
    yield `${sample}${braced}${numberText(instrument.values[slot] ?? 0)}${exemplar}\n`
  }
}

/** What comes before the labels of each bucket is the same for all series: made once. */
function* histogramLines(
  instrument: HistogramPoints,
  labels: Labels,
  { name }: Family,
  dialect: Dialect,
): Generator<string> {
  const bounds = [...instrument.boundaries, Number.POSITIVE_INFINITY]
  const heads = bounds.map((bound) => `${name}_bucket{le="${boundText(bound, dialect)}"`)
  const width = instrument.rowLength
  const withExemplars = dialect === 'openmetrics'
  for (let slot = 0; slot < instrument.startUnixMs.length; slot++) {
    const { counts } = instrument
    const row = slot * width
    let total = 0
    for (let i = 0; i < width; i++) total += counts[row + i] ?? 0
    if (total === 0) continue
    const own = labels(slot)
    const tail = own === '' ? '} ' : `,${own}} `
    const braced = own === '' ? ' ' : `{${own}} `
    let text = ''
    let below = 0
    // Most buckets have the count of the one before: the end of their line is the same string.
    let end = `${tail}0\n`
    for (let i = 0; i < width; i++) {
      const count = counts[row + i] ?? 0
      below += count
      if (count !== 0) end = `${tail}${below}\n`
      const exemplar = withExemplars ? exemplarText(instrument.exemplars.at(row + i)) : ''
      text += exemplar === '' ? heads[i] + end : `${heads[i]}${tail}${below}${exemplar}\n`
    }
    yield `${text}${name}_sum${braced}${numberText(instrument.sums[slot] ?? 0)}\n${name}_count${braced}${total}\n`
  }
}

function* summaryLines(
  instrument: SummaryPoints,
  labels: Labels,
  { name }: Family,
  dialect: Dialect,
): Generator<string> {
  for (let slot = 0; slot < instrument.startUnixMs.length; slot++) {
    const count = instrument.counts[slot] ?? 0
    if (count === 0) continue
    const own = labels(slot)
    const tail = own === '' ? '} ' : `,${own}} `
    const braced = own === '' ? ' ' : `{${own}} `
    const values = instrument.quantiles(slot)
    const lines = instrument.window.quantiles.map(
      (quantile, i) =>
        `${name}{quantile="${boundText(quantile, dialect)}"${tail}${numberText(values[i] ?? Number.NaN)}\n`,
    )
    yield `${lines.join('')}${name}_sum${braced}${numberText(instrument.sums[slot] ?? 0)}\n${name}_count${braced}${count}\n`
  }
}

/** ` # {trace_id="...",span_id="..."} value seconds` */
function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return ''
  const { traceId, spanId } = exemplar.span
  const ids = `trace_id="${traceId}",span_id="${spanId}"`
  return ` # {${ids}} ${numberText(exemplar.value)} ${(exemplar.unixMs / 1000).toFixed(3)}`
}

function boundText(bound: number, dialect: Dialect): string {
  if (bound === Number.POSITIVE_INFINITY) return '+Inf'
  return dialect === 'openmetrics' && Number.isInteger(bound) ? `${bound}.0` : String(bound)
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}
