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
        const family = familyOf(line.sample, exposition)
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
  const metadata = metadataOf(exposition, line.family)
  if (line.keyword === 'HELP') {
    if (metadata.help !== undefined) throw new ExpositionError(`a second HELP line for "${line.family}"`)
    const wrong = /\\.?/.exec(line.text.replaceAll(/\\[\\n"]/g, ''))?.[0]
    if (wrong !== undefined) throw new ExpositionError(`"${wrong}" is no escape sequence of a HELP text`)
    metadata.help = unescapeHelp(line.text)
    return
  }
  if (metadata.type !== undefined) throw new ExpositionError(`a second TYPE line for "${line.family}"`)
  if (sampled.has(line.family)) throw new ExpositionError(`TYPE of "${line.family}" comes after its samples`)
  const type = metricType(line.text.trim().toLowerCase())
  if (type === undefined) throw new ExpositionError(`the type "${line.text}" of "${line.family}" is not known`)
  metadata.type = type
}

/** `x_bucket` belongs to a histogram `x`, `x_sum` and `x_count` to a histogram or summary `x`; else the name itself. */
function familyOf(sample: ExpositionSample, exposition: Exposition): string {
  const base = /^(.+)_(bucket|sum|count)$/.exec(sample.name)
  if (base === null) return sample.name
  const type = exposition.metadata.get(base[1])?.type
  return type === 'histogram' || (type === 'summary' && base[2] !== 'bucket') ? base[1] : sample.name
}

function isCount(name: string, family: string, type: MetricType | undefined): boolean {
  return type === 'histogram' && (name === `${family}_bucket` || name === `${family}_count`)
}

function checkSample(sample: ExpositionSample, type: MetricType | undefined, family: string): void {
  const label = type === 'histogram' && sample.name === `${family}_bucket` ? 'le' : type === 'summary' ? 'quantile' : ''
  const value = sample.labels.find(([name]) => name === label)?.[1]
  if (value !== undefined) parseBound(value, label, parseNumber)
  if (isCount(sample.name, family, type) && sample.value < 0)
    throw new ExpositionError(`"${sample.name}" may not be negative`)
}
