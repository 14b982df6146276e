import { createHash } from 'node:crypto'
import { Sending } from './sending.ts'
import type { Receiver, ReceiverCounts, ReceiverParts, ToldAlert } from './told-alert.ts'

/** Alerts remembered for one webhook; beyond it those that came first are given up. */
const rememberedMax = 10_000
/** As Alertmanager has it: what fires on is told again after so long. */
const repeatMs = 4 * 3_600_000
/** How often is looked for alerts that are over because nobody tells of them any more. */
const lookMs = 15_000

type Remembered = {
  alert: ToldAlert /** As what it was told last; undefined before. */
  told: 'firing' | 'resolved' | undefined
}
type Group = { alerts: Map<string, Remembered>; lastToldMs: number }

/**
 * A plain webhook, told in Alertmanager's payload (version 4), a group of rules at a time: when an alert of it begins to fire,
 * when one is resolved, and every four hours while any fires. For silences and routes there is Alertmanager itself.
 */
export class Webhook implements Receiver {
  readonly url: string
  readonly #parts: ReceiverParts & { externalUrl: () => string }
  readonly #sending: Sending
  readonly #groups = new Map<string, Group>()
  readonly #timer: NodeJS.Timeout
  #sent = 0
  #dropped = 0

  constructor(parts: ReceiverParts & { externalUrl: () => string }) {
    this.#parts = parts
    this.url = parts.url
    this.#sending = new Sending(parts, (signal) => this.#send(signal))
    this.#timer = setInterval(() => this.look(), lookMs)
    this.#timer.unref()
  }

  tell(alerts: readonly ToldAlert[]): void {
    for (const alert of alerts) {
      const group = this.#groups.get(alert.group) ?? { alerts: new Map<string, Remembered>(), lastToldMs: 0 }
      const known = group.alerts.get(alert.key)
      // Of what was over before it was told, or was told as over, there is nothing to say.
      if (alert.isResolved && known?.told !== 'firing') group.alerts.delete(alert.key)
      else group.alerts.set(alert.key, { alert, told: known?.told })
      this.#groups.set(alert.group, group)
    }
    this.#forget()
    this.look()
  }

  #forget(): void {
    let count = [...this.#groups.values()].reduce((sum, { alerts }) => sum + alerts.size, 0)
    for (const { alerts } of this.#groups.values())
      for (const key of alerts.keys()) {
        if (count <= rememberedMax) return
        alerts.delete(key)
        this.#dropped += 1
        count -= 1
      }
  }

  /** Whether there is something to tell now. */
  look(): void {
    const nowMs = this.#parts.nowUnixMs()
    for (const group of this.#groups.values()) endSilent(group, nowMs)
    if ([...this.#groups.values()].some((group) => isDue(group, nowMs))) this.#sending.wake()
  }

  async #send(signal: AbortSignal): Promise<string> {
    for (const [name, group] of this.#groups) {
      const nowMs = this.#parts.nowUnixMs()
      if (!isDue(group, nowMs)) continue
      const sent = [...group.alerts.values()]
      const alerts = sent.map(({ alert }) => alert)
      const error = await this.#parts.post(this.url, payloadOf(name, alerts, this.#parts.externalUrl()), signal)
      if (error !== '') return error
      this.#sent += alerts.length
      group.lastToldMs = nowMs
      for (const each of sent) this.#noteTold(group, each)
      if (group.alerts.size === 0) this.#groups.delete(name)
    }
    return ''
  }

  /** What changed while it was told keeps that it was told as it was before. */
  #noteTold(group: Group, { alert }: Remembered): void {
    const known = group.alerts.get(alert.key)
    if (known === undefined) return
    if (alert.isResolved && known.alert === alert) group.alerts.delete(alert.key)
    else known.told = alert.isResolved ? 'resolved' : 'firing'
  }

  counts(): ReceiverCounts {
    const nowMs = this.#parts.nowUnixMs()
    const waiting = [...this.#groups.values()].filter((group) => isDue(group, nowMs))
    const { failures, lastError } = this.#sending
    const count = waiting.reduce((sum, { alerts }) => sum + alerts.size, 0)
    return { sent: this.#sent, failures, dropped: this.#dropped, waiting: count, lastError }
  }

  stop(): Promise<void> {
    clearInterval(this.#timer)
    return this.#sending.stop()
  }
}

/** An alert of which nobody says that it goes on is over. */
function endSilent(group: Group, nowMs: number): void {
  for (const [key, known] of group.alerts)
    if (!known.alert.isResolved && known.alert.endsAtMs <= nowMs)
      group.alerts.set(key, { ...known, alert: { ...known.alert, isResolved: true } })
}

function isDue({ alerts, lastToldMs }: Group, nowMs: number): boolean {
  const all = [...alerts.values()]
  if (all.some(({ alert, told }) => (alert.isResolved ? told === 'firing' : told !== 'firing'))) return true
  return lastToldMs + repeatMs <= nowMs && all.some(({ alert }) => !alert.isResolved)
}

function payloadOf(group: string, alerts: readonly ToldAlert[], externalUrl: string): object {
  const common = (of: (alert: ToldAlert) => Readonly<Record<string, string>>): object => {
    const [first, ...others] = alerts.map(of)
    return Object.fromEntries(
      Object.entries(first ?? {}).filter(([name, value]) => others.every((other) => other[name] === value)),
    )
  }
  return {
    version: '4',
    groupKey: `{}:{rule_group=${JSON.stringify(group)}}`,
    truncatedAlerts: 0,
    status: alerts.some(({ isResolved }) => !isResolved) ? 'firing' : 'resolved',
    receiver: 'webhook',
    groupLabels: { rule_group: group },
    commonLabels: common(({ labels }) => labels),
    commonAnnotations: common(({ annotations }) => annotations),
    externalURL: externalUrl,
    alerts: alerts.map(alertBody),
  }
}

const never = '0001-01-01T00:00:00Z'

const alertBody = ({ labels, annotations, startsAtMs, endsAtMs, isResolved, generatorUrl }: ToldAlert): object => ({
  status: isResolved ? 'resolved' : 'firing',
  labels,
  annotations,
  startsAt: new Date(startsAtMs).toISOString(),
  endsAt: isResolved ? new Date(endsAtMs).toISOString() : never,
  generatorURL: generatorUrl,
  fingerprint: createHash('sha256')
    .update(JSON.stringify(Object.entries(labels).sort()))
    .digest('hex')
    .slice(0, 16),
})
