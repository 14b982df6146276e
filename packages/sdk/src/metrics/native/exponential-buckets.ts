/**
 * Counts of values in exponential buckets, as OpenTelemetry's data model defines them: at scale s the base is
 * 2^(2^-s), and bucket i holds the values in (base^i, base^(i+1)].
 *
 *     scale 0   ... (1/2, 1]  (1, 2]        (2, 4]               (4, 8] ...
 *     scale 1   ...           (1, √2] (√2, 2] (2, 2√2] (2√2, 4]  ...
 *
 * When a value needs more buckets than there may be, each two neighbours become one: the scale goes down by one. So two
 * such histograms of any scale can be added without error (uniform collapse, as in UDDSketch, Epicoco et al. 2020).
 */
export class ExponentialBuckets {
  scale: number
  count = 0
  zeroCount = 0
  readonly positive: BucketRange = new BucketRange()
  readonly negative: BucketRange = new BucketRange()
  private readonly maxBuckets: number

  constructor(limits: BucketLimits) {
    this.scale = limits.maxScale
    this.maxBuckets = limits.maxBuckets
  }

  record(value: number, times = 1): void {
    this.count += times
    if (value === 0) {
      this.zeroCount += times
      return
    }
    const range = value > 0 ? this.positive : this.negative
    let index = bucketIndex(value > 0 ? value : -value, this.scale)
    const excess = range.halvingsFor(index, index, this.maxBuckets)
    if (excess > 0) {
      this.coarsen(excess)
      index >>= excess
    }
    range.add(index, times)
  }

  /** Adds another one, of any scale. */
  absorb(other: ExponentialBuckets): void {
    this.coarsen(Math.max(0, this.scale - other.scale))
    for (const sign of ['positive', 'negative'] as const) {
      const from = other[sign]
      if (from.length === 0) continue
      const low = from.offset >> (other.scale - this.scale)
      const high = (from.offset + from.length - 1) >> (other.scale - this.scale)
      this.coarsen(this[sign].halvingsFor(low, high, this.maxBuckets))
      const shift = other.scale - this.scale
      for (let i = 0; i < from.length; i++) this[sign].add((from.offset + i) >> shift, from.counts[i] ?? 0)
    }
    this.zeroCount += other.zeroCount
    this.count += other.count
  }

  /** What was recorded since `before` was copied of this. */
  since(before: ExponentialBuckets | undefined): ExponentialBuckets {
    const difference = this.copy()
    if (before === undefined) return difference
    for (const sign of ['positive', 'negative'] as const) {
      const from = before[sign]
      const shift = before.scale - this.scale
      for (let i = 0; i < from.length; i++) difference[sign].add((from.offset + i) >> shift, -(from.counts[i] ?? 0))
    }
    difference.zeroCount -= before.zeroCount
    difference.count -= before.count
    return difference
  }

  copy(): ExponentialBuckets {
    const copied = new ExponentialBuckets({ maxScale: this.scale, maxBuckets: this.maxBuckets })
    copied.absorb(this)
    return copied
  }

  /** Joins 2^halvings neighbours each. */
  coarsen(halvings: number): void {
    if (halvings === 0) return
    this.scale -= halvings
    this.positive.halve(halvings)
    this.negative.halve(halvings)
  }
}

export interface BucketLimits {
  /** Where the scale begins: -10 to 20. */
  readonly maxScale: number
  /** Buckets of each sign. */
  readonly maxBuckets: number
}

/** Counts of consecutive buckets: those from `offset` to `offset + length - 1`. */
export class BucketRange {
  offset = 0
  length = 0
  counts: Float64Array<ArrayBuffer> = new Float64Array(0)

  /** How often neighbours must be joined until these buckets fit beside those that are there. */
  halvingsFor(low: number, high: number, maxBuckets: number): number {
    let first = this.length === 0 ? low : Math.min(low, this.offset)
    let last = this.length === 0 ? high : Math.max(high, this.offset + this.length - 1)
    let halvings = 0
    for (; last - first >= maxBuckets; halvings++) {
      first >>= 1
      last >>= 1
    }
    return halvings
  }

  add(index: number, count: number): void {
    if (this.length === 0) this.offset = index
    if (index < this.offset) this.growDown(index)
    else if (index >= this.offset + this.length) this.growUp(index - this.offset + 1)
    const at = index - this.offset
    this.counts[at] = (this.counts[at] ?? 0) + count
  }

  halve(halvings: number): void {
    if (this.length === 0) return
    const { offset, length, counts } = this
    const first = offset >> halvings
    const joined = new Float64Array(counts.length)
    for (let i = 0; i < length; i++) {
      const at = ((offset + i) >> halvings) - first
      joined[at] = (joined[at] ?? 0) + (counts[i] ?? 0)
    }
    this.length = ((offset + length - 1) >> halvings) - first + 1
    this.offset = first
    this.counts = joined
  }

  private growUp(length: number): void {
    if (length > this.counts.length) this.counts = moved(this.counts, this.length, length, 0)
    this.length = length
  }

  private growDown(index: number): void {
    const by = this.offset - index
    this.counts = moved(this.counts, this.length, this.length + by, by)
    this.length += by
    this.offset = index
  }
}

/** A copy with room, what was there moved up. */
function moved(
  counts: Float64Array<ArrayBuffer>,
  length: number,
  needed: number,
  by: number,
): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(needed, Math.min(counts.length * 2, needed + 32), 8))
  larger.set(counts.subarray(0, length), by)
  return larger
}

/**
 * The bucket of a positive value. Powers of two are exact, being the upper bound of their bucket; between them the
 * logarithm decides. Subnormal numbers are counted as the smallest normal one.
 */
export function bucketIndex(value: number, scale: number): number {
  float[0] = Math.max(value, smallestNormal)
  const high = words[1] ?? 0
  const exponent = ((high >>> 20) & 0x7ff) - 1023
  const isPower = (high & 0xfffff) === 0 && words[0] === 0
  if (scale <= 0) return (isPower ? exponent - 1 : exponent) >> -scale
  const perOctave = 1 << scale
  if (isPower) return exponent * perOctave - 1
  words[1] = (high & 0xfffff) | 0x3ff00000
  const within = Math.floor(Math.log2(float[0] ?? 1) * perOctave)
  return exponent * perOctave + (within < perOctave ? within : perOctave - 1)
}

/** The upper bound of a bucket. */
export function bucketBound(index: number, scale: number): number {
  return 2 ** ((index + 1) / 2 ** scale)
}

const smallestNormal = 2 ** -1022
const float = new Float64Array(1)
/** The machine is little endian, as all that Node runs on but s390x is. */
const words = new Uint32Array(float.buffer)
