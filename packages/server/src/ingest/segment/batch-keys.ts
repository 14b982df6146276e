import { createHash } from 'node:crypto'

export type Signal = 'traces' | 'logs' | 'metrics'

/** 128 bits of the sender's batch id, or of the body when it gave none. */
export function batchKeyOf(signal: string, batch: Uint8Array | string): string {
  const kind = typeof batch === 'string' ? 'id' : 'body'
  return createHash('sha256').update(`${signal} ${kind} `).update(batch).digest().toString('base64url', 0, keyBytes)
}

const keyBytes = 16
const keyWords = keyBytes / 4
/** A power of two, as every capacity is: it is cut out of a key's bits. */
const capacityMin = 1_024

/**
 * The batches that were made durable lately, so that one sent again (its first answer was lost) is answered and
 * not stored again. Beyond `countMax` the oldest are forgotten early: `forgottenEarly` says how many.
 *
 * Under full load they are hundreds of thousands, so they lie outside of V8's heap, 32 bytes each (as strings in a Map they
 * were most of what lives in it, docs/decisions/0062-memory-of-a-full-load.md): a ring in order of time, the oldest at `first`.
 *
 *   words, times    the key and when it came
 *   heads           by the key's last bits, the newest place in the ring that has them, plus one
 *   nexts           by place, the next older one that has the same bits, plus one
 */
export class BatchKeys {
  forgottenEarly = 0
  readonly #keepMs: number
  readonly #countMax: number
  readonly #key = new Int32Array(keyWords)
  readonly #keyBytes = Buffer.from(this.#key.buffer)
  #ring = newRing(capacityMin)
  #first = 0
  #count = 0

  constructor(options: { keepMs: number; countMax: number }) {
    this.#keepMs = options.keepMs
    this.#countMax = options.countMax
  }

  has(key: string): boolean {
    this.#read(key)
    const { heads, nexts } = this.#ring
    let place = at(heads, headOf(this.#ring, this.#key, 0)) - 1
    while (place >= 0 && !this.#isAt(place)) place = at(nexts, place) - 1
    return place >= 0
  }

  /** In order of time, which is the order they are forgotten in. One that comes again is forgotten after its last time. */
  add(keys: readonly string[], atUnixMs: number): void {
    for (const key of keys) {
      this.#read(key)
      this.#append(this.#key, 0, atUnixMs)
    }
    while (this.#count > 0) {
      const late = atUnixMs - at(this.#ring.times, this.#first) > this.#keepMs
      if (!late && this.#count <= this.#countMax) break
      if (!late) this.forgottenEarly += 1
      this.#forgetFirst()
    }
    const { length } = this.#ring.times
    if (length > capacityMin && this.#count < length / 8) this.#resize(length / 2)
  }

  #read(key: string): void {
    this.#keyBytes.fill(0)
    this.#keyBytes.write(key, 'base64url')
  }

  #isAt(place: number): boolean {
    for (let word = 0; word < keyWords; word += 1) {
      if (at(this.#ring.words, place * keyWords + word) !== at(this.#key, word)) return false
    }
    return true
  }

  #append(key: Int32Array, from: number, timeMs: number): void {
    if (this.#count === this.#ring.times.length) this.#resize(this.#count * 2)
    const { words, times, heads, nexts } = this.#ring
    const place = (this.#first + this.#count) & (times.length - 1)
    for (let word = 0; word < keyWords; word += 1) words[place * keyWords + word] = at(key, from + word)
    times[place] = timeMs
    const head = headOf(this.#ring, key, from)
    nexts[place] = at(heads, head)
    heads[head] = place + 1
    this.#count += 1
  }

  /** It is the oldest of those with its bits, so the last in their line. */
  #forgetFirst(): void {
    const { words, times, heads, nexts } = this.#ring
    const first = this.#first
    const head = headOf(this.#ring, words, first * keyWords)
    if (at(heads, head) === first + 1) heads[head] = 0
    else {
      let place = at(heads, head) - 1
      while (at(nexts, place) !== first + 1) place = at(nexts, place) - 1
      nexts[place] = 0
    }
    this.#first = (first + 1) & (times.length - 1)
    this.#count -= 1
  }

  #resize(capacity: number): void {
    const { words, times } = this.#ring
    const first = this.#first
    const count = this.#count
    this.#ring = newRing(capacity)
    this.#first = 0
    this.#count = 0
    for (let index = 0; index < count; index += 1) {
      const place = (first + index) & (times.length - 1)
      this.#append(words, place * keyWords, at(times, place))
    }
  }
}

type Ring = { words: Int32Array; times: Float64Array; heads: Int32Array; nexts: Int32Array }

const newRing = (capacity: number): Ring => ({
  words: new Int32Array(capacity * keyWords),
  times: new Float64Array(capacity),
  heads: new Int32Array(capacity),
  nexts: new Int32Array(capacity),
})

/** Keys are bits of a hash: any of them will do. */
const headOf = ({ heads }: Ring, words: Int32Array, from: number): number => at(words, from) & (heads.length - 1)

/** Within the array by what stands above. */
const at = (array: Int32Array | Float64Array, index: number): number => array[index] ?? 0
