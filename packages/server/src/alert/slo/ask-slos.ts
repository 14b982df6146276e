import {
  budgetLeft,
  burnDown,
  burnFactor,
  errorBudget,
  exhaustedInMs,
  groupedBy,
  isBurning,
  phaseOf,
  proposedObjective,
} from '@wakeline/analysis'
import type * as told from '@wakeline/protocol'
import type { Refused } from '../../base/refused.ts'
import { type Failed, isFailed } from '../../query/prometheus/prometheus.ts'
import type { RunningGroup } from '../running-group.ts'
import { type Asking, askRatios, askSteps, type Ratios, ratioKey, type Steps } from './measured.ts'
import type { Slo } from './slo.ts'

/** How objectives do, from what their rules have recorded. */
export type RunningSlos = {
  readonly slos: readonly Slo[]
  readonly errors: readonly string[]
  readonly groups: readonly RunningGroup[]
}

/** A proposal from an hour of a month would be one of luck. */
const proposalMinShare = 0.1

export async function askSlos(
  { slos, errors, groups }: RunningSlos,
  asking: Asking,
): Promise<told.SlosAnswer | Refused> {
  const { nowMs } = asking
  if (slos.length === 0) return { nowMs, slos: [], errors: [...errors] }
  const ratios = await askRatios(slos, asking)
  if (isFailed(ratios)) return refusedBy(ratios)
  const reports = new Map<string, told.Slo>()
  for (const alike of byWindows(slos)) {
    const steps = await askSteps(alike, asking)
    if (isFailed(steps)) return refusedBy(steps)
    for (const slo of alike) reports.set(slo.id, reportOf(slo, { ratios, steps, groups }))
  }
  return { nowMs, slos: slos.flatMap(({ id }) => reports.get(id) ?? []), errors: [...errors] }
}

const refusedBy = ({ message }: Failed): Refused => ({
  refused: 'invalid_query',
  message: `Cannot show the SLOs: ${message}`,
})

/** Those that are measured in the same steps. */
function byWindows(slos: readonly Slo[]): readonly (readonly Slo[])[] {
  return [...groupedBy(slos, ({ windows }) => `${windows.periodMs} ${windows.pageQuick.shortMs}`).values()]
}

type Known = { ratios: Ratios; steps: Steps; groups: readonly RunningGroup[] }

function reportOf(slo: Slo, { ratios, steps, groups }: Known): told.Slo {
  const { id, service, name, description, file, objective, windows } = slo
  const { periodMs } = windows
  const measured = steps.byId.get(id) ?? []
  const count = measured.reduce((sum, each) => sum + each.count, 0)
  const bad = measured.reduce((sum, each) => sum + each.sum, 0)
  const errorRatio = count === 0 ? undefined : bad / count
  const left = errorRatio === undefined ? undefined : budgetLeft(objective, errorRatio)
  const intervalMs = groupOf(groups, slo, 'sli-recordings')?.intervalMs ?? 60_000
  const measuredMs = Math.min(periodMs, count * intervalMs)
  const recent = ratios.get(ratioKey(id, windows.pageQuick.longMs))
  const burnRate = recent === undefined ? undefined : recent / errorBudget(objective)
  const endsInMs = left === undefined || burnRate === undefined ? Infinity : exhaustedInMs(left, burnRate, periodMs)
  const isProposable = errorRatio !== undefined && measuredMs >= proposalMinShare * periodMs
  return {
    id,
    service,
    name,
    description,
    file,
    objective,
    periodMs,
    measuredMs,
    errorRatio: known(errorRatio),
    budgetLeft: known(left),
    burnRate: known(burnRate),
    exhaustedInMs: known(endsInMs),
    windows: windowsOf(slo, ratios),
    alerts: alertsOf(slo, groups),
    budget: { times: [...steps.times], stepMs: steps.stepMs, left: burnDown(measured, objective).map(known) },
    proposed: isProposable ? (proposedObjective(errorRatio) ?? null) : null,
  }
}

/** Of an objective of 100 % there is no budget, and figures over it are none. */
const known = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value

function windowsOf({ id, windows, objective }: Slo, ratios: Ratios): told.SloWindow[] {
  const { periodMs, pageQuick, pageSlow, ticketQuick, ticketSlow } = windows
  const pairs = [
    { severity: 'page', pair: pageQuick },
    { severity: 'page', pair: pageSlow },
    { severity: 'ticket', pair: ticketQuick },
    { severity: 'ticket', pair: ticketSlow },
  ] as const
  return pairs.map(({ severity, pair }) => {
    const factor = burnFactor(periodMs, pair)
    const short = ratios.get(ratioKey(id, pair.shortMs))
    const long = ratios.get(ratioKey(id, pair.longMs))
    const burn = (ratio: number | undefined): number | null =>
      known(ratio === undefined ? undefined : ratio / errorBudget(objective))
    return {
      severity,
      shortMs: pair.shortMs,
      longMs: pair.longMs,
      factor,
      short: burn(short),
      long: burn(long),
      burns: isBurning({ short, long }, { factor, objective }),
    }
  })
}

const groupOf = (groups: readonly RunningGroup[], { file, id }: Slo, what: string): RunningGroup | undefined =>
  groups.find(({ group }) => group.file === file && group.name === `sloth-slo-${what}-${id}`)

function alertsOf(slo: Slo, groups: readonly RunningGroup[]): told.SloAlert[] {
  const rules = groupOf(groups, slo, 'alerts')?.rules ?? []
  return rules.flatMap(({ rule, alerts, lastEvaluationMs }) => {
    if (rule.kind !== 'alert') return []
    const severity = rule.labels.find(({ name }) => name === 'sloth_severity')?.text ?? ''
    return [{ name: rule.name, severity, state: lastEvaluationMs === 0 ? 'unknown' : phaseOf(alerts) }]
  })
}
