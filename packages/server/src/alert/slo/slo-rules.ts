import { type BurnWindow, burnFactor, errorBudget, windowLengthsMs } from '@wakeline/analysis'
import { printDurationMs, printNumber, printShort } from '../../query/promql/parse/literals.ts'
import { type AbsentAlert, type Labels, type Sli, type Slo, type SloAlert, windowPlace } from './slo.ts'

/**
 * The rules of an SLO, as sloth derives them: the same names, labels and expressions, so that dashboards and rules for either work with both.
 *
 *     sloth-slo-sli-recordings-ID    slo:sli_error:ratio_rate5m ... of each window, and of the period
 *     sloth-slo-meta-recordings-ID   objective, budget, how fast it burns, what is left
 *     sloth-slo-alerts-ID            a page and a ticket, of two pairs of windows each; ours: that data is missing
 */
export type WrittenRule = {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly for?: string
  readonly labels: Labels
  readonly annotations?: Labels
}
export type WrittenGroup = { readonly name: string; readonly interval?: string; readonly rules: readonly WrittenRule[] }

export type RulesOptions = {
  /** Added to what is recorded, as by sloth's `--extra-labels`. */
  readonly extraLabels: Labels
  /** Who made the rules, which `sloth_slo_info` says. */
  readonly version: string
  readonly mode: string
  /**
   * Whether a ratio without events is none at all, as in sloth since 2026, and not 0/0: one NaN would stay in the sum of the period for as
   * long as the period is.
   */
  readonly guardsTotal: boolean
}

export function sloRules(slo: Slo, options: RulesOptions): readonly WrittenGroup[] {
  const { id, intervals } = slo
  const group = (name: string, intervalMs: number | undefined, rules: readonly WrittenRule[]): WrittenGroup[] =>
    rules.length === 0
      ? []
      : [{ name: `sloth-slo-${name}-${id}`, ...(intervalMs && { interval: printDurationMs(intervalMs) }), rules }]
  return [
    ...group('sli-recordings', intervals.sliErrorMs, sliRules(slo, options)),
    ...group('meta-recordings', intervals.metadataMs, metadataRules(slo, options)),
    ...group('alerts', intervals.alertMs, alertRules(slo)),
  ]
}

const idLabels = ({ id, name, service }: Slo): Labels => ({ sloth_id: id, sloth_service: service, sloth_slo: name })
/** All that an SLO has recorded is found by it. */
const filterOf = (slo: Slo): string =>
  `{${Object.entries(idLabels(slo))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`
export const ratioMetric = (windowMs: number): string => `slo:sli_error:ratio_rate${printDurationMs(windowMs)}`

function sliRules(slo: Slo, { extraLabels, guardsTotal }: RulesOptions): readonly WrittenRule[] {
  const { periodMs, pageQuick } = slo.windows
  const shortest = ratioMetric(pageQuick.shortMs) + filterOf(slo)
  const period = printDurationMs(periodMs)
  // Of the period what is recorded already is averaged: to read all of its samples each minute would cost too much.
  const ofPeriod = `sum_over_time(${shortest}[${period}])\n/ ignoring (sloth_window)\ncount_over_time(${shortest}[${period}])\n`
  return [...windowLengthsMs(slo.windows), periodMs].map((windowMs) => ({
    record: ratioMetric(windowMs),
    expr: windowMs === periodMs ? ofPeriod : ratioExpression(slo.sli, windowMs, guardsTotal),
    labels: { ...idLabels(slo), sloth_window: printDurationMs(windowMs), ...slo.labels, ...extraLabels },
  }))
}

const inWindow = (query: string, windowMs: number): string => query.replace(windowPlace, printDurationMs(windowMs))

function ratioExpression(sli: Sli, windowMs: number, guardsTotal: boolean): string {
  if (sli.kind === 'raw') return `(${inWindow(sli.errorRatioQuery, windowMs)})`
  const total = `(${inWindow(sli.totalQuery, windowMs)})`
  return `(${inWindow(sli.errorQuery, windowMs)})\n/\n${guardsTotal ? `(${total} > 0)` : total}\n`
}

