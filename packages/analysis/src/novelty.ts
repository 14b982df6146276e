import { SeenValues } from './seen-values.ts'
import { medianOfSorted } from './statistics.ts'

/**
 * What has not been seen before in a series: three tests, each in shares of the range that was seen, so that one threshold is
 * right for all series.
 *
 *   value    how far from the nearest of all values seen                           ··:·.:·.   '      '
 *   level    the average of the last 150, outside of all such averages before      ..·:.··:··''"''"'"
 *   season   how far from the median of the same moment of earlier days, or weeks, beyond what that ever was
 *
 * That a value is the highest of n happens once in n by chance, so that what it finds grows rare by itself. What it finds
 * twice is not new the second time: that is for a threshold. Takes one value after another and looks at none ahead.
 */
export type NoveltyTest = 'value' | 'level' | 'season'

export type Novelty = {
  readonly test: NoveltyTest
  /** In shares of the range. */
  readonly score: number
  /** What was compared: the value, or an average of the last. */
  readonly value: number
  /** What of all that was seen came nearest to it. */
  readonly nearest: number
  /** Of how many values `value` is the average; 1 for none. */
  readonly averaged: number
  /** The length of a season in milliseconds, where that is what found it. */
  readonly seasonMs: number | undefined
}

/** 28 days of values 5 minutes apart; half of it still found as much in public series, a quarter found a good deal less. */
export const noveltyCapacity = 8064
/** Two and a half hundredths of the range away from all that was seen. */
export const noveltyThreshold = 0.025

const warmUp = 50
/** Of the longer one less is told: it stays outside for long. */
const levels = [
  { values: 150, weight: 1 },
  { values: 300, weight: 0.4 },
]
const smoothing = 12
/** How much of the variance a season has to explain to be believed in. */
const seasonStrength = 0.7
const seasonWeight = 2
/** Of values behind one that was told: only what is more novel than that is told. */
const refractory = 125
const seasons = [
  { lengthMs: 86_400_000, lookBack: 7 },
  { lengthMs: 604_800_000, lookBack: 8 },
]

export class NoveltyDetector {
  readonly #seen: SeenValues
  readonly #levels = levels.map((level) => new Level(level))
  readonly #seasons = seasons.map((season) => new Season(season))
  readonly #step: Step
  readonly #told = new Highest(refractory)
  #count = 0
  #smoothSum = 0

  /** `stepMs`: between two values; without it, it is learned from the first 50. */
  constructor({ stepMs = 0, capacity = noveltyCapacity }: { stepMs?: number; capacity?: number } = {}) {
    this.#seen = new SeenValues(capacity)
    this.#step = new Step(stepMs)
  }

  /** Of how many values. */
  get count(): number {
    return this.#count
  }

  get byteLength(): number {
    return this.#seen.byteLength + this.#told.byteLength
  }

  /** What is new in the next value, in whichever test it is newest; undefined for what is not, or not any more. Times rise. */
  push(timeMs: number, given: number): Novelty | undefined {
    const value = Math.fround(given)
    const stepMs = this.#step.push(timeMs)
    const range = this.#seen.size > 1 ? widthOf(this.#seen.lowest, this.#seen.highest) : Infinity
    const found = [
      this.#byValue(value, range),
      ...this.#levels.map((level) => level.push(value, this.#seen, this.#count)),
      ...this.#bySeason(value, range, stepMs),
    ]
    this.#seen.add(value)
    this.#count += 1
    const best = found.reduce((most, each) => (each !== undefined && each.score > (most?.score ?? 0) ? each : most))
    const isHighest = this.#told.push(best?.score ?? 0)
    return isHighest ? best : undefined
  }

  #byValue(value: number, range: number): Novelty | undefined {
    const nearest = this.#seen.nearest(value)
    if (this.#count < warmUp || nearest === undefined) return undefined
    return { test: 'value', score: Math.abs(value - nearest) / range, value, nearest, averaged: 1, seasonMs: undefined }
  }

  #bySeason(value: number, range: number, stepMs: number): (Novelty | undefined)[] {
    this.#smoothSum += value - (this.#seen.ago(smoothing - 1) ?? 0)
    const averaged = Math.min(this.#count + 1, smoothing)
    const mean = this.#smoothSum / averaged
    if (stepMs === 0) return []
    return this.#seasons.map((season) => {
      const found = season.push(mean, { seen: this.#seen, stepMs, count: this.#count })
      if (found === undefined) return undefined
      const { usual, excess } = found
      const score = (seasonWeight * excess) / range
      return { test: 'season', score, value: mean, nearest: usual, averaged, seasonMs: season.lengthMs }
    })
  }
}

/** Of a flat series a thousandth of its size: what is hardly there is not a range. */
function widthOf(lowest: number, highest: number): number {
  return Math.max(highest - lowest, 1e-3 * Math.max(Math.abs(lowest), Math.abs(highest)), 1e-12)
}

