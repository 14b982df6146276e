import type { SampleSeries } from '../promql/evaluate/series-source.ts'
import type { Running } from '../run.ts'
import type { Sql } from '../sql.ts'
import { Coverage, type Part, partsInRange } from './parts.ts'
import { withSamples } from './plain-series.ts'
import { anyStartsSql, baseOf, fitsRaw, type RawAsk, rawSamplesSql, type SampleRange, startsSql } from './plan.ts'
import { bytesOf, gatherSamples, type SeriesColumns, uniteSamples } from './sample-columns.ts'
import { type FoundSeries, type PlainSamples, type SourceLimits, tooManySamples } from './source.ts'

/**
 * Samples that questions read lately, by what was selected. Another question on the same series, or the same one a little
 * later, reads only what has been stored since. The oldest go when all together take more than `bytesMax`.
 */
type Known = {
  range: SampleRange
  seen: Coverage
  columns: readonly SeriesColumns[]
  series: readonly SampleSeries[]
  bytes: number
}

export type SampleReading = { running: Running; limits: SourceLimits; parts: readonly Part[] }

export class SampleCache {
  readonly #bytesMax: number
  readonly #known = new Map<FoundSeries, Known>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** The samples of `found.plain`, perhaps of a longer time; undefined where they cannot be read so. */
  async read(found: FoundSeries, range: SampleRange, reading: SampleReading): Promise<PlainSamples | undefined> {
    if (found.plain.keys === undefined || !fitsRaw(range)) return undefined
    const parts = partsInRange(reading.parts, 'samples', range)
    const known = this.#take(found, range, parts)
    if (known !== undefined && parts.every((part) => known.seen.has(part))) {
      this.#keep(found, known)
      return { series: known.series, from: 'memory' }
    }
    const wanted = known?.range ?? range
    const seenParts = parts.filter((part) => known?.seen.has(part))
    const read = await readColumns(found, wanted, seenParts, reading)
    const columns = known === undefined ? read : uniteSamples(known.columns, read)
    const seen = known?.seen ?? new Coverage()
    seen.add(parts)
    const series = withSamples(found.plain, columns)
    if (parts.length > 0) this.#keep(found, { range: wanted, seen, columns, series, bytes: bytesOf(columns) })
    return { series, from: 'store' }
  }

  /** What is known of the whole range. It is taken out, and put back as the newest. */
  #take(found: FoundSeries, range: SampleRange, parts: readonly Part[]): Known | undefined {
    const known = this.#known.get(found)
    if (known === undefined) return undefined
    const covers = known.range.afterMs <= range.afterMs && range.untilMs <= known.range.untilMs
    if (!covers && parts.length > 0) return undefined
    this.#known.delete(found)
    this.#bytes -= known.bytes
    return covers && parts.length > 0 && !known.seen.hasMore(parts) ? known : undefined
  }

  #keep(found: FoundSeries, known: Known): void {
    const before = this.#known.get(found)
    if (before !== undefined) this.#bytes -= before.bytes
    this.#known.delete(found)
    if (known.bytes > this.#bytesMax / 2) return
    this.#known.set(found, known)
    this.#bytes += known.bytes
    for (const [oldest, { bytes }] of this.#known) {
      if (this.#bytes <= this.#bytesMax) return
      this.#known.delete(oldest)
      this.#bytes -= bytes
    }
  }
}

async function readColumns(
  { plain }: FoundSeries,
  range: SampleRange,
  seen: readonly Part[],
  reading: SampleReading,
): Promise<SeriesColumns[]> {
  const { running, limits } = reading
  const { keys } = plain
  if (keys === undefined) throw new Error('whether ids have keys was asked before')
  const { samplesMax } = limits
  const ask: RawAsk = { picked: plain.picked, range, samplesMax, without: seen.map(({ name }) => name) }
  const statement = rawSamplesSql(ask, keys.shift, await startsIn(ask, plain.ids.length, reading))
  const blocks = await running.plain(statement, samplesMax + 1)
  if (blocks.reduce((sum, { rows }) => sum + rows, 0) > samplesMax) throw tooManySamples(samplesMax)
  return gatherSamples(blocks, keys.indexOf, plain.ids.length, baseOf(range))
}

/** From so many series on, asking whether starts are there at all costs less than bringing them out. */
const askedFromSeries = 1000

async function startsIn(ask: RawAsk, series: number, { running, parts }: SampleReading): Promise<boolean> {
  if (series < askedFromSeries) return true
  const has = async (statement: Sql): Promise<boolean> =>
    (await running.plain(statement, 1)).some(({ rows }) => rows > 0)
  // Where parts cannot be seen, partitions cannot be either.
  if (parts.length > 0 && !(await has(anyStartsSql(ask)))) return false
  return has(startsSql(ask))
}
