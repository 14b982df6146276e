import { QueryFailure } from '../promql/evaluate/evaluation.ts'
import { fitsRaw, type SampleRange, seriesFound } from './plan.ts'
import { anyStartsIn, manySeries, readSamples, type SampleReading } from './read-samples.ts'
import type { SampleRuns } from './sample-columns.ts'
import type { SeriesMeant } from './source.ts'

/**
 * The samples of a selector, read while its series are still being read and named:
 *
 *   parts  metrics  series          names  evaluation
 *          starts   samples .............
 *
 * That is done where it is clear by then that samples will be needed, and those of all series that the statement finds. They
 * are read with the bits of ids that nearly always tell all apart, which is known only afterwards.
 */
export class SamplesAhead {
  readonly range: SampleRange
  readonly #reading: SampleReading
  readonly #isWanted: (series: number) => boolean
  readonly #leaving = new AbortController()
  #runs: Promise<SampleRuns | undefined> | undefined

  /** `isWanted`: whether the samples of about so many series are to leave the engine. */
  constructor(range: SampleRange, reading: SampleReading, isWanted: (series: number) => boolean) {
    this.range = range
    this.#reading = reading
    this.#isWanted = isWanted
  }

  /** Undefined where they were not read ahead, or were too many: then those of the series that fit may still be few enough. */
  get runs(): Promise<SampleRuns | undefined> | undefined {
    return this.#runs
  }

  /** The series are not known: to be told what is known of them as soon as it is. */
  begin(): (meant: SeriesMeant) => void {
    const { range } = this
    // Where parts cannot be seen, the engine is to compute.
    if (this.#reading.parts.length === 0 || !fitsRaw(range)) return () => {}
    const anyStarts = unheard(anyStartsIn({ range, without: [] }, this.#reading))
    return ({ where, plainAbout: series, isWholeSaid }) => {
      const isMany = series >= manySeries && series <= this.#reading.limits.seriesMax
      if (!isWholeSaid || !isMany || !this.#isWanted(series)) return
      const ask = { picked: seriesFound(where), range, without: [], shift: usualShift, series, anyStarts }
      this.#runs = unheard(readSamples(ask, this.#reading, this.#leaving.signal).catch(undefinedIfTooMany))
    }
  }

  /** Ends the reading where nobody waits for it. */
  leave(): void {
    this.#leaving.abort()
  }
}

/** 32 bits of the ids from here on. */
export const usualShift = 0

function undefinedIfTooMany(error: unknown): undefined {
  if (!(error instanceof QueryFailure)) throw error
}

/** Whoever needs it hears of its failure, and there may be nobody. */
function unheard<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {})
  return promise
}
