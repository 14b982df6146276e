import { Sending } from './sending.ts'
import type { Receiver, ReceiverCounts, ReceiverParts, ToldAlert } from './told-alert.ts'

/** Alerts that wait for one Alertmanager; beyond it the oldest are given up. */
const waitingMax = 10_000
const alertsPerRequest = 64

/**
 * An Alertmanager, told over its API v2 as Prometheus tells it: it groups, silences and sends on. Of an alert that changed while
 * it waited the latest is sent.
 */
export class Alertmanager implements Receiver {
  readonly url: string
  readonly #parts: ReceiverParts
  readonly #sending: Sending
  readonly #waiting = new Map<string, ToldAlert>()
  #sent = 0
  #dropped = 0

  /** `url`: where it is reached, without the path of its API. */
  constructor(parts: ReceiverParts) {
    this.#parts = parts
    this.url = parts.url
    this.#sending = new Sending(parts, (signal) => this.#send(signal))
  }

  tell(alerts: readonly ToldAlert[]): void {
    for (const alert of alerts) {
      this.#waiting.delete(alert.key)
      this.#waiting.set(alert.key, alert)
    }
    for (const key of this.#waiting.keys()) {
      if (this.#waiting.size <= waitingMax) break
      this.#waiting.delete(key)
      this.#dropped += 1
    }
    this.#sending.wake()
  }

  async #send(signal: AbortSignal): Promise<string> {
    while (this.#waiting.size > 0) {
      const alerts = [...this.#waiting.values()].slice(0, alertsPerRequest)
      const error = await this.#parts.post(addressOf(this.url), alerts.map(alertBody), signal)
      if (error !== '') return error
      this.#sent += alerts.length
      for (const alert of alerts) if (this.#waiting.get(alert.key) === alert) this.#waiting.delete(alert.key)
    }
    return ''
  }

  counts(): ReceiverCounts {
    const { failures, lastError } = this.#sending
    return { sent: this.#sent, failures, dropped: this.#dropped, waiting: this.#waiting.size, lastError }
  }

  stop(): Promise<void> {
    return this.#sending.stop()
  }
}

const addressOf = (url: string): string => `${url.replace(/\/$/, '')}/api/v2/alerts`

const alertBody = ({ labels, annotations, startsAtMs, endsAtMs, generatorUrl }: ToldAlert): object => ({
  labels,
  annotations,
  startsAt: new Date(startsAtMs).toISOString(),
  endsAt: new Date(endsAtMs).toISOString(),
  generatorURL: generatorUrl,
})
