import { type Exposition, ExpositionError, type ExpositionSample, type MetricType } from './exposition.ts'
import { type Families, metadataOf, metricType, parseBound, unescapeHelp } from './families.ts'
import { parseNumber } from './line-cursor.ts'
import type { ExpositionLine } from './read-line.ts'

/** The rules of the text format: one HELP and one TYPE a family, the type before its samples, bounds numeric, counts not negative. */
export function textFamilies(): Families {
  const exposition: Exposition = { samples: [], metadata: new Map() }
  const sampled = new Set<string>()
  return {
    add(line) {
      if (line.line === 'sample') {
        const family = familyOf(line.sample.name, exposition, sampled)
        checkSample(line.sample, exposition.metadata.get(family)?.type, family)
        sampled.add(family)
        exposition.samples.push(line.sample)
      } else if (line.line === 'metadata') addMetadata(line, exposition, sampled)
    },
    end: () => exposition,
  }
}

function addMetadata(
  line: Extract<ExpositionLine, { line: 'metadata' }>,
  exposition: Exposition,
  sampled: ReadonlySet<string>,
): void {
  // What a histogram calls its samples is no family's name.
  const family = familyOf(line.family, exposition, sampled)
  const metadata = metadataOf(exposition, family)
  if (line.keyword === 'HELP') {
    if (metadata.help !== undefined) throw new ExpositionError(`a second HELP line for "${family}"`)
    const wrong = /\\.?/.exec(line.text.replaceAll(/\\[\\n"]/g, ''))?.[0]
    if (wrong !== undefined) throw new ExpositionError(`"${wrong}" is no escape sequence of a HELP text`)
    metadata.help = unescapeHelp(line.text)
    return
  }
  if (metadata.type !== undefined) throw new ExpositionError(`a second TYPE line for "${family}"`)
  if (sampled.has(family)) throw new ExpositionError(`TYPE of "${family}" comes after its samples`)
  const word = line.text.toLowerCase()
  const type = openMetricsOnlyTypes.has(word) ? undefined : metricType(word)
  if (type === undefined) throw new ExpositionError(`the type "${line.text}" of "${family}" is not known`)
  metadata.type = type
}

/** What the text format has no word for: "unknown" is "untyped" there. */
const openMetricsOnlyTypes: ReadonlySet<string> = new Set(['info', 'stateset', 'unknown'])

/** A name that is known is its family's; else `x_bucket` is of a histogram `x`, and `x_sum` and `x_count` of a histogram or summary `x`. */
function familyOf(name: string, { metadata }: Exposition, sampled: ReadonlySet<string>): string {
  const [, base = '', part] = /^(.+)_(bucket|sum|count)$/.exec(name) ?? []
  if (base === '' || metadata.has(name) || sampled.has(name)) return name
  const type = metadata.get(base)?.type
  return isHistogram(type) || (type === 'summary' && part !== 'bucket') ? base : name
}

function isHistogram(type: MetricType | undefined): boolean {
  return type === 'histogram' || type === 'gaugehistogram'
}

function isCount(name: string, family: string, type: MetricType | undefined): boolean {
  return isHistogram(type) && (name === `${family}_bucket` || name === `${family}_count`)
}

function checkSample(sample: ExpositionSample, type: MetricType | undefined, family: string): void {
  const label = isHistogram(type) && sample.name === `${family}_bucket` ? 'le' : type === 'summary' ? 'quantile' : ''
  const value = sample.labels.find(([name]) => name === label)?.[1]
  if (value !== undefined) parseBound(value, label, parseNumber)
  if (isCount(sample.name, family, type) && sample.value < 0)
    throw new ExpositionError(`"${sample.name}" may not be negative`)
}
