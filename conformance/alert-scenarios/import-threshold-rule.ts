import { importFilter, searchKey } from './import-filter.ts'

/**
 * A threshold rule of SigNoz (`rule.json`, versions v4 and v5 of its queries) as a rule file of ours. What has no counterpart
 * is refused with a sentence, and never guessed.
 */
export type Imported = { readonly rule: object; readonly intervalText: string } | { readonly refused: string }

/** What a metric is called in PromQL, of which a rule gives OpenTelemetry's name alone. */
export type MetricName = (name: string) => string

export function importThresholdRule(given: unknown, metricName: MetricName): Imported {
  try {
    const rule = objectOf(given, 'the rule')
    const condition = objectOf(rule['condition'], 'condition')
    const evaluation = objectOf(objectOf(rule['evaluation'] ?? {}, 'evaluation')['spec'] ?? {}, 'evaluation.spec')
    const window = durationText(evaluation['evalWindow'] ?? rule['evalWindow'] ?? '5m0s')
    const imported = importQuery(condition, { metricName, window })
    const { thresholds, match } = importThresholds(condition, unitOf(condition))
    return {
      intervalText: durationText(evaluation['frequency'] ?? rule['frequency'] ?? '1m0s'),
      rule: {
        alert: textOf(rule['alert'], 'alert'),
        ...imported,
        window,
        match,
        thresholds,
        ...noDataOf(condition),
        labels: rule['labels'] ?? {},
        annotations: objectOf(rule['annotations'] ?? {}, 'annotations'),
      },
    }
  } catch (thrown) {
    if (thrown instanceof NotImported) return { refused: thrown.message }
    throw thrown
  }
}

class NotImported extends Error {}

const refuse = (why: string): never => {
  throw new NotImported(`Cannot import this rule: ${why}`)
}

type Given = Readonly<Record<string, unknown>>

function objectOf(value: unknown, what: string): Given {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  return refuse(`${what} is expected as an object`)
}

function listOf(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(`${what} is expected as a list`)
}

function textOf(value: unknown, what: string): string {
  return typeof value === 'string' && value !== '' ? value : refuse(`${what} is expected as a text`)
}

/** `5m0s` as `5m`. */
function durationText(value: unknown): string {
  const text = textOf(value, 'a duration')
  const parts = [...text.matchAll(/(\d+)(h|m|s)/g)].filter(([, amount]) => Number(amount) > 0)
  return parts.length === 0 ? refuse(`"${text}" is no duration`) : parts.map(([part]) => part).join('')
}

const compositeOf = (condition: Given): Given => objectOf(condition['compositeQuery'], 'condition.compositeQuery')

function importQuery(condition: Given, context: { metricName: MetricName; window: string }): Given {
  const composite = compositeOf(condition)
  const type = textOf(composite['queryType'], 'queryType')
  if (type !== 'builder' && type !== 'promql')
    return refuse(
      `its query is of the type ${type}; queries of the builder and PromQL can be, SQL of another product's tables cannot`,
    )
  const wanted = condition['selectedQueryName']
  const queries = listOf(composite['queries'], 'compositeQuery.queries').map((each) => objectOf(each, 'a query'))
  const specs = queries.map((query) => ({ type: query['type'], spec: objectOf(query['spec'], 'spec') }))
  const chosen = specs.find(({ spec }) => spec['name'] === wanted) ?? (specs.length === 1 ? specs[0] : undefined)
  if (chosen === undefined) return refuse(`it has no query of the name ${JSON.stringify(wanted)}`)
  const { spec } = chosen
  if (chosen.type === 'promql') return { expr: textOf(spec['query'], 'query'), step: stepOf(spec) }
  if (chosen.type !== 'builder_query')
    return refuse(`a query of the type ${JSON.stringify(chosen.type)} has no counterpart here`)
  if (Array.isArray(spec['functions']) && spec['functions'].length > 0)
    return refuse('functions on the series of a query have no counterpart here')
  const signal = textOf(spec['signal'], 'signal')
  if (signal === 'metrics') return importMetric(spec, context.metricName)
  if (signal === 'logs' || signal === 'traces') return importSearch(spec, signal)
  return refuse(`the signal "${signal}" has no counterpart here`)
}

