/** What a receiver was told of a group last. */
export type LogEntry = {
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
  readonly atMs: number
  /** Forgotten then. */
  readonly expiresMs: number
}

export type Told = { readonly firing: readonly string[]; readonly resolved: readonly string[] }

/** Whether a receiver has to be told of a group again: exactly when an Alertmanager would. */
export function isToBeTold(
  last: LogEntry | undefined,
  { firing, resolved }: Told,
  of: { sendResolved: boolean; repeatIntervalMs: number; nowMs: number },
): boolean {
  if (last === undefined) return firing.length > 0
  if (!isSubset(firing, last.firing)) return true
  // Also where resolved ones are not sent: that nothing fires any more has to be noted.
  if (firing.length === 0) return last.firing.length > 0
  if (of.sendResolved && !isSubset(resolved, last.resolved)) return true
  return last.atMs < of.nowMs - of.repeatIntervalMs
}

function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  const known = new Set(whole)
  return part.every((each) => known.has(each))
}

/** So long a receiver's last message is remembered: as Alertmanager, at most five days. */
const rememberedMaxMs = 120 * 3_600_000

export const logEntryOf = ({ firing, resolved }: Told, nowMs: number, repeatIntervalMs: number): LogEntry => ({
  firing,
  resolved,
  atMs: nowMs,
  expiresMs: nowMs + Math.min(rememberedMaxMs, 2 * repeatIntervalMs),
})

/** Of a group and one way of telling a receiver. */
export const logKey = (groupKey: string, integrationId: string): string => `${groupKey}\u0000${integrationId}`
