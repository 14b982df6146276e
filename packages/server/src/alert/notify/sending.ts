import { setTimeout as pause } from 'node:timers/promises'
import { shownUrl } from './post-json.ts'
import type { ReceiverParts } from './told-alert.ts'

const firstPauseMs = 1000
const pauseMaxMs = 30_000

/**
 * Does one thing at a time, and again after a pause that grows as long as it fails. `send` answers '' when it is done, or
 * why not; what it sends it looks up each time anew, so that a second try tells the latest.
 */
export class Sending {
  failures = 0
  lastError = ''
  readonly #parts: ReceiverParts
  readonly #send: (signal: AbortSignal) => Promise<string>
  readonly #stopping = new AbortController()
  #isWanted = false
  #running: Promise<void> | undefined

  constructor(parts: ReceiverParts, send: (signal: AbortSignal) => Promise<string>) {
    this.#parts = parts
    this.#send = send
  }

  /** There is something to send. */
  wake(): void {
    this.#isWanted = true
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      if (this.#isWanted && !this.#stopping.signal.aborted) this.wake()
    })
  }

  async #run(): Promise<void> {
    let pauseMs = firstPauseMs
    while (this.#isWanted && !this.#stopping.signal.aborted) {
      this.#isWanted = false
      const error = await this.#send(this.#stopping.signal)
      if (error === '') {
        if (this.lastError !== '') this.#parts.report(`${shownUrl(this.#parts.url)} takes alerts again.`)
        this.lastError = ''
        pauseMs = firstPauseMs
        continue
      }
      if (this.#stopping.signal.aborted) return
      this.failures += 1
      if (this.lastError === '')
        this.#parts.report(`Cannot tell ${shownUrl(this.#parts.url)} of alerts, trying again: ${error}`)
      this.lastError = error
      this.#isWanted = true
      await pause(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => {})
      pauseMs = Math.min(pauseMs * 2, pauseMaxMs)
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }
}
