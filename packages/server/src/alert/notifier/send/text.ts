import { commonOf, type Message } from '../message.ts'
import type { FlushedAlert } from '../notify-alert.ts'
import { sortedPairs } from '../notify-alert.ts'

/** `[FIRING:2] HighErrors (shop page)`: as everybody knows it from Alertmanager. */
export function titleOf({ status, alerts, groupLabels }: Message): string {
  const firing = alerts.filter(({ isResolved }) => !isResolved).length
  const count = status === 'firing' ? `:${firing}` : ''
  const common = sortedPairs(commonOf(alerts.map(({ labels }) => labels))).filter(
    ([name]) => !Object.hasOwn(groupLabels, name),
  )
  const others = common.map(([, value]) => value).join(' ')
  const own = sortedPairs(groupLabels)
    .map(([, value]) => value)
    .join(' ')
  return `[${status.toUpperCase()}${count}] ${own}${others === '' ? '' : ` (${others})`}`.trim()
}

/** Where a person sees all alerts. */
export const alertsPage = ({ externalUrl }: Message): string => `${externalUrl.replace(/\/$/, '')}/alerts`

/** What an alert says of itself, in a line. */
export function sentenceOf({ annotations, labels }: FlushedAlert): string {
  const said = annotations.summary || annotations.description || annotations.message
  return (
    said ||
    sortedPairs(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')
  )
}
