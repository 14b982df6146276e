import type { BodyBudget } from './read-body.ts'

/**
 * Room for the bodies of gRPC calls. A call does not say how long its body is, so room for the longest is kept before
 * the first byte is read, and what the body did not need is given back when it is there. A call that finds no room
 * waits unread: HTTP/2 then holds its sender back, and nothing is lost.
 *
 *   reserve -> (waits) -> start() -> received(bytes) -> release()
 */
export type BodyRoomOptions = {
  bodySizeMaxBytes: number
  budget: BodyBudget
  waitingMax: number
}

export class BodyRoom {
  readonly #bodyBytes: number
  readonly #waitingMax: number
  readonly #waiting = new Set<Reservation>()
  readonly #budget: BodyBudget

  constructor(options: BodyRoomOptions) {
    this.#bodyBytes = Math.min(options.bodySizeMaxBytes, options.budget.maxBytes)
    this.#budget = options.budget
    options.budget.onGiven(() => this.#startWaiting())
    this.#waitingMax = options.waitingMax
  }

  /** Calls `start` at once or when there is room; undefined when too many wait already. */
  reserve(start: () => void): Reservation | undefined {
    if (this.#waiting.size >= this.#waitingMax) return undefined
    const reservation = new Reservation(start, (reserved, bytes) => this.#give(reserved, bytes))
    this.#waiting.add(reservation)
    this.#startWaiting()
    return reservation
  }

  #give(reservation: Reservation, bytes: number): void {
    this.#waiting.delete(reservation)
    this.#budget.give(bytes)
  }

  #startWaiting(): void {
    for (const reservation of this.#waiting) {
      if (!this.#budget.take(this.#bodyBytes)) return
      this.#waiting.delete(reservation)
      reservation.begin(this.#bodyBytes)
    }
  }
}

export class Reservation {
  readonly #start: () => void
  readonly #give: (reservation: Reservation, bytes: number) => void
  #heldBytes = 0

  constructor(start: () => void, give: (reservation: Reservation, bytes: number) => void) {
    this.#start = start
    this.#give = give
  }

  /** For the room alone. */
  begin(bytes: number): void {
    this.#heldBytes = bytes
    this.#start()
  }

  /** The body is there and has this length. */
  received(bytes: number): void {
    const spare = this.#heldBytes - bytes
    this.#heldBytes = bytes
    this.#give(this, spare)
  }

  /** May be called more than once. */
  release(): void {
    const bytes = this.#heldBytes
    this.#heldBytes = 0
    this.#give(this, bytes)
  }
}
