import type { AlertLabels } from '../matchers/matcher.ts'

/** An alert as somebody told of it last: it fires until its end, and is resolved from then on. */
export type NotifyAlert = {
  readonly fingerprint: string
  readonly labels: AlertLabels
  readonly annotations: AlertLabels
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly updatedAtMs: number
  readonly generatorUrl: string
  /** Its end is a guess, because who told of it named none. */
  readonly isEndGuessed: boolean
}

/** An alert as of the moment its group was told: what fires then is told as firing, however long that takes. */
export type FlushedAlert = NotifyAlert & { readonly isResolved: boolean }

export const isResolvedAt = ({ endsAtMs }: NotifyAlert, nowMs: number): boolean => endsAtMs <= nowMs

/** What is known of an alert after it was told again: where the two overlap they are one. */
export function mergeAlert(before: NotifyAlert | undefined, told: NotifyAlert, nowMs: number): NotifyAlert {
  if (before === undefined) return told
  const isAmid = (ms: number): boolean => ms > before.startsAtMs && ms < before.endsAtMs
  if (!isAmid(told.endsAtMs) && !isAmid(told.startsAtMs)) return told
  const [older, younger] = told.updatedAtMs < before.updatedAtMs ? [told, before] : [before, told]
  const startsAtMs = Math.min(older.startsAtMs, younger.startsAtMs)
  const isLater = older.endsAtMs > younger.endsAtMs
  // Of two ends the later counts, but for one that is ahead and a guess.
  const keepsEnd = isResolvedAt(younger, nowMs) ? isResolvedAt(older, nowMs) && isLater : isLater && !older.isEndGuessed
  return { ...younger, startsAtMs, endsAtMs: keepsEnd ? older.endsAtMs : younger.endsAtMs }
}

const offset = 0xcbf29ce484222325n
const prime = 0x100000001b3n
const separator = 0xff

/** As Prometheus makes it: FNV-1a of 64 bits over names and values in order. */
export function fingerprintOf(labels: AlertLabels): string {
  let hash = offset
  const add = (byte: number): void => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime)
  }
  for (const [name, value] of sortedPairs(labels)) {
    for (const byte of Buffer.from(name)) add(byte)
    add(separator)
    for (const byte of Buffer.from(value)) add(byte)
    add(separator)
  }
  return hash.toString(16).padStart(16, '0')
}

export const sortedPairs = (labels: AlertLabels): (readonly [string, string])[] =>
  Object.entries(labels).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

/** In the order in which an Alertmanager tells them: by job, by instance, by all labels. */
export function inOrder<Told extends { labels: AlertLabels }>(alerts: readonly Told[]): Told[] {
  const keyOf = ({ labels }: Told): string[] =>
    [labels.job, labels.instance].map((value) => (value === undefined ? '1' : `0${value}`))
  const keyed = alerts.map((alert) => ({ alert, key: [...keyOf(alert), ...sortedPairs(alert.labels).flat()] }))
  return keyed.sort((a, b) => compareTexts(a.key, b.key)).map(({ alert }) => alert)
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  for (const [i, text] of a.entries()) {
    const other = b[i]
    if (other === undefined) return 1
    if (text !== other) return text < other ? -1 : 1
  }
  return a.length - b.length
}
