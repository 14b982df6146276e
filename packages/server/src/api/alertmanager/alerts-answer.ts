import { addTo } from '@wakeline/analysis'
import type { Group } from '../../alert/notifier/group.ts'
import { mutingTimes } from '../../alert/notifier/group.ts'
import type { Inhibition } from '../../alert/notifier/inhibition.ts'
import type { Notifier } from '../../alert/notifier/notifier.ts'
import { isResolvedAt, type NotifyAlert, sortedPairs } from '../../alert/notifier/notify-alert.ts'
import { routesOf } from '../../alert/notifier/routing.ts'
import type { Silence } from '../../alert/notifier/silences.ts'
import { type AlertFilter, isFiltered } from './input.ts'

/** Alerts that are not over, with why they are told to nobody, if so. */
export function alertsAnswer(notifier: Notifier, filter: AlertFilter, nowMs: number): object[] {
  const look = new Look(notifier, nowMs)
  const told = notifier.alerts().flatMap((alert) => {
    const receivers = routesOf(notifier.config.route, alert.labels).map(({ receiver }) => receiver)
    if (!receivers.some(filter.isReceiver) || !look.isShown(alert, filter)) return []
    return [look.gettable(alert, { receivers, mutedBy: [] })]
  })
  return told.sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
}

export function groupsAnswer(notifier: Notifier, filter: AlertFilter, nowMs: number): object[] {
  const look = new Look(notifier, nowMs)
  const groups = notifier.groups().filter(({ route }) => filter.isReceiver(route.receiver))
  const shown = groups.map((group) => ({
    group,
    alerts: [...group.alerts.values()].filter((alert) => look.isShown(alert, filter)),
    mutedBy: mutingTimes(group.route, notifier.config, nowMs),
  }))
  const receiversOf = receiversByAlert(shown)
  return shown
    .filter(({ alerts, mutedBy }) => alerts.length > 0 && (filter.muted || mutedBy.length === 0))
    .sort((a, b) => (orderOf(a.group) < orderOf(b.group) ? -1 : 1))
    .map(({ group, alerts, mutedBy }) => ({
      labels: group.labels,
      routeLabels: {},
      receiver: { name: group.route.receiver },
      alerts: alerts
        .map((alert) => look.gettable(alert, { receivers: receiversOf.get(alert.fingerprint) ?? [], mutedBy }))
        .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1)),
    }))
}

const orderOf = ({ labels, route }: Group): string => JSON.stringify([sortedPairs(labels), route.receiver, route.id])

function receiversByAlert(shown: readonly { group: Group; alerts: readonly NotifyAlert[] }[]): Map<string, string[]> {
  const byAlert = new Map<string, string[]>()
  for (const { group, alerts } of shown)
    for (const { fingerprint } of alerts) addTo(byAlert, fingerprint, group.route.receiver)
  for (const receivers of byAlert.values()) receivers.sort()
  return byAlert
}

/** What keeps alerts from being told, as of one moment. */
export class Look {
  readonly #notifier: Notifier
  readonly #nowMs: number
  readonly #inhibition: Inhibition

  constructor(notifier: Notifier, nowMs: number) {
    this.#notifier = notifier
    this.#nowMs = nowMs
    this.#inhibition = notifier.inhibition(nowMs)
  }

  silencesOf({ labels }: NotifyAlert): readonly Silence[] {
    return this.#notifier.silences.activeFor(labels, this.#nowMs)
  }

  /** Its fingerprint. */
  inhibitorOf({ labels }: NotifyAlert): string | undefined {
    return this.#inhibition.inhibitorOf(labels)
  }

  isShown(alert: NotifyAlert, { active, silenced, inhibited, matchers }: AlertFilter): boolean {
    if (isResolvedAt(alert, this.#nowMs) || !isFiltered(matchers, alert.labels)) return false
    const isSilenced = this.silencesOf(alert).length > 0
    const isInhibited = this.inhibitorOf(alert) !== undefined
    if (!active && !isSilenced && !isInhibited) return false
    return (silenced || !isSilenced) && (inhibited || !isInhibited)
  }

  gettable(alert: NotifyAlert, of: { receivers: readonly string[]; mutedBy: readonly string[] }) {
    const silencedBy = this.silencesOf(alert).map(({ id }) => id)
    const inhibitor = this.inhibitorOf(alert)
    const inhibitedBy = inhibitor === undefined ? [] : [inhibitor]
    return {
      annotations: alert.annotations,
      endsAt: timeText(alert.endsAtMs),
      fingerprint: alert.fingerprint,
      receivers: of.receivers.map((name) => ({ name })),
      startsAt: timeText(alert.startsAtMs),
      status: {
        inhibitedBy,
        silencedBy,
        mutedBy: of.mutedBy,
        state: silencedBy.length + inhibitedBy.length > 0 ? 'suppressed' : 'active',
      },
      updatedAt: timeText(alert.updatedAtMs),
      ...(alert.generatorUrl !== '' && { generatorURL: alert.generatorUrl }),
      labels: alert.labels,
    }
  }
}

export const timeText = (unixMs: number): string => new Date(unixMs).toISOString()