const minuteText = '1m'
const stepOf = (spec: Given): string => {
  const step = spec['stepInterval'] ?? spec['step']
  if (typeof step === 'number' && step > 0) return `${step}s`
  return typeof step === 'string' && step !== '' ? durationText(step) : minuteText
}

const filterOf = (spec: Given): string => {
  const filter = spec['filter']
  return filter === undefined ? '' : String(objectOf(filter, 'filter')['expression'] ?? '').trim()
}

const keysOf = (spec: Given): readonly string[] =>
  listOf(spec['groupBy'] ?? [], 'groupBy').map((each) => textOf(objectOf(each, 'a key of groupBy')['name'], 'its name'))

const overTime: Readonly<Record<string, (series: string, step: string) => string>> = {
  latest: (series, step) => `last_over_time(${series}[${step}])`,
  avg: (series, step) => `avg_over_time(${series}[${step}])`,
  min: (series, step) => `min_over_time(${series}[${step}])`,
  max: (series, step) => `max_over_time(${series}[${step}])`,
  sum: (series, step) => `sum_over_time(${series}[${step}])`,
  count: (series, step) => `count_over_time(${series}[${step}])`,
  rate: (series, step) => `rate(${series}[${twice(step)}])`,
  increase: (series, step) => `(rate(${series}[${twice(step)}]) * ${secondsOf(step)})`,
}
const inSpace = new Set(['sum', 'avg', 'min', 'max', 'count'])

const secondsOf = (step: string): number =>
  [...step.matchAll(/(\d+)(h|m|s)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1),
    0,
  )
/** A rate is of two samples at least, and they come once a step. */
const twice = (step: string): string => `${2 * secondsOf(step)}s`

function importMetric(spec: Given, metricName: MetricName): Given {
  const step = stepOf(spec)
  const [given, more] = listOf(spec['aggregations'], 'aggregations').map((each) => objectOf(each, 'an aggregation'))
  if (given === undefined || more !== undefined) return refuse('it has not one aggregation of a metric')
  const time = textOf(given['timeAggregation'], 'timeAggregation')
  const space = textOf(given['spaceAggregation'], 'spaceAggregation')
  const name = metricName(textOf(given['metricName'], 'metricName'))
  const filter = filterOf(spec)
  const matchers = filter === '' ? '' : importFilter(filter, 'metrics')
  if (typeof matchers !== 'string') return refuse(matchers.refused)
  const series = `{${JSON.stringify(name)}${matchers === '' ? '' : `, ${matchers}`}}`
  const inTime = overTime[time]
  if (inTime === undefined) return refuse(`the aggregation over time "${time}" has no counterpart here`)
  const by = keysOf(spec).map((key) => key.replace(/[^A-Za-z0-9_]/g, '_'))
  const quantile = /^p(\d{2})$/.exec(space)?.[1]
  const grouped = by.length === 0 ? '' : ` by (${by.join(', ')})`
  if (quantile !== undefined)
    return refuse(`the percentile "${space}" of a metric is of histograms, which need a rule in PromQL`)
  if (!inSpace.has(space)) return refuse(`the aggregation over series "${space}" has no counterpart here`)
  return { expr: `${space}${grouped} (${inTime(series, step)})`, step }
}

function importSearch(spec: Given, signal: 'logs' | 'traces'): Given {
  const [given, more] = listOf(spec['aggregations'], 'aggregations').map((each) => objectOf(each, 'an aggregation'))
  if (given === undefined || more !== undefined) return refuse('it has not one aggregation')
  const filter = importFilter(filterOf(spec), signal)
  if (typeof filter !== 'string') return refuse(filter.refused)
  const figure = importFigure(textOf(given['expression'], 'the expression of an aggregation'))
  const by = keysOf(spec)
  const grouped = by.length === 0 ? '' : ` by (${by.map(searchKey).join(', ')})`
  return { search: `${filter === '' ? '*' : filter} | ${figure}${grouped}`, signal, step: stepOf(spec) }
}

function importFigure(expression: string): string {
  const [, name = '', of = ''] = /^\s*(\w+)\s*\(\s*([\w.]*)\s*\)\s*$/.exec(expression) ?? []
  if ((name === 'count' || name === 'rate') && of === '') return name
  if (of !== '' && /^(avg|sum|min|max|p\d\d)$/.test(name)) return `${name}(${searchKey(of)})`
  if (of !== '' && name === 'count_distinct') return `uniq(${searchKey(of)})`
  return refuse(`the aggregation ${expression} has no counterpart here`)
}

