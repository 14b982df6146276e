import type { Integration, NotifyConfig } from './config/notify-config.ts'
import { type LogEntry, logEntryOf, logKey } from './dedup.ts'
import { beginFlush, type Delivery, endFlush, firstPauseMs, type Group, groupOf, insertAlert } from './group.ts'
import { Inhibition } from './inhibition.ts'
import type { Message, SendOutcome } from './message.ts'
import { isResolvedAt, mergeAlert, type NotifyAlert } from './notify-alert.ts'
import { groupKeyOf, groupLabelsOf, routesOf } from './routing.ts'
import { Silences } from './silences.ts'

export type NotifierParts = {
  readonly nowUnixMs: () => number
  /** Tells a receiver. Never throws. */
  readonly send: (integration: Integration, message: Message, signal: AbortSignal) => Promise<SendOutcome>
  readonly externalUrl: () => string
  readonly report: (sentence: string) => void
  /** Something was sent, or failed, or came in: there may be a step to take. */
  readonly wake: () => void
  /** What has to outlive this process changed. */
  readonly changed: () => void
}

/** How one way of telling goes, since the start. */
export type IntegrationCounts = {
  /** Messages that were taken, and attempts that were not. */
  sent: number
  failures: number
  /** Rounds that were given up; what was to be told is told with the next. */
  givenUp: number
  /** '' while it takes what it is told. */
  lastError: string
  lastSentMs: number
  lastFailedMs: number
}

const alertsMax = 50_000
/** Messages on their way to one integration; the others wait, and nobody else does. */
const sendsAtOnce = 8
const pauseMaxMs = 60_000
const maintenanceMs = 30_000
/** So long an alert that is over is known, as in Alertmanager, so that one that comes again can be joined to it. */
const resolvedKeptMs = 30 * 60_000

/**
 * What an Alertmanager does with alerts: groups them by route, leaves out what is silenced or inhibited, tells receivers of what
 * changed, and again after a while. It has no timer: `step` does what is due, and `nextStepMs` says when that will be so again.
 */
export class Notifier {
  readonly silences = new Silences()
  readonly #parts: NotifierParts
  #config: NotifyConfig
  #integrations: ReadonlyMap<string, readonly Integration[]> = new Map()
  readonly #alerts = new Map<string, NotifyAlert>()
  #groups = new Map<string, Group>()
  readonly #log = new Map<string, LogEntry>()
  readonly #counts = new Map<string, IntegrationCounts>()
  readonly #onTheirWay = new Map<string, number>()
  readonly #running = new Set<Promise<void>>()
  #stopping = new AbortController()
  #maintainedMs: number
  #refused = 0

  constructor(config: NotifyConfig, parts: NotifierParts) {
    this.#parts = parts
    this.#config = config
    this.#maintainedMs = parts.nowUnixMs()
    this.configure(config)
  }

