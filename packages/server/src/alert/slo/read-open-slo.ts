import type { Mapping } from '../../base/yaml-input.ts'
import { parseExpression } from '../../query/promql/parse/parse.ts'
import { readLength } from '../read-duration.ts'
import { readQuery } from './read-query.ts'
import type { SloFileOptions } from './read-slo-file.ts'
import { readName } from './read-values.ts'
import { type Sli, type Slo, type SloAlert, windowPlace } from './slo.ts'

/**
 * SLOs of OpenSLO, of `openslo/v1` and of `openslo/v1alpha`, with the SLIs they refer to. Each objective is an SLO of its own, named
 * NAME-0, NAME-1 as by sloth.
 */
type OpenReading = SloFileOptions & { readonly path: string }

/** What may lie in the same file and is nothing to us. */
const otherKinds: ReadonlySet<string> = new Set([
  'Service',
  'DataSource',
  'AlertPolicy',
  'AlertCondition',
  'AlertNotificationTarget',
])

export function readOpenSlo(documents: readonly Mapping[], reading: OpenReading): readonly Slo[] {
  const indicators = new Map<string, Mapping>()
  const kept: { given: Mapping; version: string }[] = []
  for (const given of documents) {
    const [version, kind] = [given.text('apiVersion'), given.text('kind')]
    if (version !== 'openslo/v1' && version !== 'openslo/v1alpha')
      given.input.wrong(
        given.take('apiVersion'),
        `apiVersion is "${version}", and can be openslo/v1 or openslo/v1alpha`,
      )
    else if (kind === 'SLO') kept.push({ given, version })
    else if (kind === 'SLI') {
      const metadata = given.input.mapping(given.take('metadata'), 'metadata')
      indicators.set(metadata.text('name'), given)
    } else if (!otherKinds.has(kind))
      given.input.wrong(given.take('kind') ?? given.node, `kind is "${kind}", and can be SLO or SLI`)
  }
  return kept.flatMap(({ given, version }) => readOne(given, { ...reading, version, indicators }))
}

type OneReading = OpenReading & { readonly version: string; readonly indicators: ReadonlyMap<string, Mapping> }

function readOne(given: Mapping, reading: OneReading): readonly Slo[] {
  const { input } = given
  const { version, path } = reading
  const metadata = input.mapping(given.take('metadata'), 'metadata')
  const name = readName(metadata, 'name')
  const spec = input.mapping(given.take('spec'), 'spec')
  const service = readName(spec, 'service')
  const method = spec.text('budgetingMethod', 'Occurrences')
  if (method !== 'Occurrences')
    input.wrong(spec.take('budgetingMethod'), `budgetingMethod is "${method}", and only Occurrences is known`)
  const periodMs = readPeriod(spec, version) ?? reading.periodMs
  const windows = reading.windowsOf(periodMs)
  if (windows === undefined)
    input.wrong(spec.node, 'its period has no windows of alerts; add a table of it to the folder of windows')
  const objectives = input.list(spec.take('objectives'), 'objectives')
  if (objectives.length === 0) input.wrong(spec.node, 'there are no objectives; list at least one')
  const shared = version === 'openslo/v1' ? readIndicator(spec, reading) : undefined
  const alert = alertOf(spec, name)
  return objectives.flatMap((node, index) => {
    const objective = input.mapping(node, 'an objective')
    const sli = version === 'openslo/v1' ? shared : readAlphaRatio(objective)
    const percent = readTarget(objective)
    if (sli === undefined || windows === undefined) return []
    const slo: Slo = {
      id: `${service}-${name}-${index}`,
      service,
      name: `${name}-${index}`,
      description: spec.text('description'),
      file: path,
      line: input.line(node),
      spec: version,
      objective: percent,
      windows,
      labels: {},
      sli,
      page: alert,
      ticket: alert,
      absent: undefined,
      intervals: {},
    }
    return [slo]
  })
}

/** What its policies say in detail is not read: who names any gets the alerts of the four windows. */
function alertOf(spec: Mapping, name: string): SloAlert | undefined {
  const policies = spec.input.list(spec.take('alertPolicies'), 'alertPolicies')
  return policies.length === 0 ? undefined : { name, labels: {}, annotations: {} }
}

function readTarget(objective: Mapping): number {
  const isPercent = objective.has('targetPercent')
  const name = isPercent ? 'targetPercent' : 'target'
  const most = isPercent ? 100 : 1
  if (!objective.has(name))
    objective.input.wrong(objective.node, '"target:" is missing; give it as a share, such as 0.999')
  const parse = (text: string): number | undefined =>
    Number(text) > 0 && Number(text) <= most ? Number(text) : undefined
  const target = objective.parsed(name, most, parse, `a number above 0 and up to ${most}`)
  return isPercent ? target : target * 100
}

