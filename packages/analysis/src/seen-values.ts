/**
 * The last so many values of a series: as they came, and in order of size beside it.
 *
 *   ring     [ 3 9 4 | 7 1 ]   as they came; the oldest is where the next goes
 *   sorted   [ 1 3 4 7 9 ]     for the nearest of them
 *
 * Single precision: two of 8064 values are 63 KiB. What is taken from it is compared with what is in it only after
 * it was rounded alike.
 */
export class SeenValues {
  readonly #ring: Float32Array
  readonly #sorted: Float32Array
  /** Of all that ever came. */
  #added = 0
  #size = 0

  constructor(capacity: number) {
    this.#ring = new Float32Array(capacity)
    this.#sorted = new Float32Array(capacity)
  }

  get size(): number {
    return this.#size
  }

  get lowest(): number {
    return this.#sorted[0] ?? Number.NaN
  }

  get highest(): number {
    return this.#sorted[this.#size - 1] ?? Number.NaN
  }

  /** Bytes it holds, however few values came yet. */
  get byteLength(): number {
    return this.#ring.byteLength + this.#sorted.byteLength
  }

  /** Takes a value in, and the oldest out where it is full. */
  add(value: number): void {
    const place = this.#added % this.#ring.length
    if (this.#size === this.#ring.length) this.#remove(this.#ring[place] ?? Number.NaN)
    this.#ring[place] = value
    this.#added += 1
    const at = this.#rank(Math.fround(value))
    this.#sorted.copyWithin(at + 1, at, this.#size)
    this.#sorted[at] = value
    this.#size += 1
  }

  #remove(value: number): void {
    const at = this.#rank(value)
    this.#sorted.copyWithin(at, at + 1, this.#size)
    this.#size -= 1
  }

  /** How many are smaller. */
  #rank(value: number): number {
    let [low, high] = [0, this.#size]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#sorted[middle] ?? 0) < value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Of all that are held; undefined when there are none. */
  nearest(value: number): number | undefined {
    const rounded = Math.fround(value)
    const at = this.#rank(rounded)
    const below = at > 0 ? this.#sorted[at - 1] : undefined
    const above = at < this.#size ? this.#sorted[at] : undefined
    if (below === undefined || above === undefined) return above ?? below
    return rounded - below < above - rounded ? below : above
  }

  /** The value that came so many before the newest; undefined where it is held no longer. */
  ago(count: number): number | undefined {
    return count >= this.#size ? undefined : this.#ring[(this.#added - 1 - count) % this.#ring.length]
  }

  /** The mean of `count` values, the last of which came `ago` values before the newest; undefined where one is held no longer. */
  meanAgo(ago: number, count: number): number | undefined {
    if (ago + count > this.#size) return undefined
    let sum = 0
    let place = (this.#added - ago - count) % this.#ring.length
    for (let i = 0; i < count; i++) {
      sum += this.#ring[place] ?? 0
      place = place + 1 === this.#ring.length ? 0 : place + 1
    }
    return sum / count
  }
}
