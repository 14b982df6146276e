import type { Integration, WebhookSettings } from '../config/notify-config.ts'
import { commonOf, type Message } from '../message.ts'
import type { FlushedAlert } from '../notify-alert.ts'

const never = '0001-01-01T00:00:00Z'

/** Alertmanager's payload, version 4. */
export function webhookBody(message: Message, { receiver, maxAlerts }: Integration & WebhookSettings): object {
  const { alerts, groupKey, status, groupLabels, externalUrl } = message
  const told = maxAlerts > 0 ? alerts.slice(0, maxAlerts) : alerts
  return {
    receiver,
    status,
    alerts: told.map(alertBody),
    groupLabels,
    commonLabels: commonOf(alerts.map(({ labels }) => labels)),
    commonAnnotations: commonOf(alerts.map(({ annotations }) => annotations)),
    externalURL: externalUrl,
    version: '4',
    groupKey,
    truncatedAlerts: alerts.length - told.length,
  }
}

const alertBody = ({
  isResolved,
  labels,
  annotations,
  startsAtMs,
  endsAtMs,
  generatorUrl,
  fingerprint,
}: FlushedAlert): object => ({
  status: isResolved ? 'resolved' : 'firing',
  labels,
  annotations,
  startsAt: new Date(startsAtMs).toISOString(),
  endsAt: isResolved ? new Date(endsAtMs).toISOString() : never,
  generatorURL: generatorUrl,
  fingerprint,
})