const operators: Readonly<Record<string, string>> = {
  above: 'above',
  '>': 'above',
  '1': 'above',
  below: 'below',
  '<': 'below',
  '2': 'below',
  equal: 'equal',
  equal_to: 'equal',
  eq: 'equal',
  '=': 'equal',
  '==': 'equal',
  '3': 'equal',
  not_equal: 'not_equal',
  not_equal_to: 'not_equal',
  not_eq: 'not_equal',
  '!=': 'not_equal',
  '4': 'not_equal',
  above_or_equal: 'at_least',
  above_or_equals: 'at_least',
  '>=': 'at_least',
  '5': 'at_least',
  below_or_equal: 'at_most',
  below_or_equals: 'at_most',
  '<=': 'at_most',
  '6': 'at_most',
}
const matches: Readonly<Record<string, string>> = {
  at_least_once: 'at_least_once',
  '1': 'at_least_once',
  all_the_times: 'all_the_time',
  all_the_time: 'all_the_time',
  '2': 'all_the_time',
  on_average: 'on_average',
  avg: 'on_average',
  '3': 'on_average',
  in_total: 'in_total',
  sum: 'in_total',
  '4': 'in_total',
  last: 'last',
  '5': 'last',
}

const unitOf = (condition: Given): string => String(compositeOf(condition)['unit'] ?? '')

function importThresholds(condition: Given, unit: string): { thresholds: readonly object[]; match: string } {
  const specs = listOf(objectOf(condition['thresholds'], 'thresholds')['spec'], 'thresholds.spec').map((each) =>
    objectOf(each, 'a threshold'),
  )
  const words = new Set(specs.map((spec) => String(spec['matchType'])))
  const [word = '', more] = words
  if (more !== undefined)
    return refuse(`its thresholds look at the window in different ways (${[...words].join(', ')}); a rule here has one`)
  const match = matches[word] ?? refuse(`the match "${word}" has no counterpart here`)
  const thresholds = specs.map((spec) => {
    const operator =
      operators[String(spec['op'])] ?? refuse(`the operator ${JSON.stringify(spec['op'])} has no counterpart here`)
    const factor = unitFactor(String(spec['targetUnit'] ?? ''), unit)
    const figure = (value: unknown): number =>
      typeof value === 'number' ? value * factor : refuse('a threshold has no number')
    const recovery = spec['recoveryTarget']
    return {
      severity: textOf(spec['name'], 'the name of a threshold'),
      [operator]: figure(spec['target']),
      ...(typeof recovery === 'number' && { recovers_at: figure(recovery) }),
    }
  })
  return { thresholds, match }
}

const nanoseconds = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  min: 60e9,
  h: 3600e9,
  hours: 3600e9,
  d: 86_400e9,
}
const bytes = {
  By: 1,
  bytes: 1,
  decbytes: 1,
  kBy: 1e3,
  deckbytes: 1e3,
  MBy: 1e6,
  decmbytes: 1e6,
  GBy: 1e9,
  decgbytes: 1e9,
  TBy: 1e12,
  KiBy: 2 ** 10,
  kbytes: 2 ** 10,
  MiBy: 2 ** 20,
  mbytes: 2 ** 20,
  GiBy: 2 ** 30,
  gbytes: 2 ** 30,
  TiBy: 2 ** 40,
  tbytes: 2 ** 40,
  bit: 1 / 8,
  bits: 1 / 8,
}
const shares = { percent: 1, '%': 1, percentunit: 100, '1': 100 }
const families: readonly Readonly<Record<string, number>>[] = [nanoseconds, bytes, shares]

/** How many of the query's unit one of the threshold's is. */
function unitFactor(target: string, unit: string): number {
  if (target === '' || unit === '' || target === unit) return 1
  const family = families.find((each) => target in each && unit in each)
  const [of, to] = [family?.[target], family?.[unit]]
  return of === undefined || to === undefined
    ? refuse(`a threshold in ${target} is not comparable with figures in ${unit}`)
    : of / to
}

function noDataOf(condition: Given): Given {
  if (condition['alertOnAbsent'] !== true) return {}
  const minutes = typeof condition['absentFor'] === 'number' ? condition['absentFor'] : 0
  return { no_data: minutes > 0 ? `alert after ${minutes}m` : 'alert' }
}
