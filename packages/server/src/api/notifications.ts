import { addTo } from '@wakeline/analysis'
import type { AlertNotices, NoticeTold, NotificationsAnswer } from '@wakeline/protocol'
import { type Group, mutingTimes } from '../alert/notifier/group.ts'
import type { Notifier } from '../alert/notifier/notifier.ts'
import { isResolvedAt, type NotifyAlert } from '../alert/notifier/notify-alert.ts'
import { Look, timeText } from './alertmanager/alerts-answer.ts'

/** The configuration that says who is told, and what is wrong with it. */
export type NotifySource = {
  /** '' where there is no file. */
  readonly file: string
  readonly errors: readonly string[]
  readonly leftOut: readonly string[]
}

export type ApiNotifying = {
  readonly notifier: () => Notifier
  readonly source: () => NotifySource
  /** Makes silences durable; '' or why not. */
  readonly keep: () => Promise<string>
}

const timeOrNone = (unixMs: number): string => (unixMs === 0 ? '' : timeText(unixMs))

/** Who is told of alerts and how that goes, and of each alert who was told of it, or why nobody is. */
export function notificationsAnswer(notifying: ApiNotifying, nowMs: number): NotificationsAnswer {
  const [notifier, source] = [notifying.notifier(), notifying.source()]
  const counts = notifier.counts()
  const integrations = notifier.config.receivers.flatMap((receiver) => receiver.integrations)
  const byAlert = groupsByAlert(notifier.groups())
  const look = new Look(notifier, nowMs)
  return {
    config: { file: source.file, errors: [...source.errors], leftOut: [...source.leftOut] },
    integrations: integrations.map(({ id, kind, receiver }) => {
      const {
        sent = 0,
        failures = 0,
        givenUp = 0,
        lastError = '',
        lastSentMs = 0,
        lastFailedMs = 0,
      } = counts.get(id) ?? {}
      const times = { lastSentAt: timeOrNone(lastSentMs), lastFailedAt: timeOrNone(lastFailedMs) }
      return { id, kind, receiver, sent, failures, givenUp, lastError, ...times }
    }),
    alerts: notifier
      .alerts()
      .filter((alert) => !isResolvedAt(alert, nowMs))
      .map((alert) => noticesOf(alert, { notifier, look, groups: byAlert.get(alert.fingerprint) ?? [], nowMs })),
  }
}

function groupsByAlert(groups: readonly Group[]): ReadonlyMap<string, readonly Group[]> {
  const byAlert = new Map<string, Group[]>()
  for (const group of groups) for (const fingerprint of group.alerts.keys()) addTo(byAlert, fingerprint, group)
  return byAlert
}

type Around = { notifier: Notifier; look: Look; groups: readonly Group[]; nowMs: number }

function noticesOf(alert: NotifyAlert, { notifier, look, groups, nowMs }: Around): AlertNotices {
  const inhibitor = look.inhibitorOf(alert)
  const inhibiting = inhibitor === undefined ? undefined : notifier.alert(inhibitor)
  return {
    fingerprint: alert.fingerprint,
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: timeText(alert.startsAtMs),
    generatorUrl: alert.generatorUrl,
    silencedBy: look
      .silencesOf(alert)
      .map(({ id, createdBy, comment, endsAtMs }) => ({ id, createdBy, comment, endsAt: timeText(endsAtMs) })),
    inhibitedBy: inhibiting === undefined ? [] : [inhibiting.labels],
    mutedBy: [...new Set(groups.flatMap(({ route }) => mutingTimes(route, notifier.config, nowMs)))],
    notices: groups.flatMap((group) => noticesOfGroup(alert, group, notifier)),
  }
}

const noticesOfGroup = ({ fingerprint }: NotifyAlert, group: Group, notifier: Notifier): NoticeTold[] =>
  notifier.integrationsOf(group.route.receiver).map((integration) => {
    const last = notifier.lastTold(group, integration)
    const failure = group.failures.get(integration.id)
    return {
      integration: integration.id,
      receiver: integration.receiver,
      kind: integration.kind,
      sentAt: last?.firing.includes(fingerprint) ? timeText(last.atMs) : '',
      error: failure?.error ?? '',
      failedAt: timeOrNone(failure?.atMs ?? 0),
      nextAt: timeText(group.nextMs),
    }
  })
