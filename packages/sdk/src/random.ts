/**
 * Trace and span ids: xoshiro128** seeded from the operating system. A cryptographic generator costs ten times as much
 * per span, and W3C trace ids need to be unlikely to collide, not impossible to guess.
 */
export class IdSource {
  private a = 0
  private b = 0
  private c = 0
  private d = 0

  /** Without a seed, the first id asks the operating system: loading node:crypto would cost every start 4 ms. */
  constructor(seed?: Uint32Array) {
    if (seed !== undefined) this.seed(seed)
  }

  private seed(seed: Uint32Array): void {
    this.a = seed[0] ?? 1
    this.b = seed[1] ?? 2
    this.c = seed[2] ?? 3
    this.d = (seed[3] ?? 4) | 1
  }

  /** 32 random bits, as a number with a sign: one without is beyond what V8 keeps in place, and would be an object of its own in every span. */
  next(): number {
    if (this.d === 0 && this.a === 0)
      this.seed(process.getBuiltinModule('node:crypto').randomFillSync(new Uint32Array(4)))
    const m = Math.imul(this.b, 5)
    const result = Math.imul((m << 7) | (m >>> 25), 9)
    const t = this.b << 9
    this.c ^= this.a
    this.d ^= this.b
    this.b ^= this.c
    this.a ^= this.d
    this.c ^= t
    this.d = (this.d << 11) | (this.d >>> 21)
    return result | 0
  }

  /** The same, but never zero: an id of all zeros is invalid on the wire. */
  nextNonZero(): number {
    return this.next() || 1
  }
}
