import type { Mapping } from '../../base/yaml-input.ts'
import { isWellFormed } from '../../query/promql/parse/literals.ts'
import { readLength } from '../read-duration.ts'
import { readQuery } from './read-query.ts'
import { readRequests } from './read-requests.ts'
import type { SloReading } from './read-slo-file.ts'
import { readName } from './read-values.ts'
import type { AbsentAlert, Intervals, Labels, Sli, Slo, SloAlert } from './slo.ts'

/**
 * sloth's format, and ours, which is the same and more:
 *
 *     version: wakeline/v1            prometheus/v1
 *     service, labels                 the same
 *     slos:
 *       name, objective, labels       the same
 *       period                        (an option of sloth's)
 *       sli: events, raw              the same
 *            requests                 -
 *       alerting: page_alert ...      the same
 *                 absent_alert        -
 *                 min_errors          -
 *
 * On Kubernetes sloth's has other first lines, and names such as `pageAlert`.
 */
type SpecReading = SloReading & { readonly version: 'prometheus/v1' | 'wakeline/v1' | 'sloth.slok.dev/v1' }

export function readSlothSpec(file: Mapping, reading: SpecReading): readonly Slo[] {
  const { input, version } = reading
  const isKubernetes = version === 'sloth.slok.dev/v1'
  if (isKubernetes) file.take('metadata')
  const given = isKubernetes ? input.mapping(file.take('spec'), 'spec') : file
  const service = readName(given, 'service')
  const labels = readLabels(given, 'labels')
  const intervals = readPlugins(given, isKubernetes ? 'sloPlugins' : 'slo_plugins', {})
  const nodes = input.list(given.take('slos'), 'slos')
  if (nodes.length === 0) input.wrong(given.node, 'there are no SLOs; list them under "slos:"')
  const slos = nodes.flatMap(
    (node) => readSlo(input.mapping(node, 'an SLO'), reading, { service, labels, intervals }) ?? [],
  )
  given.end(`a file of ${version}`)
  if (isKubernetes) file.end(`a file of ${version}`)
  return slos
}

type Shared = { readonly service: string; readonly labels: Labels; readonly intervals: Intervals }

function readSlo(given: Mapping, reading: SpecReading, shared: Shared): Slo | undefined {
  const { input, path, version } = reading
  const isOurs = version === 'wakeline/v1'
  const name = readName(given, 'name')
  const objective = readObjective(given)
  const periodMs = isOurs ? (readLength(given, 'period') ?? reading.periodMs) : reading.periodMs
  const windows = reading.windowsOf(periodMs)
  if (windows === undefined)
    input.wrong(
      given.take('period') ?? given.node,
      'its period has no windows of alerts; add a table of it to the folder of windows',
    )
  const alerting = input.mapping(given.take('alerting'), 'alerting')
  // Written out by who has them at hand; sloth's are not known to be rates.
  const badMin = isOurs ? readWhole(alerting, 'min_errors') : 0
  const sli = readSli(input.mapping(given.take('sli'), 'sli'), { isOurs, service: shared.service, badMin })
  if (badMin > 0 && sli?.kind !== 'events')
    input.wrong(
      alerting.take('min_errors'),
      '"min_errors" needs an SLI of "events" or "requests", whose errors can be counted',
    )
  const slo = {
    id: `${shared.service}-${name}`,
    service: shared.service,
    name,
    description: given.text('description'),
    file: path,
    line: input.line(given.node),
    spec: version,
    objective,
    labels: { ...shared.labels, ...readLabels(given, 'labels') },
    intervals: readPlugins(given, 'plugins', shared.intervals),
    ...readAlerting(alerting, { isOurs, slo: given.node }),
  }
  given.end('an SLO', isOurs ? {} : ofOurs)
  return sli && windows && { ...slo, sli, windows }
}

const ofOurs = { period: 'is of our own format; say version: wakeline/v1 on top' }

function readObjective(given: Mapping): number {
  const parse = (text: string): number | undefined => {
    const value = Number(text)
    return text.trim() !== '' && value > 0 && value <= 100 ? value : undefined
  }
  if (!given.has('objective'))
    given.input.wrong(given.node, '"objective:" is missing; give it in percent, such as 99.9')
  return given.parsed('objective', 100, parse, 'a number above 0 and up to 100, in percent')
}

const readWhole = (given: Mapping, name: string): number =>
  given.parsed(name, 0, (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined), 'a whole number')

function readLabels(given: Mapping, what: 'labels' | 'annotations'): Labels {
  const entries = given.input.mapping(given.take(what), what)
  return Object.fromEntries(
    entries.names().map((name) => {
      const text = entries.text(name)
      const node = entries.take(name) ?? entries.node
      if (name === '' || !isWellFormed(name) || (name === '__name__' && what === 'labels'))
        given.input.wrong(node, `"${name}" cannot be the name of one of the ${what}`)
      else if (text === '')
        given.input.wrong(node, `"${name}" of the ${what} has no value; give it one or leave it out`)
      return [name, text]
    }),
  )
}

type SliReading = { readonly isOurs: boolean; readonly service: string; readonly badMin: number }