  /** Goes on by another configuration: all alerts are grouped anew, and who was told of them is remembered. */
  configure(config: NotifyConfig): void {
    this.#stopping.abort()
    this.#stopping = new AbortController()
    this.#config = config
    this.#integrations = new Map(config.receivers.map(({ name, integrations }) => [name, integrations]))
    for (const { id } of [...this.#integrations.values()].flat()) this.#countsOf(id)
    this.#groups = new Map()
    const nowMs = this.#parts.nowUnixMs()
    for (const alert of this.#alerts.values()) this.#group(alert, nowMs)
    this.#parts.wake()
  }

  /** Takes alerts over from somebody who tells of them. Those beyond the limit are refused: how many. */
  put(told: readonly NotifyAlert[]): number {
    const nowMs = this.#parts.nowUnixMs()
    let refused = 0
    for (const each of told) {
      const before = this.#alerts.get(each.fingerprint)
      if (before === undefined && this.#alerts.size >= alertsMax) {
        refused += 1
        continue
      }
      const alert = mergeAlert(before, each, nowMs)
      this.#alerts.set(alert.fingerprint, alert)
      this.#group(alert, nowMs)
      if (before === undefined || isResolvedAt(before, nowMs) !== isResolvedAt(alert, nowMs)) this.#parts.changed()
    }
    if (refused > 0 && this.#refused === 0)
      this.#parts.report(
        `Cannot take more alerts than ${alertsMax}: ${refused} are not told of; see wakeline_notifier_alerts_refused_total`,
      )
    this.#refused += refused
    this.#parts.wake()
    return refused
  }

  #group(alert: NotifyAlert, nowMs: number): void {
    for (const route of routesOf(this.#config.route, alert.labels)) {
      const labels = groupLabelsOf(route, alert.labels)
      const key = groupKeyOf(route, labels)
      // Two routes may have the same matchers and so the same keys.
      const place = `${route.id}\u0000${key}`
      const group = this.#groups.get(place) ?? groupOf(key, route, { labels, nowMs })
      this.#groups.set(place, group)
      insertAlert(group, alert, nowMs)
    }
  }

  /** Does all that is due. */
  step(): void {
    const nowMs = this.#parts.nowUnixMs()
    if (this.#maintainedMs + maintenanceMs <= nowMs) this.#maintain(nowMs)
    let inhibition: Inhibition | undefined
    for (const group of this.#groups.values()) {
      if (group.flush !== undefined) this.#goOn(group, nowMs)
      if (group.flush !== undefined || group.nextMs > nowMs) continue
      inhibition ??= this.inhibition(nowMs)
      beginFlush(group, {
        nowMs,
        config: this.#config,
        integrations: this.#integrations.get(group.route.receiver) ?? [],
        isMuted: (labels) =>
          inhibition?.inhibitorOf(labels) !== undefined || this.silences.activeFor(labels, nowMs).length > 0,
        lastTold: (key) => this.#log.get(key),
      })
      if (group.flush !== undefined) this.#goOn(group, nowMs)
    }
  }

  nextStepMs(): number {
    let nextMs = this.#maintainedMs + maintenanceMs
    for (const { flush, nextMs: dueMs } of this.#groups.values()) {
      if (flush === undefined) nextMs = Math.min(nextMs, dueMs)
      else
        for (const { state, nextTryMs, deadlineMs } of flush.deliveries)
          if (state === 'waiting') nextMs = Math.min(nextMs, nextTryMs, deadlineMs)
    }
    return nextMs
  }

  #goOn(group: Group, nowMs: number): void {
    for (const delivery of group.flush?.deliveries ?? []) {
      if (delivery.state !== 'waiting') continue
      if (nowMs >= delivery.deadlineMs) this.#giveUp(delivery)
      else if (delivery.nextTryMs <= nowMs) this.#try(group, delivery)
    }
    endFlush(group)
  }

  #giveUp(delivery: Delivery): void {
    delivery.state = 'failed'
    this.#countsOf(delivery.integration.id).givenUp += 1
  }

  #try(group: Group, delivery: Delivery): void {
    const { integration, told, alerts } = delivery
    const { id } = integration
    if (alerts.length === 0) {
      this.#noteTold(group, delivery)
      return
    }
    const onTheirWay = this.#onTheirWay.get(id) ?? 0
    if (onTheirWay >= sendsAtOnce) {
      // Looked at again when one of those has ended.
      delivery.nextTryMs = Math.min(delivery.deadlineMs, this.#parts.nowUnixMs() + firstPauseMs)
      return
    }
    this.#onTheirWay.set(id, onTheirWay + 1)
    delivery.state = 'sending'
    const message: Message = {
      receiver: integration.receiver,
      groupKey: group.key,
      groupLabels: group.labels,
      alerts,
      status: told.firing.length > 0 ? 'firing' : 'resolved',
      externalUrl: this.#parts.externalUrl(),
    }
    const { signal } = this.#stopping
    const running = this.#parts.send(integration, message, signal).then((outcome) => {
      this.#onTheirWay.set(id, (this.#onTheirWay.get(id) ?? 1) - 1)
      this.#running.delete(running)
      if (signal.aborted) return
      this.#noteOutcome(group, delivery, outcome)
      endFlush(group)
      this.#parts.wake()
    })
    this.#running.add(running)
  }

