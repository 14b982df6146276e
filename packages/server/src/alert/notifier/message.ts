import type { AlertLabels } from '../matchers/matcher.ts'
import type { FlushedAlert } from './notify-alert.ts'

/** What a receiver is told: the alerts of one group. */
export type Message = {
  readonly receiver: string
  readonly groupKey: string
  readonly groupLabels: AlertLabels
  readonly alerts: readonly FlushedAlert[]
  readonly status: 'firing' | 'resolved'
  readonly externalUrl: string
}

/** `error` is '' where it was taken. What the receiver refuses for what it is, is refused again. */
export type SendOutcome = { readonly error: string; readonly isWorthRetrying: boolean }

/** Those that all alerts have in common. */
export function commonOf(all: readonly AlertLabels[]): AlertLabels {
  const [first, ...others] = all
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(([name, value]) => others.every((other) => other[name] === value)),
  )
}
