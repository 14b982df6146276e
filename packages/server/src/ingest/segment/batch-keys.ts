import { createHash } from 'node:crypto'

export type Signal = 'traces' | 'logs' | 'metrics'

/** 128 bits of the sender's batch id, or of the body when it gave none. */
export function batchKeyOf(signal: string, batch: Uint8Array | string): string {
  const kind = typeof batch === 'string' ? 'id' : 'body'
  return createHash('sha256').update(`${signal} ${kind} `).update(batch).digest().toString('base64url', 0, 16)
}

/**
 * The batches that were made durable lately, so that one sent again (its first answer was lost) is answered and
 * not stored again. Beyond `countMax` the oldest are forgotten early: `forgottenEarly` says how many.
 */
export class BatchKeys {
  forgottenEarly = 0
  readonly #times = new Map<string, number>()
  readonly #keepMs: number
  readonly #countMax: number

  constructor(options: { keepMs: number; countMax: number }) {
    this.#keepMs = options.keepMs
    this.#countMax = options.countMax
  }

  has(key: string): boolean {
    return this.#times.has(key)
  }

  /** In order of time, which is the order they are forgotten in. */
  add(keys: readonly string[], atUnixMs: number): void {
    for (const key of keys) {
      this.#times.delete(key)
      this.#times.set(key, atUnixMs)
    }
    for (const [key, timeMs] of this.#times) {
      const late = atUnixMs - timeMs > this.#keepMs
      if (!late && this.#times.size <= this.#countMax) return
      if (!late) this.forgottenEarly += 1
      this.#times.delete(key)
    }
  }
}
