import { QueryFailure } from '../promql/evaluate/evaluation.ts'
import { type Sql, sql } from '../sql.ts'
import { fitsRaw, type IdRange, type SampleRange, seriesBetween, seriesFound } from './plan.ts'
import { anyStartsIn, manySeries, readSamples, type SampleReading } from './read-samples.ts'
import type { SampleRuns } from './sample-columns.ts'
import type { Finding, SeriesMeant } from './source.ts'

/**
 * The samples of a selector, read while its series are still being read and named:
 *
 *   parts  metrics  series   resources  names      evaluation
 *          starts   samples ......................
 *                                      samples ...
 *
 * By the ids they are of, the samples are read in two statements, so that neither core waits for the other. The second begins when
 * the session is free that has read the series.
 * Where all series between two ids are meant, the samples come in pieces, each taken while the engine reads the next. Where they are
 * looked for, planning that takes twice as long, and a statement in pieces is planned on the main thread: those are answered
 * whole, which makes no difference to the engine where it leaves most out.
 *
 * That is done where it is clear by then that samples will be needed, and those of all series that the statement finds. They
 * are read with the bits of ids that nearly always tell all apart, which is known only afterwards.
 */
export class SamplesAhead {
  readonly range: SampleRange
  readonly #reading: SampleReading
  readonly #samplesOf: (series: number) => number
  readonly #samplesBelow: number
  readonly #leaving = new AbortController()
  #runs: Promise<SampleRuns | undefined> | undefined

  /** `samples.of`: about how many so many series have, which are to leave the engine `below` some number. */
  constructor(range: SampleRange, reading: SampleReading, samples: { of: (series: number) => number; below: number }) {
    this.range = range
    this.#reading = reading
    this.#samplesOf = samples.of
    this.#samplesBelow = samples.below
  }

  /** Undefined where they were not read ahead, or were too many: then those of the series that fit may still be few enough. */
  get runs(): Promise<SampleRuns | undefined> | undefined {
    return this.#runs
  }

  /** The series are not known: to be told what is known of them as soon as it is. */
  begin(): Finding {
    const { range } = this
    let read = (): void => {}
    const when = new Promise<void>((resolve) => {
      read = resolve
    })
    // Where parts cannot be seen, the engine is to compute.
    if (this.#reading.parts.length === 0 || !fitsRaw(range)) return { meant: () => {}, read }
    const anyStarts = unheard(anyStartsIn({ range, without: [] }, this.#reading))
    const meant = (meant: SeriesMeant): void => {
      const { plainAbout: series, isWholeSaid } = meant
      const isMany = series >= manySeries && series <= this.#reading.limits.seriesMax
      const samples = this.#samplesOf(series)
      if (!isWholeSaid || !isMany || samples >= this.#samplesBelow) return
      const { whole: picked, ...halves } = pickedBy(meant)
      const inPieces = meant.isAllBetween || samples > heldMax
      const ask = {
        picked,
        range,
        without: [],
        shift: usualShift,
        series,
        anyStarts,
        halves: { ...halves, when, inPieces },
      }
      this.#runs = unheard(readSamples(ask, this.#reading, this.#leaving.signal).catch(undefinedIfTooMany))
    }
    return { meant, read }
  }

  /** Ends the reading where nobody waits for it. */
  leave(): void {
    this.#leaving.abort()
  }
}

/**
 * A metric lies together (docs/decisions/0053-ids-by-metric.md): where nothing else lies there, which the condition on ids says by
 * itself, series are not looked up row by row.
 */
function pickedBy({ where, ids, isAllBetween }: SeriesMeant): { whole: Sql; first: Sql; second: Sql } {
  const found = seriesFound(where)
  const among = (range: IdRange): Sql =>
    isAllBetween ? seriesBetween(range) : sql`${seriesBetween(range)} AND ${found}`
  const border = ids.first + ((ids.last - ids.first) * firstShare) / 8n
  return {
    whole: isAllBetween ? seriesBetween(ids) : found,
    first: among({ first: ids.first, last: border }),
    second: among({ first: border + 1n, last: ids.last }),
  }
}

/** Samples that an answer in one piece may have, which is 16 bytes for each, held three times while it is handed over. */
const heldMax = 3_000_000

/** Of eight, which the first statement reads: it begins earlier. */
const firstShare = 5n

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
