import { createHash } from 'node:crypto'
import type { PagerDutySettings } from '../config/notify-config.ts'
import type { Message } from '../message.ts'
import { commonOf } from '../message.ts'
import { alertsPage, sentenceOf, titleOf } from './text.ts'

/** PagerDuty's own limit. */
const summaryMaxLength = 1024
const alertsShown = 100

/** An event of PagerDuty's Events API v2. A group is one incident there, triggered and resolved by its key. */
export function pagerDutyBody(message: Message, { severity }: PagerDutySettings, routingKey: string): object {
  const { alerts, groupKey, status, externalUrl } = message
  const said = (isResolved: boolean): string[] =>
    alerts
      .filter((alert) => alert.isResolved === isResolved)
      .slice(0, alertsShown)
      .map(sentenceOf)
  return {
    routing_key: routingKey,
    event_action: status === 'firing' ? 'trigger' : 'resolve',
    dedup_key: createHash('sha256').update(groupKey).digest('hex'),
    client: 'Wakeline',
    client_url: alertsPage(message),
    payload: {
      summary: titleOf(message).slice(0, summaryMaxLength),
      source: externalUrl || 'wakeline',
      severity,
      custom_details: {
        firing: said(false),
        resolved: said(true),
        num_firing: alerts.filter(({ isResolved }) => !isResolved).length,
        num_resolved: alerts.filter(({ isResolved }) => isResolved).length,
        labels: commonOf(alerts.map(({ labels }) => labels)),
      },
    },
  }
}