function metadataRules(slo: Slo, { extraLabels, version, mode }: RulesOptions): readonly WrittenRule[] {
  const { objective, windows } = slo
  const labels = { ...idLabels(slo), ...slo.labels, ...extraLabels }
  const filter = filterOf(slo)
  const ratio = printShort(objective / 100)
  const burnOf = (windowMs: number): string =>
    `${ratioMetric(windowMs)}${filter}\n/ on(sloth_id, sloth_slo, sloth_service) group_left\nslo:error_budget:ratio${filter}\n`
  const info = {
    sloth_version: version,
    sloth_mode: mode,
    sloth_spec: slo.spec,
    sloth_objective: printNumber(objective),
  }
  return [
    { record: 'slo:objective:ratio', expr: `vector(${ratio})`, labels },
    { record: 'slo:error_budget:ratio', expr: `vector(1-${ratio})`, labels },
    { record: 'slo:time_period:days', expr: `vector(${printShort(windows.periodMs / 86_400_000)})`, labels },
    { record: 'slo:current_burn_rate:ratio', expr: burnOf(windows.pageQuick.shortMs), labels },
    { record: 'slo:period_burn_rate:ratio', expr: burnOf(windows.periodMs), labels },
    {
      record: 'slo:period_error_budget_remaining:ratio',
      expr: `1 - slo:period_burn_rate:ratio${filter}`,
      labels,
    },
    { record: 'sloth_slo_info', expr: 'vector(1)', labels: { ...labels, ...info } },
  ]
}

function alertRules(slo: Slo): readonly WrittenRule[] {
  const { page, ticket, absent, windows } = slo
  const { pageQuick, pageSlow, ticketQuick, ticketSlow } = windows
  return [
    ...(page === undefined ? [] : [burnAlert(slo, page, { severity: 'page', pairs: [pageQuick, pageSlow] })]),
    ...(ticket === undefined ? [] : [burnAlert(slo, ticket, { severity: 'ticket', pairs: [ticketQuick, ticketSlow] })]),
    ...(absent === undefined ? [] : [absentAlert(slo, absent)]),
  ]
}

type BurnAlert = { severity: 'page' | 'ticket'; pairs: readonly [BurnWindow, BurnWindow] }

function burnAlert(slo: Slo, { name, labels, annotations }: SloAlert, { severity, pairs }: BurnAlert): WrittenRule {
  const what = '{{$labels.sloth_service}} {{$labels.sloth_slo}} SLO error budget burn rate is'
  return {
    alert: name,
    expr: `${pairs.map((pair) => pairCondition(slo, pair)).join('or\n')}`,
    labels: { sloth_severity: severity, ...labels },
    annotations: { title: `(${severity}) ${what} too fast.`, summary: `${what} over expected.`, ...annotations },
  }
}

function pairCondition(slo: Slo, pair: BurnWindow): string {
  const most = `(${printShort(burnFactor(slo.windows.periodMs, pair))} * ${printShort(errorBudget(slo.objective))})`
  const over = (windowMs: number): string =>
    `    max(${ratioMetric(windowMs)}${filterOf(slo)} > ${most}) without (sloth_window)\n`
  return `(\n${over(pair.shortMs)}    and\n${over(pair.longMs)}${enoughBad(slo.sli, pair)})\n`
}

/** Two failures at night of three requests are no page: only of our own format, whose queries are known to be rates. */
function enoughBad(sli: Sli, { longMs }: BurnWindow): string {
  if (sli.kind === 'raw' || sli.badMin === 0) return ''
  return `    and on()\n    (${inWindow(sli.errorQuery, longMs)}) * ${longMs / 1000} >= ${sli.badMin}\n`
}

/** Nothing measured is not well: a service that sends nothing has no errors either. */
function absentAlert(slo: Slo, { name, labels, annotations, holdMs }: AbsentAlert): WrittenRule {
  const { sli, windows, id, service, name: sloName } = slo
  const query = sli.kind === 'raw' ? sli.errorRatioQuery : sli.presentQuery
  return {
    alert: name,
    expr: `absent(${inWindow(query, windows.pageQuick.shortMs)})`,
    for: printDurationMs(holdMs),
    labels: { ...idLabels(slo), sloth_severity: 'ticket', ...labels },
    annotations: {
      title: `(ticket) ${service} ${sloName} SLO has no data.`,
      summary: `Nothing is measured of the SLO ${id}: what it asks for is not there.`,
      ...annotations,
    },
  }
}

/** Sorted by name, as sloth writes them. */
export const sortedLabels = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