function readPeriod(spec: Mapping, version: string): number | undefined {
  const { input } = spec
  const name = version === 'openslo/v1' ? 'timeWindow' : 'timeWindows'
  const nodes = input.list(spec.take(name), name)
  const [first, ...more] = nodes
  if (more.length > 0) input.wrong(more[0], 'there is more than one window of time; leave one')
  if (first === undefined) return undefined
  const given = input.mapping(first, name)
  if (given.has('calendar') || !given.boolean('isRolling', true))
    input.wrong(first, 'windows by the calendar are not known; take a rolling one, with "isRolling: true"')
  if (version === 'openslo/v1') return readLength(given, 'duration')
  const unit = given.text('unit')
  if (unit.toLowerCase() !== 'day') input.wrong(given.take('unit') ?? first, `the unit is "${unit}", and can be Day`)
  const parse = (text: string): number | undefined => (/^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined)
  return given.parsed('count', 1, parse, 'a number of days') * 86_400_000
}

function readIndicator(spec: Mapping, { indicators }: OneReading): Sli | undefined {
  const { input } = spec
  const name = spec.text('indicatorRef')
  const found = name === '' ? spec.take('indicator') : indicators.get(name)
  if (found === undefined) {
    const what =
      name === ''
        ? 'there is no "indicator:"; give one'
        : `there is no SLI "${name}" in this file; add it behind a line "---"`
    input.wrong(spec.take('indicatorRef') ?? spec.node, what)
    return undefined
  }
  const indicator = name === '' ? input.mapping(found, 'an indicator') : indicators.get(name)
  const inner = indicator?.input.mapping(indicator.take('spec'), 'spec')
  if (inner === undefined) return undefined
  if (!inner.has('ratioMetric')) {
    inner.input.wrong(
      inner.node,
      'only an indicator with "ratioMetric:" is known; write its share of bad events as one',
    )
    return undefined
  }
  return readRatio(inner.input.mapping(inner.take('ratioMetric'), 'ratioMetric'))
}

function readRatio(given: Mapping): Sli | undefined {
  const isCounter = given.boolean('counter', false)
  if (given.has('raw')) {
    const raw = readSource(given, 'raw', false)
    const isGood = given.choice('rawType', ['success', 'failure'], 'success') === 'success'
    return raw === undefined ? undefined : { kind: 'raw', errorRatioQuery: isGood ? `1 - (${raw})` : raw }
  }
  const total = readSource(given, 'total', isCounter)
  const isBad = given.has('bad')
  const some = readSource(given, isBad ? 'bad' : 'good', isCounter)
  if (total === undefined || some === undefined) return undefined
  if (isBad) return { kind: 'events', errorQuery: some, totalQuery: total, presentQuery: total, badMin: 0 }
  return goodRatio(some, total)
}

/** As sloth writes it. */
const goodRatio = (good: string, total: string): Sli => ({
  kind: 'raw',
  errorRatioQuery: `\n  1 - (\n    (\n      ${good}\n    )\n    /\n    (\n      ${total}\n    )\n  )\n`,
})

function readSource(ratio: Mapping, name: string, isCounter: boolean): string | undefined {
  const { input } = ratio
  const given = input.mapping(ratio.take(name), name)
  if (given.node === undefined) {
    input.wrong(ratio.node, `"${name}:" is missing; give a metricSource with a query in PromQL`)
    return undefined
  }
  const source = input.mapping(given.take('metricSource'), 'metricSource')
  const type = source.text('type', 'Prometheus')
  if (type.toLowerCase() !== 'prometheus')
    input.wrong(source.take('type'), `the source is of ${type}, and queries in PromQL alone can be asked here`)
  const spec = input.mapping(source.take('spec') ?? source.node, 'spec')
  const text = spec.text('query')
  // A counter is given as it is; its window is ours to write.
  if (isCounter && text.search(windowPlace) < 0 && parseExpression(text).kind === 'vector-selector')
    return `sum(rate(${text.trim()}[{{.window}}]))`
  return readQuery(spec, ['query'])
}

function readAlphaRatio(objective: Mapping): Sli | undefined {
  const { input } = objective
  const ratio = input.mapping(objective.take('ratioMetrics'), 'ratioMetrics')
  if (ratio.node === undefined) {
    input.wrong(objective.node, '"ratioMetrics:" is missing; give good and total events')
    return undefined
  }
  const read = (name: string): string | undefined => {
    const given = input.mapping(ratio.take(name), name)
    if (given.node === undefined) input.wrong(ratio.node, `"${name}:" is missing; give a query in PromQL`)
    const type = given.text('queryType', 'promql')
    if (type !== 'promql') input.wrong(given.take('queryType'), `queryType is "${type}", and can be promql`)
    return given.node === undefined ? undefined : readQuery(given, ['query'])
  }
  const [good, total] = [read('good'), read('total')]
  return good === undefined || total === undefined ? undefined : goodRatio(good, total)
}
