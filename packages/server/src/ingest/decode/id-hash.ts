/** Few, for the others alone must tell series of one metric apart: among a million, two are the same once in 140,000 stores. */
const leadBits = 8

/**
 * Ids of resources, scopes and series: 64-bit hashes of what identifies them, in two 32-bit halves.
 *
 *   begin  add add add ...    in order: name, version, unit
 *   lead                      what was added so far alone decides the first eight bits: ids of one metric lie together
 *   entry  add add            one attribute; the hashes of all entries are summed, so their order does not matter
 *   finish -> low, high
 *
 * Two lanes in the manner of MurmurHash3, mixed with one another at the end. Ids are stored, so the outcome for
 * the same input must never change: a test holds some of them. Not a defence against who wants two to collide.
 */
export class IdHash {
  low = 0
  high = 0
  #a = 0
  #b = 0
  #sumLow = 0
  #sumHigh = 0

  /** The first bits where `lead` has said what they are, and the bits of `high` that are left to the rest. */
  #lead = 0
  #rest = -1

  #keptA = 0
  #keptB = 0
  #outerA = 0
  #outerB = 0

  begin(): void {
    this.#a = 0x2545f491
    this.#b = 0x6a09e667
    this.#sumLow = 0
    this.#sumHigh = 0
    this.#lead = 0
    this.#rest = -1
  }

  /** To be called when what ids that are to lie together have in common was added. Those kept and resumed have it, too. */
  lead(): void {
    this.#mix()
    this.#rest = -1 >>> leadBits
    this.#lead = this.high & ~this.#rest
  }

  /** Keeps what was added so far as the beginning of many ids; `resume` goes on from there. */
  keep(): void {
    this.#keptA = this.#a
    this.#keptB = this.#b
  }

  resume(): void {
    this.#a = this.#keptA
    this.#b = this.#keptB
    this.#sumLow = 0
    this.#sumHigh = 0
  }

  /** Bytes and their length. */
  bytes(view: DataView, at: number, length: number): void {
    let a = this.#a ^ length
    let b = this.#b ^ length
    const words = at + (length & ~3)
    let i = at
    for (; i < words; i += 4) {
      const word = view.getInt32(i, true)
      const x = Math.imul(word, 0xcc9e2d51)
      const y = Math.imul(word, 0x239b961b)
      a ^= Math.imul((x << 15) | (x >>> 17), 0x1b873593)
      b ^= Math.imul((y << 17) | (y >>> 15), 0x38b34ae5)
      a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0
      b = (Math.imul((b << 17) | (b >>> 15), 5) + 0x561ccd1b) | 0
    }
    let rest = 0
    for (let shift = 0; i < at + length; i += 1, shift += 8) rest |= view.getUint8(i) << shift
    this.#a = a
    this.#b = b
    this.word(rest)
  }

  word(word: number): void {
    const x = Math.imul(word, 0xcc9e2d51)
    const y = Math.imul(word, 0x239b961b)
    const a = this.#a ^ Math.imul((x << 15) | (x >>> 17), 0x1b873593)
    const b = this.#b ^ Math.imul((y << 17) | (y >>> 15), 0x38b34ae5)
    this.#a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0
    this.#b = (Math.imul((b << 17) | (b >>> 15), 5) + 0x561ccd1b) | 0
  }

  /** Opens an entry: what is added until `endEntry` is hashed apart. */
  entry(key: DataView, at: number, length: number): void {
    this.#outerA = this.#a
    this.#outerB = this.#b
    this.#a = 0x3c6ef372
    this.#b = 0x510e527f
    this.bytes(key, at, length)
  }

  endEntry(): void {
    this.#mix()
    const low = (this.#sumLow >>> 0) + (this.low >>> 0)
    this.#sumLow = low | 0
    this.#sumHigh = (this.#sumHigh + this.high + (low > 0xffff_ffff ? 1 : 0)) | 0
    this.#a = this.#outerA
    this.#b = this.#outerB
  }

  /** Leaves the id in `low` and `high`. */
  finish(): void {
    this.word(this.#sumLow)
    this.word(this.#sumHigh)
    this.#mix()
    this.high = (this.high & this.#rest) | this.#lead
  }

  #mix(): void {
    const a = this.#a
    const b = this.#b
    let low = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)
    let high = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
    low = Math.imul(low ^ (low >>> 15), 0x2c1b3c6d)
    high = Math.imul(high ^ (high >>> 15), 0x297a2d39)
    this.low = low ^ (low >>> 12) ^ (high << 5)
    this.high = high ^ (high >>> 13)
  }
}
