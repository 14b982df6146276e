import { KahanSum } from '../kahan.ts'
import {
  type Buckets,
  divideHistogram,
  type Histogram,
  hasOverflow,
  multiplyHistogram,
  type ResetHint,
} from './histogram.ts'
import { commonLayout } from './layout.ts'

export type Added = {
  readonly histogram: Histogram
  /** One starts anew and the other goes on: their sum is neither. */
  readonly resetCollision: boolean
  readonly boundsReconciled: boolean
}

/** Gauges win, then not knowing; a start and its opposite make not knowing, too. */
function commonHint(a: ResetHint, b: ResetHint): ResetHint {
  if (a === b) return a
  return a === 'gauge' || b === 'gauge' ? 'gauge' : 'unknown'
}

const collide = (a: ResetHint, b: ResetHint): boolean =>
  (a === 'reset' && b === 'not-reset') || (a === 'not-reset' && b === 'reset')

/** Walks the buckets of both in order; `undefined` where one side has no such bucket. */
function mergeBuckets(
  a: Buckets,
  b: Buckets,
  combine: (a: number | undefined, b: number | undefined) => number,
): Buckets {
  const indexes: number[] = []
  const counts: number[] = []
  let [i, j] = [0, 0]
  while (i < a.indexes.length || j < b.indexes.length) {
    const indexA = a.indexes[i] ?? Infinity
    const indexB = b.indexes[j] ?? Infinity
    indexes.push(Math.min(indexA, indexB))
    counts.push(combine(indexA <= indexB ? a.counts[i] : undefined, indexB <= indexA ? b.counts[j] : undefined))
    if (indexA <= indexB) i++
    if (indexB <= indexA) j++
  }
  return { indexes, counts }
}

/** `a + b`, or `a - b` with sign -1. Undefined when custom and exponential buckets meet. */
export function addHistograms(a: Histogram, b: Histogram, sign: 1 | -1): Added | undefined {
  const common = commonLayout(a, b)
  if (common === undefined) return undefined
  const left = common.a
  const right = common.b
  const sum = (x: number | undefined, y: number | undefined): number => (x ?? 0) + sign * (y ?? 0)
  const histogram: Histogram = {
    ...left,
    hint: commonHint(a.hint, b.hint),
    zeroCount: sum(left.zeroCount, right.zeroCount),
    count: sum(left.count, right.count),
    sum: sum(left.sum, right.sum),
    positive: mergeBuckets(left.positive, right.positive, sum),
    negative: mergeBuckets(left.negative, right.negative, sum),
  }
  return { histogram, resetCollision: collide(a.hint, b.hint), boundsReconciled: common.boundsReconciled }
}

/** Sums or averages histograms, carrying what rounding loses, in every bucket. */
export class HistogramSum {
  private sum: Histogram
  /** What rounding lost, laid out as the sum. */
  private lost: Histogram
  private count = 1
  /** Once a sum would overflow, the mean itself is carried on. */
  private isMean = false
  resetSeen = false
  notResetSeen = false
  boundsReconciled = false

  constructor(first: Histogram) {
    this.sum = first
    this.lost = zeroes(first)
    this.see(first)
  }

  private see({ hint }: Histogram): void {
    if (hint === 'reset') this.resetSeen = true
    if (hint === 'not-reset') this.notResetSeen = true
  }

  get resetCollision(): boolean {
    return this.resetSeen && this.notResetSeen
  }

  /** False when the buckets cannot be brought together. */
  add(next: Histogram): boolean {
    this.see(next)
    return this.take(this.sum, this.lost, next) !== undefined
  }

  /** As `add`, for an average. */
  addToMean(next: Histogram): boolean {
    this.see(next)
    this.count++
    if (!this.isMean) {
      const before = { sum: this.sum, lost: this.lost }
      const after = this.take(this.sum, this.lost, next)
      if (after === undefined) return false
      if (!hasOverflow(after)) return true
      this.isMean = true
      this.sum = divideHistogram(before.sum, this.count - 1)
      this.lost = divideHistogram(before.lost, this.count - 1)
    }
    const share = (this.count - 1) / this.count
    const added = divideHistogram(next, this.count)
    return this.take(multiplyHistogram(this.sum, share), multiplyHistogram(this.lost, share), added) !== undefined
  }

  private take(sum: Histogram, lost: Histogram, next: Histogram): Histogram | undefined {
    const common = commonLayout(sum, next)
    const commonLost = commonLayout(lost, next)
    if (common === undefined || commonLost === undefined) return undefined
    if (common.boundsReconciled) this.boundsReconciled = true
    const { a, b } = common
    const [total, rest] = addCarrying(a, commonLost.a, b)
    this.sum = { ...total, hint: commonHint(sum.hint, next.hint) }
    this.lost = rest
    return this.sum
  }

  get total(): Histogram {
    return addHistograms(this.sum, { ...this.lost, hint: this.sum.hint }, 1)?.histogram ?? this.sum
  }

  get mean(): Histogram {
    if (this.isMean || this.count === 1) return this.total
    const lost = { ...divideHistogram(this.lost, this.count), hint: this.sum.hint }
    const sum = divideHistogram(this.sum, this.count)
    return addHistograms(sum, lost, 1)?.histogram ?? sum
  }
}

function zeroes(histogram: Histogram): Histogram {
  const side = ({ indexes }: Buckets): Buckets => ({ indexes, counts: indexes.map(() => 0) })
  const { positive, negative } = histogram
  return { ...histogram, zeroCount: 0, count: 0, sum: 0, positive: side(positive), negative: side(negative) }
}

function addCarrying(sum: Histogram, lost: Histogram, next: Histogram): readonly [Histogram, Histogram] {
  const one = (total: number, rest: number, value: number): KahanSum => {
    const kahan = new KahanSum(total)
    kahan.lost = rest
    kahan.add(value)
    return kahan
  }
  const side = (a: Buckets, carried: Buckets, b: Buckets): readonly [Buckets, Buckets] => {
    const rests = new Map(carried.indexes.map((index, i) => [index, carried.counts[i] ?? 0]))
    const counts: number[] = []
    const merged = mergeBuckets(a, b, (x, y) => {
      counts.push(0)
      return x === undefined ? (y ?? 0) : x
    })
    const additions = new Map(b.indexes.map((index, i) => [index, b.counts[i] ?? 0]))
    const known = new Set(a.indexes)
    const totals = merged.indexes.map((index, i) => {
      const count = merged.counts[i] ?? 0
      const addition = additions.get(index)
      const rest = rests.get(index) ?? 0
      if (!known.has(index) || addition === undefined) {
        counts[i] = rest
        return count
      }
      const kahan = one(count, rest, addition)
      counts[i] = kahan.lost
      return kahan.sum
    })
    return [
      { indexes: merged.indexes, counts: totals },
      { indexes: merged.indexes, counts },
    ]
  }
  const zero = one(sum.zeroCount, lost.zeroCount, next.zeroCount)
  const count = one(sum.count, lost.count, next.count)
  const total = one(sum.sum, lost.sum, next.sum)
  const [positive, lostPositive] = side(sum.positive, lost.positive, next.positive)
  const [negative, lostNegative] = side(sum.negative, lost.negative, next.negative)
  const rest = {
    zeroCount: zero.lost,
    count: count.lost,
    sum: total.lost,
    positive: lostPositive,
    negative: lostNegative,
  }
  return [
    { ...sum, zeroCount: zero.sum, count: count.sum, sum: total.sum, positive, negative },
    { ...sum, ...rest },
  ]
}
