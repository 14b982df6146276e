const windowMs = 300_000
const usersMax = 100_000

/**
 * How many distinct users were seen in the last five minutes. A map keeps its keys in the order they were last seen, so
 * the old ones are at its front.
 */
export class ActiveUsers {
  private readonly seenMs = new Map<string, number>()
  private readonly nowMs: () => number

  constructor(nowMs: () => number) {
    this.nowMs = nowMs
  }

  seen(id: string): void {
    this.seenMs.delete(id)
    this.seenMs.set(id, this.nowMs())
    if (this.seenMs.size > usersMax) this.forgetFirst()
  }

  count(): number {
    const oldestMs = this.nowMs() - windowMs
    for (const seenMs of this.seenMs.values()) {
      if (seenMs >= oldestMs) break
      this.forgetFirst()
    }
    return this.seenMs.size
  }

  private forgetFirst(): void {
    for (const id of this.seenMs.keys()) {
      this.seenMs.delete(id)
      return
    }
  }
}
