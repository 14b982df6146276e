import type { AlertLabels } from '../matchers/matcher.ts'
import type { Integration, NotifyConfig, Route } from './config/notify-config.ts'
import { isToBeTold, type LogEntry, logKey, type Told } from './dedup.ts'
import { type FlushedAlert, inOrder, isResolvedAt, type NotifyAlert } from './notify-alert.ts'
import { isWithin } from './time-interval.ts'

/** Alerts of one route that are told together. */
export type Group = {
  readonly key: string
  readonly route: Route
  readonly labels: AlertLabels
  readonly alerts: Map<string, NotifyAlert>
  /** When it is looked at next. */
  nextMs: number
  hasFlushed: boolean
  flush: Flush | undefined
  /** By integration: why the last message was not taken. */
  readonly failures: Map<string, { readonly error: string; readonly atMs: number }>
}

/** One round of telling: the alerts as they were, and what each integration is to hear of them. */
export type Flush = { readonly alerts: readonly FlushedAlert[]; readonly deliveries: readonly Delivery[] }

export type Delivery = {
  readonly integration: Integration
  readonly told: Told
  /** Empty where it is only noted that nothing fires any more. */
  readonly alerts: readonly FlushedAlert[]
  /** Given up then; the group's next round begins anew. */
  readonly deadlineMs: number
  state: 'waiting' | 'sending' | 'done' | 'failed'
  nextTryMs: number
  pauseMs: number
}

export const firstPauseMs = 500
/** A round goes on at least so long, however short the interval of its group is. */
const roundLeastMs = 10_000

export const groupOf = (key: string, route: Route, of: { labels: AlertLabels; nowMs: number }): Group => ({
  key,
  route,
  labels: of.labels,
  alerts: new Map(),
  nextMs: of.nowMs + route.groupWaitMs,
  hasFlushed: false,
  flush: undefined,
  failures: new Map(),
})

/** An alert that has waited long enough elsewhere, as before a restart, does not wait for its group. */
export function insertAlert(group: Group, alert: NotifyAlert, nowMs: number): void {
  group.alerts.set(alert.fingerprint, alert)
  if (!group.hasFlushed && alert.startsAtMs + group.route.groupWaitMs < nowMs) group.nextMs = nowMs
}

export type FlushWorld = {
  readonly nowMs: number
  readonly config: NotifyConfig
  readonly integrations: readonly Integration[]
  /** Silenced or inhibited. */
  readonly isMuted: (labels: AlertLabels) => boolean
  readonly lastTold: (key: string) => LogEntry | undefined
}

/** Begins a round, when it is time: inhibited and silenced alerts are left out, and who knows all already is not told. */
export function beginFlush(group: Group, world: FlushWorld): void {
  const { nowMs } = world
  group.nextMs = nowMs + group.route.groupIntervalMs
  group.hasFlushed = true
  if (group.alerts.size === 0) return
  const alerts = inOrder([...group.alerts.values()]).map((alert) => ({
    ...alert,
    isResolved: isResolvedAt(alert, nowMs),
  }))
  const loud =
    mutingTimes(group.route, world.config, nowMs).length > 0
      ? []
      : alerts.filter(({ labels }) => !world.isMuted(labels))
  group.flush = { alerts, deliveries: loud.length === 0 ? [] : deliveriesOf(group, loud, world) }
}

/** The time intervals for which a route tells nobody now: one that mutes it, or all in which it would be active. */
export function mutingTimes(
  { muteTimes, activeTimes }: Route,
  { timeIntervals }: NotifyConfig,
  nowMs: number,
): readonly string[] {
  const isIn = (name: string): boolean => isWithin(timeIntervals.get(name) ?? [], nowMs)
  const muting = muteTimes.filter(isIn)
  return activeTimes.some(isIn) ? muting : [...activeTimes, ...muting]
}

function deliveriesOf(group: Group, loud: readonly FlushedAlert[], world: FlushWorld): Delivery[] {
  const { nowMs } = world
  const { repeatIntervalMs, groupIntervalMs } = group.route
  const fingerprints = (isResolved: boolean): string[] =>
    loud.filter((alert) => alert.isResolved === isResolved).map(({ fingerprint }) => fingerprint)
  const told = { firing: fingerprints(false), resolved: fingerprints(true) }
  return world.integrations.flatMap((integration) => {
    const { sendResolved } = integration
    const last = world.lastTold(logKey(group.key, integration.id))
    if (!isToBeTold(last, told, { sendResolved, repeatIntervalMs, nowMs })) return []
    return {
      integration,
      told,
      alerts: sendResolved ? loud : loud.filter(({ isResolved }) => !isResolved),
      deadlineMs: nowMs + Math.max(groupIntervalMs, roundLeastMs),
      state: 'waiting',
      nextTryMs: nowMs,
      pauseMs: firstPauseMs,
    }
  })
}

/** Ends a round when all was tried: what is resolved is forgotten once everybody was told, unless it came again meanwhile. */
export function endFlush(group: Group): void {
  const { flush } = group
  if (flush === undefined || flush.deliveries.some(({ state }) => state === 'waiting' || state === 'sending')) return
  group.flush = undefined
  if (flush.deliveries.some(({ state }) => state === 'failed')) return
  for (const { isResolved, fingerprint, updatedAtMs } of flush.alerts)
    if (isResolved && group.alerts.get(fingerprint)?.updatedAtMs === updatedAtMs) group.alerts.delete(fingerprint)
}
