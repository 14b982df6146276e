import type { Dialect, Exposition, ExpositionSample, Metadata, MetricType } from './exposition.ts'

/**
 * What is well-formed and yet not as metrics should be, in the words and with the rules of `promtool check metrics`.
 * https://github.com/prometheus/client_golang/tree/main/prometheus/testutil/promlint
 */
export type Problem = { metric: string; text: string }

export function lintExposition({ metadata, samples }: Exposition, dialect: Dialect): Problem[] {
  const families = new Map<string, Family>()
  for (const [name, about] of metadata) families.set(name, { name, about, labels: new Set() })
  for (const sample of samples) {
    const name = familyOf(sample, metadata, dialect)
    const family = families.get(name) ?? { name, about: {}, labels: new Set() }
    families.set(name, family)
    for (const [label] of sample.labels) family.labels.add(label)
  }
  const sorted = [...families.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return sorted.flatMap((family) =>
    rules.flatMap((rule) => rule(family)).map((text) => ({ metric: family.name, text })),
  )
}

type Family = { name: string; about: Metadata; labels: Set<string> }
type Rule = (family: Family) => string[]

/** In OpenMetrics the suffix of a counter is no part of its family's name. */
function familyOf({ name }: ExpositionSample, metadata: ReadonlyMap<string, Metadata>, dialect: Dialect): string {
  const suffix =
    dialect === 'text' ? /^(.+)_(?:bucket|sum|count)$/ : /^(.+)_(?:bucket|sum|count|total|created|info|gcount|gsum)$/
  const base = suffix.exec(name)?.[1] ?? name
  const type = metadata.get(base)?.type
  const isPart = dialect === 'openmetrics' || type === 'histogram' || (type === 'summary' && !name.endsWith('_bucket'))
  return metadata.has(name) || !isPart || type === undefined ? name : base
}

const noHelp: Rule = ({ about }) => ((about.help ?? '') === '' ? ['no help text'] : [])

/** Base units, and others by the base unit that should stand for them. */
const unitBases: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    'amperes bytes celsius grams joules kelvin meters metres moles seconds volts'
      .split(' ')
      .map((unit) => [unit, unit]),
  ),
  ...Object.fromEntries('minutes hours days weeks'.split(' ').map((unit) => [unit, 'seconds'])),
  ...{
    kelvins: 'kelvin',
    fahrenheit: 'celsius',
    rankine: 'celsius',
    inches: 'meters',
    yards: 'meters',
    miles: 'meters',
  },
  ...{ bits: 'bytes', calories: 'joules', pounds: 'grams', ounces: 'grams' },
}
const prefixes = 'pico nano micro milli centi deci deca hecto kilo kibi mega mibi giga gibi tera tebi peta pebi'.split(
  ' ',
)
const units = new Map(
  Object.entries(unitBases).flatMap(([unit, base]) =>
    ['', ...prefixes].map((prefix): [string, string] => [prefix + unit, base]),
  ),
)

const wrongUnit: Rule = ({ name }) => {
  const unit = name.split('_').find((part) => units.has(part))
  const base = unit === undefined ? undefined : units.get(unit)
  return base === undefined || base === unit ? [] : [`use base unit "${base}" instead of "${unit}"`]
}

/** OpenMetrics adds the suffix to the family's name itself. */
const totals: Rule = ({ name, about }) => {
  if (about.type === undefined || about.type === 'unknown') return []
  const isTotal = name.endsWith('_total')
  if (about.type === 'counter') return isTotal ? [] : ['counter metrics should have "_total" suffix']
  return isTotal ? ['non-counter metrics should not have "_total" suffix'] : []
}

const reserved: Rule = ({ name, about: { type }, labels }) => {
  const isHistogram = type === 'histogram' || type === 'gaugehistogram'
  const isSummary = type === 'summary'
  if (type === undefined || type === 'unknown') return []
  return [
    ...(!isHistogram && name.endsWith('_bucket') ? ['non-histogram metrics should not have "_bucket" suffix'] : []),
    ...(!isHistogram && !isSummary && name.endsWith('_count')
      ? ['non-histogram and non-summary metrics should not have "_count" suffix']
      : []),
    ...(!isHistogram && !isSummary && name.endsWith('_sum')
      ? ['non-histogram and non-summary metrics should not have "_sum" suffix']
      : []),
    ...(!isHistogram && labels.has('le') ? ['non-histogram metrics should not have "le" label'] : []),
    ...(!isSummary && labels.has('quantile') ? ['non-summary metrics should not have "quantile" label'] : []),
  ]
}

const typeNames: readonly MetricType[] = ['counter', 'gauge', 'histogram', 'summary']
const typeInName: Rule = ({ name }) => {
  const parts = name.toLowerCase().split('_')
  return typeNames.filter((type) => parts.includes(type)).map((type) => `metric name should not include type '${type}'`)
}

const colons: Rule = ({ name }) => (name.includes(':') ? ["metric names should not contain ':'"] : [])

const camelCase = /[a-z][A-Z]/
const camels: Rule = ({ name, labels }) => [
  ...(camelCase.test(name) ? ["metric names should be written in 'snake_case' not 'camelCase'"] : []),
  ...[...labels]
    .filter((label) => camelCase.test(label))
    .map(() => "label names should be written in 'snake_case' not 'camelCase'"),
]

const abbreviations: ReadonlySet<string> = new Set('s ms us ns sec b kb mb gb tb pb m h d'.split(' '))
const abbreviated: Rule = ({ name }) => {
  const [, ...parts] = name.toLowerCase().split('_')
  return parts.some((part) => abbreviations.has(part)) ? ['metric names should not contain abbreviated units'] : []
}

const rules: readonly Rule[] = [noHelp, wrongUnit, totals, reserved, typeInName, colons, camels, abbreviated]
