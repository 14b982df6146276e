/**
 * Which ids already have their row for a day: a table of (64-bit id, day) with open addressing.
 *
 * It is bounded by forgetting everything when it is full: a row written again costs a little and harms nothing,
 * because the tables it is for replace rows of the same id and day.
 */
export class KnownIds {
  readonly #entriesMax: number
  readonly #low: Int32Array
  readonly #high: Int32Array
  readonly #day: Int32Array
  readonly #slotOf: Int32Array
  readonly #slots: Int32Array
  #count = 0
  #forgotten = 0
  /** Another one whenever ids that were known may not be any more. */
  generation = 0

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
    this.#low = new Int32Array(entriesMax)
    this.#high = new Int32Array(entriesMax)
    this.#day = new Int32Array(entriesMax)
    this.#slotOf = new Int32Array(entriesMax)
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(entriesMax * 2)))
  }

  /** Adds the id with this day; answers whether it was new. */
  add(low: number, high: number, day: number): boolean {
    const mask = this.#slots.length - 1
    let slot = (low ^ Math.imul(day, 0x9e3779b1)) & mask
    for (;;) {
      const entry = this.#slots[slot]! - 1
      if (entry < 0) break
      if (this.#low[entry] === low && this.#high[entry] === high && this.#day[entry] === day) return false
      slot = (slot + 1) & mask
    }
    if (this.#count === this.#entriesMax) {
      this.forget()
      slot = (low ^ Math.imul(day, 0x9e3779b1)) & mask
    }
    const entry = this.#count++
    this.#low[entry] = low
    this.#high[entry] = high
    this.#day[entry] = day
    this.#slotOf[entry] = slot
    this.#slots[slot] = entry + 1
    return true
  }

  mark(): KnownIdsMark {
    return { count: this.#count, forgotten: this.#forgotten }
  }

  /** Takes back the ids that were added since the mark. */
  rollback(mark: KnownIdsMark): void {
    // What was added before the mark is gone, so what was added after it can no longer be told apart.
    if (mark.forgotten !== this.#forgotten) this.forget()
    if (this.#count > mark.count) this.generation += 1
    // The last one in took its slot last, so emptying it leaves every other where a search finds it.
    while (this.#count > mark.count) {
      this.#count -= 1
      this.#slots[this.#slotOf[this.#count]!] = 0
    }
  }

  forget(): void {
    this.#slots.fill(0)
    this.#count = 0
    this.#forgotten += 1
    this.generation += 1
  }
}

export type KnownIdsMark = { readonly count: number; readonly forgotten: number }
