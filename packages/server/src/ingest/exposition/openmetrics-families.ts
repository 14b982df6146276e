import {
  type Exposition,
  ExpositionError,
  type ExpositionSample,
  type Label,
  type Metadata,
  type MetricType,
} from './exposition.ts'
import { type Families, metricType, openMetricsEnd, parseBound, textOnlyTypes, unescapeHelp } from './families.ts'
import { parseNumber } from './line-cursor.ts'
import { checkHistogram } from './openmetrics-histogram.ts'

/** What a family of a type may call its samples. */
const suffixes: Readonly<Record<MetricType, readonly string[]>> = {
  counter: ['_total', '_created'],
  summary: ['', '_sum', '_count', '_created'],
  histogram: ['_count', '_sum', '_bucket', '_created'],
  gaugehistogram: ['_gcount', '_gsum', '_bucket'],
  info: ['_info'],
  gauge: [''],
  stateset: [''],
  unknown: [''],
}

/** The family being read: its lines stand together, metadata first, the samples of one label set together. */
type Family = {
  name: string
  type: MetricType
  metadata: Metadata
  samples: ExpositionSample[]
  group?: string
  groupsSeen: Set<string>
  /** Samples without a time: the same one twice would be two values of one moment. */
  timelessSeen: Set<string>
  timestampMs?: number | undefined
}

/** The rules of OpenMetrics 1.0 that span lines. */
export function openMetricsFamilies(): Families {
  const exposition: Exposition = { samples: [], metadata: new Map() }
  const namesSeen = new Set<string>()
  let family: Family | undefined
  const ending = openMetricsEnd()
  const close = () => {
    if (family === undefined) return
    closeFamily(family, namesSeen)
    for (const sample of family.samples) exposition.samples.push(sample)
    exposition.metadata.set(family.name, family.metadata)
  }
  return {
    add(line) {
      ending.add(line)
      if (line.line === 'metadata') {
        if (line.family !== family?.name) {
          close()
          family = newFamily(line.family)
        }
        addMetadata(family, line.keyword, line.text)
      }
      if (line.line === 'sample') {
        if (family === undefined || !suffixes[family.type].includes(suffixOf(line.sample, family))) {
          close()
          family = newFamily(line.sample.name)
        }
        addSample(family, line.sample)
      }
    },
    end() {
      ending.end()
      close()
      return exposition
    },
  }
}

function newFamily(name: string): Family {
  return { name, type: 'unknown', metadata: {}, samples: [], groupsSeen: new Set(), timelessSeen: new Set() }
}

/** What the sample's name adds to the family's; a name that does not begin so is no suffix of any type. */
function suffixOf(sample: ExpositionSample, family: Family): string {
  return sample.name.startsWith(family.name) ? sample.name.slice(family.name.length) : 'another'
}

function addMetadata(family: Family, keyword: 'HELP' | 'TYPE' | 'UNIT', text: string): void {
  const { metadata } = family
  if (family.samples.length > 0) throw new ExpositionError(`${keyword} of "${family.name}" comes after its samples`)
  if (keyword === 'HELP') {
    if (metadata.help !== undefined) throw new ExpositionError(`a second HELP line for "${family.name}"`)
    metadata.help = unescapeHelp(text)
  } else if (keyword === 'UNIT') {
    if (metadata.unit !== undefined) throw new ExpositionError(`a second UNIT line for "${family.name}"`)
    metadata.unit = text
  } else {
    if (metadata.type !== undefined) throw new ExpositionError(`a second TYPE line for "${family.name}"`)
    const type = textOnlyTypes.has(text) ? undefined : metricType(text)
    if (type === undefined) throw new ExpositionError(`the type "${text}" of "${family.name}" is not known`)
    metadata.type = type
    family.type = type
  }
}

function addSample(family: Family, sample: ExpositionSample): void {
  const suffix = suffixOf(sample, family)
  checkLabels(family, sample, suffix)
  checkGroup(family, sample, suffix)
  checkOnce(family, sample)
  checkValue(family, sample, suffix)
  const mayHaveExemplar =
    (suffix === '_bucket' && (family.type === 'histogram' || family.type === 'gaugehistogram')) ||
    (suffix === '_total' && family.type === 'counter')
  if (sample.exemplar !== undefined && !mayHaveExemplar) {
    throw new ExpositionError('only buckets of histograms and totals of counters may have an exemplar')
  }
  family.samples.push(sample)
}

function labelOf(sample: ExpositionSample, label: string): string | undefined {
  return sample.labels.find(([name]) => name === label)?.[1]
}

