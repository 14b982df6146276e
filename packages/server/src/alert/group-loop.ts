import { groupKey } from './rule-file.ts'
import type { RunningGroup } from './running-group.ts'

/** setTimeout takes no more. */
const waitMaxMs = 2 ** 31 - 1

export type LoopParts = {
  nowUnixMs: () => number
  /** Waits for a turn and runs: few groups are evaluated at once. */
  inTurn: (run: () => Promise<void>) => Promise<void>
  /** Called after so many evaluations that recording rules have data, and never again. */
  restore: (group: RunningGroup, nowMs: number) => Promise<void>
  onFault: (error: unknown) => void
}

/** Alerts may need what recording rules of the first evaluation made. */
const evaluationsBeforeRestore = 2

/**
 * Evaluates one group again and again, at its place in the interval: always as of the time that was due, so that what is
 * recorded lies evenly, and never twice at once. What was due while an evaluation took its time is left out and counted.
 */
export class GroupLoop {
  readonly group: RunningGroup
  missed = 0
  readonly #parts: LoopParts
  readonly #offsetMs: number
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #isStopped = false
  #evaluations = 0

  constructor(group: RunningGroup, parts: LoopParts) {
    this.group = group
    this.#parts = parts
    this.#offsetMs = hashOf(groupKey(group.group)) % group.intervalMs
  }

  start(): void {
    this.#wait(this.#nextDueMs(this.#parts.nowUnixMs()))
  }

  /** The next moment after this one at which it is this group's turn. */
  #nextDueMs(afterMs: number): number {
    const { intervalMs } = this.group
    const first = Math.floor((afterMs - this.#offsetMs) / intervalMs) * intervalMs + this.#offsetMs
    return first > afterMs ? first : first + intervalMs
  }

  #wait(dueMs: number): void {
    if (this.#isStopped) return
    const waitMs = Math.max(0, dueMs - this.#parts.nowUnixMs())
    this.#timer = setTimeout(() => this.#wake(dueMs), Math.min(waitMs, waitMaxMs))
  }

  #wake(dueMs: number): void {
    const { nowUnixMs, inTurn, onFault } = this.#parts
    const { intervalMs } = this.group
    const nowMs = nowUnixMs()
    if (nowMs < dueMs) {
      // Woken early, or the clock was set back; by more than a turn, and what was due is another time.
      this.#wait(dueMs - nowMs > intervalMs ? this.#nextDueMs(nowMs) : dueMs)
      return
    }
    const late = Math.floor((nowMs - dueMs) / intervalMs)
    this.missed += late
    const atMs = dueMs + late * intervalMs
    this.#running = inTurn(() => this.#evaluate(atMs))
      .catch(onFault)
      .then(() => this.#wait(atMs + intervalMs))
  }

  async #evaluate(atMs: number): Promise<void> {
    if (this.#isStopped) return
    await this.group.evaluate(atMs, () => this.#isStopped)
    this.#evaluations += 1
    const isToRestore = this.group.rules.some(({ isRestored }) => !isRestored)
    if (isToRestore && this.#evaluations >= evaluationsBeforeRestore && !this.#isStopped)
      await this.#parts.restore(this.group, this.#parts.nowUnixMs())
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#running
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