  #noteOutcome(group: Group, delivery: Delivery, outcome: SendOutcome): void {
    const { id } = delivery.integration
    const counts = this.#countsOf(id)
    const nowMs = this.#parts.nowUnixMs()
    if (outcome.error === '') {
      if (counts.lastError !== '') this.#parts.report(`${id} takes alerts again.`)
      Object.assign(counts, { sent: counts.sent + 1, lastError: '', lastSentMs: nowMs })
      group.failures.delete(id)
      this.#noteTold(group, delivery)
      return
    }
    if (counts.lastError === '') this.#parts.report(`Cannot tell ${id} of alerts, trying again: ${outcome.error}`)
    Object.assign(counts, { failures: counts.failures + 1, lastError: outcome.error, lastFailedMs: nowMs })
    group.failures.set(id, { error: outcome.error, atMs: nowMs })
    if (!outcome.isWorthRetrying) {
      this.#giveUp(delivery)
      return
    }
    delivery.state = 'waiting'
    delivery.nextTryMs = nowMs + delivery.pauseMs
    delivery.pauseMs = Math.min(delivery.pauseMs * 1.5, pauseMaxMs)
  }

  #noteTold({ key, route }: Group, delivery: Delivery): void {
    delivery.state = 'done'
    const entry = logEntryOf(delivery.told, this.#parts.nowUnixMs(), route.repeatIntervalMs)
    this.#log.set(logKey(key, delivery.integration.id), entry)
    this.#parts.changed()
  }

  #countsOf(id: string): IntegrationCounts {
    const counts = this.#counts.get(id) ?? {
      sent: 0,
      failures: 0,
      givenUp: 0,
      lastError: '',
      lastSentMs: 0,
      lastFailedMs: 0,
    }
    this.#counts.set(id, counts)
    return counts
  }

  #maintain(nowMs: number): void {
    this.#maintainedMs = nowMs
    for (const [place, { alerts, flush }] of this.#groups)
      if (alerts.size === 0 && flush === undefined) this.#groups.delete(place)
    for (const [key, { expiresMs }] of this.#log) if (expiresMs < nowMs) this.#log.delete(key)
    for (const [fingerprint, alert] of this.#alerts)
      if (isResolvedAt(alert, nowMs - resolvedKeptMs)) this.#alerts.delete(fingerprint)
    if (this.silences.forget(nowMs)) this.#parts.changed()
  }

  inhibition(nowMs: number): Inhibition {
    return new Inhibition(this.#config.inhibitRules, this.#alerts.values(), nowMs)
  }

  get config(): NotifyConfig {
    return this.#config
  }

  alerts(): readonly NotifyAlert[] {
    return [...this.#alerts.values()]
  }

  alert(fingerprint: string): NotifyAlert | undefined {
    return this.#alerts.get(fingerprint)
  }

  groups(): readonly Group[] {
    return [...this.#groups.values()]
  }

  lastTold(group: Group, integration: Integration): LogEntry | undefined {
    return this.#log.get(logKey(group.key, integration.id))
  }

  integrationsOf(receiver: string): readonly Integration[] {
    return this.#integrations.get(receiver) ?? []
  }

  counts(): ReadonlyMap<string, IntegrationCounts> {
    return this.#counts
  }

  /** Alerts that were not taken since the start. */
  get refused(): number {
    return this.#refused
  }

  log(): readonly (readonly [string, LogEntry])[] {
    return [...this.#log]
  }

  /** What was known before a restart; alerts that fired get time to be told of again. */
  restore(alerts: readonly NotifyAlert[], log: readonly (readonly [string, LogEntry])[]): void {
    const nowMs = this.#parts.nowUnixMs()
    for (const [key, entry] of log) this.#log.set(key, entry)
    for (const alert of alerts) {
      this.#alerts.set(alert.fingerprint, alert)
      this.#group(alert, nowMs)
    }
    this.#parts.wake()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#running)
  }
}