function readSli(given: Mapping, { isOurs, service, badMin }: SliReading): Sli | undefined {
  const { input } = given
  const kinds = ['events', 'raw', 'plugin', 'requests'].filter((kind) => given.has(kind))
  if (kinds.length !== 1) {
    const found = kinds.length === 0 ? 'there is none' : `there are ${kinds.join(' and ')}`
    input.wrong(
      given.node,
      `an SLO has one SLI, and ${found}; give one of "events:"${isOurs ? ', "requests:"' : ''} and "raw:"`,
    )
    return undefined
  }
  const sli = readKind(kinds[0] ?? '', given, { isOurs, service, badMin })
  for (const kind of kinds) given.take(kind)
  given.end('an SLI')
  return sli
}

function readKind(kind: string, given: Mapping, { isOurs, service, badMin }: SliReading): Sli | undefined {
  const { input } = given
  if (kind === 'plugin') {
    input.wrong(
      given.take('plugin'),
      'plugins are programs of sloth and are not run here; write the query they make under "events:" or "raw:"',
    )
    return undefined
  }
  if (kind === 'requests' && !isOurs) {
    input.wrong(given.take('requests'), '"requests" is of our own format; say version: wakeline/v1 on top')
    return undefined
  }
  const inner = input.mapping(given.take(kind), kind)
  if (kind === 'requests') return readRequests(inner, { service, badMin })
  if (kind === 'raw') {
    const errorRatioQuery = readQuery(inner, ['error_ratio_query', 'errorRatioQuery'])
    inner.end('an SLI of the kind "raw"')
    return errorRatioQuery === undefined ? undefined : { kind, errorRatioQuery }
  }
  const errorQuery = readQuery(inner, ['error_query', 'errorQuery'])
  const totalQuery = readQuery(inner, ['total_query', 'totalQuery'])
  inner.end('an SLI of the kind "events"')
  if (errorQuery === undefined || totalQuery === undefined) return undefined
  if (errorQuery === totalQuery)
    input.wrong(
      inner.node,
      'the queries of errors and of all events are the same, so that every event were bad; ask for the bad ones alone',
    )
  return { kind: 'events', errorQuery, totalQuery, presentQuery: totalQuery, badMin }
}

function readAlerting(
  given: Mapping,
  { isOurs, slo }: { isOurs: boolean; slo: unknown },
): Pick<Slo, 'page' | 'ticket' | 'absent'> {
  const name = given.text('name')
  const shared: SloAlert = { name, labels: readLabels(given, 'labels'), annotations: readLabels(given, 'annotations') }
  const page = readAlert(given, ['page_alert', 'pageAlert'], shared)
  const ticket = readAlert(given, ['ticket_alert', 'ticketAlert'], shared)
  const absent = isOurs ? readAlert(given, ['absent_alert'], shared) : undefined
  if (name === '' && (page ?? ticket ?? absent) !== undefined)
    given.input.wrong(
      given.node ?? slo,
      'its alerts have no name; give one with "name:" under "alerting:", or "disable: true" to each of "page_alert:" and "ticket_alert:"',
    )
  given.end('alerting', isOurs ? {} : { absent_alert: ofOurs.period, min_errors: ofOurs.period })
  return { page, ticket, absent: absent && { ...absent, name: `${name}Absent` } }
}

const absentHoldMs = 10 * 60_000

function readAlert(given: Mapping, names: readonly string[], shared: SloAlert): AbsentAlert | undefined {
  const name = names.find((each) => given.has(each)) ?? ''
  const own = given.input.mapping(given.take(name), name)
  const isDisabled = own.boolean('disable', false)
  const labels = { ...shared.labels, ...readLabels(own, 'labels') }
  const annotations = { ...shared.annotations, ...readLabels(own, 'annotations') }
  const holdMs = name === 'absent_alert' ? (readLength(own, 'for') ?? absentHoldMs) : absentHoldMs
  own.end('an alert of an SLO')
  return isDisabled ? undefined : { name: shared.name, labels, annotations, holdMs }
}

const intervalsPlugin = 'sloth.dev/contrib/rule_intervals/v1'
/** They make no rules. */
const idlePlugins: ReadonlySet<string> = new Set(['sloth.dev/core/debug/v1', 'sloth.dev/core/noop/v1'])

/** Of sloth's chains of plugins what does not need its programs. */
function readPlugins(given: Mapping, name: string, before: Intervals): Intervals {
  const { input } = given
  const plugins = input.mapping(given.take(name), name)
  const isAlone = plugins.boolean('overridePrevious', false)
  if (isAlone)
    input.wrong(plugins.take('overridePrevious'), 'the usual rules cannot be left out; take "overridePrevious" out')
  let intervals = before
  for (const node of input.list(plugins.take('chain'), 'chain')) {
    const plugin = input.mapping(node, 'a plugin')
    const id = plugin.text('id')
    plugin.take('priority')
    if (id === intervalsPlugin) intervals = readIntervals(input.mapping(plugin.take('config'), 'config'))
    else if (idlePlugins.has(id)) plugin.take('config')
    else {
      plugin.take('config')
      input.wrong(
        plugin.take('id') ?? node,
        `plugins are programs of sloth and "${id}" is not known here; the one that is, is ${intervalsPlugin}`,
      )
    }
    plugin.end('a plugin')
  }
  plugins.end(name)
  return intervals
}

function readIntervals(config: Mapping): Intervals {
  const given = config.input.mapping(config.take('interval'), 'interval')
  const usual = readLength(given, 'default')
  const intervals: Intervals = {
    sliErrorMs: readLength(given, 'sliError') ?? usual,
    metadataMs: readLength(given, 'metadata') ?? usual,
    alertMs: readLength(given, 'alert') ?? usual,
  }
  given.end('interval')
  config.end('the configuration of this plugin')
  return intervals
}
