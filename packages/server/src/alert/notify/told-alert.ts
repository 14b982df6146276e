import type { Alert } from '@wakeline/analysis'

/** An alert as receivers are told of it: firing until a time, or resolved. */
export type ToldAlert = {
  /** The same for the same alert of the same group. */
  readonly key: string
  /** Of its group. */
  readonly group: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAtMs: number
  /** When it ended; of one that fires, when it is over unless it is told again. */
  readonly endsAtMs: number
  readonly isResolved: boolean
  readonly generatorUrl: string
}

export function toldAlertOf(
  alert: Alert,
  of: { group: string; validUntilMs: number; generatorUrl: string },
): ToldAlert {
  const { key, labels, annotations, firedAtMs, activeAtMs, resolvedAtMs } = alert
  return {
    key: `${of.group}\u0000${key}`,
    group: of.group,
    labels: Object.fromEntries(labels),
    annotations: Object.fromEntries(annotations),
    startsAtMs: firedAtMs ?? activeAtMs,
    endsAtMs: resolvedAtMs ?? of.validUntilMs,
    isResolved: resolvedAtMs !== undefined,
    generatorUrl: of.generatorUrl,
  }
}

/** Somebody who is told of alerts. */
export type Receiver = {
  readonly url: string
  /** Takes them and returns; what cannot be sent now is sent later. */
  tell(alerts: readonly ToldAlert[]): void
  counts(): ReceiverCounts
  /** Ends. What fires still is told by the next start. */
  stop(): Promise<void>
}

export type ReceiverCounts = {
  /** Alerts that the receiver took. */
  sent: number
  /** Attempts that failed. */
  failures: number
  /** Alerts that were given up because too many waited. */
  dropped: number
  waiting: number
  lastError: string
}

export type ReceiverParts = {
  url: string
  nowUnixMs: () => number
  post: Post
  report: (sentence: string) => void
}

/** Sends a body of JSON; '' or why it was not taken. */
export type Post = (url: string, body: unknown, signal: AbortSignal) => Promise<string>
