import type { NotifyConfig } from './config/notify-config.ts'
import { Notifier, type NotifierParts } from './notifier.ts'

/** setTimeout takes no more. */
const waitMaxMs = 2 ** 31 - 1

/** A notifier that takes its steps when they are due. */
export class NotifierLoop {
  readonly notifier: Notifier
  readonly #nowUnixMs: () => number
  readonly #onFault: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #isStopped = false
  #isWoken = false

  constructor(config: NotifyConfig, parts: Omit<NotifierParts, 'wake'> & { onFault: (error: unknown) => void }) {
    this.#nowUnixMs = parts.nowUnixMs
    this.#onFault = parts.onFault
    this.notifier = new Notifier(config, { ...parts, wake: () => this.#wake() })
  }

  /** Many things that happen at once are one step. */
  #wake(): void {
    if (this.#isWoken) return
    this.#isWoken = true
    setImmediate(() => this.#step())
  }

  #step(): void {
    this.#isWoken = false
    clearTimeout(this.#timer)
    if (this.#isStopped) return
    try {
      this.notifier.step()
    } catch (error) {
      this.#onFault(error)
    }
    const waitMs = Math.max(1, this.notifier.nextStepMs() - this.#nowUnixMs())
    this.#timer = setTimeout(() => this.#step(), Math.min(waitMs, waitMaxMs))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.notifier.stop()
  }
}