/** From the lowest to the highest of some values. */
class Extent {
  #lowest = Infinity
  #highest = -Infinity

  get width(): number {
    return widthOf(this.#lowest, this.#highest)
  }

  /** The value itself where it lies within. */
  nearest(value: number): number {
    return Math.max(this.#lowest, Math.min(this.#highest, value))
  }

  add(value: number): void {
    this.#lowest = Math.min(this.#lowest, value)
    this.#highest = Math.max(this.#highest, value)
  }
}

/** The average of the last so many values, and between what all such averages were. */
class Level {
  readonly #values: number
  readonly #weight: number
  readonly #before = new Extent()
  #sum = 0

  constructor({ values, weight }: { values: number; weight: number }) {
    this.#values = values
    this.#weight = weight
  }

  push(value: number, seen: SeenValues, count: number): Novelty | undefined {
    this.#sum += value - (seen.ago(this.#values - 1) ?? 0)
    const averaged = Math.min(count + 1, this.#values)
    const mean = this.#sum / averaged
    const nearest = this.#before.nearest(mean)
    const score = (this.#weight * Math.abs(mean - nearest)) / this.#before.width
    this.#before.add(mean)
    if (count < 2 * this.#values) return undefined
    return { test: 'level', score, value: mean, nearest, averaged, seasonMs: undefined }
  }
}

/** What is usual at a moment of the day, or of the week, and how far from it the series ever was. */
class Season {
  readonly lengthMs: number
  readonly #lookBack: number
  readonly #earlier: number[] = []
  readonly #residuals = new Extent()
  #count = 0
  #mean = 0
  #variance = 0
  #residualVariance = 0

  constructor({ lengthMs, lookBack }: { lengthMs: number; lookBack: number }) {
    this.lengthMs = lengthMs
    this.#lookBack = lookBack
  }

  /** How far beyond all it ever was the series is now, and where it usually would be; undefined where that cannot be said. */
  push(
    mean: number,
    { seen, stepMs, count }: { seen: SeenValues; stepMs: number; count: number },
  ): { usual: number; excess: number } | undefined {
    const values = Math.round(this.lengthMs / stepMs)
    this.#earlier.length = 0
    for (let back = 1; back <= this.#lookBack; back++) {
      const earlier = seen.meanAgo(back * values - 1, smoothing)
      if (earlier === undefined) break
      this.#earlier.push(earlier)
    }
    if (this.#earlier.length < 2) return undefined
    const usual = medianOf(this.#earlier)
    const residual = mean - usual
    this.#learn(mean, residual)
    const nearest = this.#residuals.nearest(residual)
    this.#residuals.add(residual)
    const explained = 1 - this.#residualVariance / (this.#variance || 1)
    if (count < 2.5 * values || explained <= seasonStrength) return undefined
    return { usual: usual + nearest, excess: Math.abs(residual - nearest) }
  }

  /** Variances of about the last 2000 values. */
  #learn(mean: number, residual: number): void {
    this.#count += 1
    const weight = 1 / Math.min(this.#count, 2000)
    const distance = mean - this.#mean
    this.#mean += distance * weight
    this.#variance += (distance * distance - this.#variance) * weight
    this.#residualVariance += (residual * residual - this.#residualVariance) * weight
  }
}

const medianOf = (values: number[]): number => medianOfSorted(values.sort((a, b) => a - b))

/** The usual time between two values, where nobody says it: the median of the first 50. */
class Step {
  #stepMs: number
  #between: number[] = []
  #lastMs: number | undefined

  constructor(stepMs: number) {
    this.#stepMs = stepMs
  }

  /** 0 while it is not known. */
  push(timeMs: number): number {
    if (this.#stepMs > 0) return this.#stepMs
    if (this.#lastMs !== undefined) this.#between.push(timeMs - this.#lastMs)
    this.#lastMs = timeMs
    if (this.#between.length === 50) this.#stepMs = medianOf(this.#between)
    return this.#stepMs
  }
}

/** Whether a number is higher than each of the last so many. */
class Highest {
  readonly #window: number
  /** Those that later ones may still have to exceed, the highest first. */
  #candidates: { readonly at: number; readonly score: number }[] = []
  #at = 0

  constructor(window: number) {
    this.#window = window
  }

  get byteLength(): number {
    return this.#candidates.length * 16
  }

  push(score: number): boolean {
    const oldest = this.#at - this.#window
    const [first] = this.#candidates
    if (first !== undefined && first.at < oldest) this.#candidates.shift()
    const highest = this.#candidates[0]?.score ?? -1
    for (let last = this.#candidates.at(-1); last !== undefined && last.score <= score; ) {
      this.#candidates.pop()
      last = this.#candidates.at(-1)
    }
    this.#candidates.push({ at: this.#at, score })
    this.#at += 1
    return score > 0 && score > highest
  }
}