function checkLabels(family: Family, sample: ExpositionSample, suffix: string): void {
  if (family.type === 'stateset' && labelOf(sample, family.name) === undefined) {
    throw new ExpositionError(`a sample of the stateset "${family.name}" needs a label of that name`)
  }
  if (suffix === '_bucket') {
    const bound = parseBound(labelOf(sample, 'le'), 'le', parseNumber)
    if (Number.isNaN(bound) || (bound === Infinity && labelOf(sample, 'le') !== '+Inf')) {
      throw new ExpositionError('the label "le" must be a number, or "+Inf" for the last bucket')
    }
  }
  if (family.type === 'summary' && suffix === '') {
    const quantile = parseBound(labelOf(sample, 'quantile'), 'quantile', parseNumber)
    if (!(quantile >= 0 && quantile <= 1)) throw new ExpositionError('the label "quantile" must lie between 0 and 1')
  }
}

/** Samples that differ only in what spreads one metric over lines (le, quantile, the state) form a group. */
function groupOf(family: Family, sample: ExpositionSample, suffix: string): string {
  if (family.type === 'info') return ''
  const spread: Partial<Record<MetricType, string>> = { summary: 'quantile', stateset: family.name }
  const without = suffix === '_bucket' ? 'le' : suffix === '' ? spread[family.type] : undefined
  return labelsKey(sample.labels.filter(([name]) => name !== without))
}

function labelsKey(labels: readonly Label[]): string {
  return JSON.stringify(labels.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** "Every Metric within a MetricFamily MUST have a unique LabelSet", and several points of one have times that rise. */
function checkOnce({ timelessSeen }: Family, { name, labels, timestampMs }: ExpositionSample): void {
  if (timestampMs !== undefined) return
  const key = name + labelsKey(labels)
  if (timelessSeen.has(key)) throw new ExpositionError(`"${name}" is given twice for one label set, without timestamps`)
  timelessSeen.add(key)
}

function checkGroup(family: Family, sample: ExpositionSample, suffix: string): void {
  const group = groupOf(family, sample, suffix)
  if (family.group === group) {
    if ((sample.timestampMs === undefined) !== (family.timestampMs === undefined)) {
      throw new ExpositionError('some samples of one label set have a timestamp and others have none')
    }
    const backwards = (sample.timestampMs ?? 0) < (family.timestampMs ?? 0)
    if (backwards && family.type !== 'info') throw new ExpositionError('timestamps of one label set go backwards')
  } else if (family.groupsSeen.has(group)) {
    throw new ExpositionError('the samples of one label set do not stand together')
  }
  family.group = group
  family.groupsSeen.add(group)
  family.timestampMs = sample.timestampMs
}

const counterLike = new Set(['_total', '_sum', '_count', '_bucket', '_gcount', '_gsum'])
const wholeNumbers = new Set(['_count', '_bucket', '_gcount'])

function checkValue(family: Family, sample: ExpositionSample, suffix: string): void {
  const { value } = sample
  if (counterLike.has(suffix)) {
    if (Number.isNaN(value)) throw new ExpositionError(`"${sample.name}" may not be NaN`)
    if (value < 0 && suffix !== '_gsum') throw new ExpositionError(`"${sample.name}" may not be negative`)
  }
  // A timestamp, which may be negative.
  if (suffix === '_created' && !Number.isFinite(value)) throw new ExpositionError(`"${sample.name}" must be finite`)
  if (wholeNumbers.has(suffix) && !Number.isInteger(value))
    throw new ExpositionError(`"${sample.name}" must be an integer`)
  if (family.type === 'stateset' && value !== 0 && value !== 1) throw new ExpositionError('a state must be 0 or 1')
  if (family.type === 'info' && value !== 1) throw new ExpositionError('the value of an info metric must be 1')
  if (family.type === 'summary' && suffix === '' && value < 0)
    throw new ExpositionError('a quantile may not be negative')
}

function closeFamily(family: Family, namesSeen: Set<string>): void {
  for (const suffix of new Set(['', ...suffixes[family.type]])) {
    const name = family.name + suffix
    if (namesSeen.has(name)) throw new ExpositionError(`the name "${name}" belongs to two metric families`)
    namesSeen.add(name)
  }
  const { unit } = family.metadata
  if (unit !== undefined && unit !== '') {
    if (!family.name.endsWith(`_${unit}`))
      throw new ExpositionError(`"${family.name}" does not end with its unit "${unit}"`)
    if (family.type === 'info' || family.type === 'stateset')
      throw new ExpositionError(`a metric of type ${family.type} has no unit`)
  }
  if (family.type === 'histogram' || family.type === 'gaugehistogram') checkHistogram(family.name, family.samples)
}
