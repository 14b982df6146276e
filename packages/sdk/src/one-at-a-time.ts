/** So much may be asked for in the middle of one piece of work. */
const heldMax = 16

/**
 * Keeps apart pieces of work that must not begin within one another, such as writing a record whose values are the program's
 * and may do anything while they are read: what comes in the middle of one runs after it.
 */
export class OneAtATime {
  /** Set when a piece begins. */
  isBusy = false
  private isCatchingUp = false
  private held: (() => void)[] = []
  private readonly refuse: () => void

  /** `refuse` is told of each piece that is not done: there were too many, or it failed. */
  constructor(refuse: () => void) {
    this.refuse = refuse
  }

  /** What comes out of work that was held itself is refused: it would go on for ever. */
  later(run: () => void): void {
    if (this.isCatchingUp || this.held.length >= heldMax) this.refuse()
    else this.held.push(run)
  }

  /** The piece is complete. */
  over(): void {
    this.isBusy = false
    if (this.held.length === 0) return
    this.isCatchingUp = true
    for (const run of this.held.splice(0)) {
      try {
        run()
      } catch {
        this.refuse()
      }
    }
    this.isCatchingUp = false
  }
}
