import type { SampleSeries } from '../promql/evaluate/series-source.ts'
import { Coverage, type Part, partsInRange } from './parts.ts'
import { withSamples } from './plain-series.ts'
import { fitsRaw, type SampleRange } from './plan.ts'
import { readSamples, type SampleReading } from './read-samples.ts'
import { bytesOf, type SeriesColumns, uniteSamples } from './sample-columns.ts'
import { type SamplesAhead, usualShift } from './samples-ahead.ts'
import type { FoundSeries, PlainSamples } from './source.ts'

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

type CachedReading = SampleReading & { ahead?: SamplesAhead | undefined }

export class SampleCache {
  readonly #bytesMax: number
  readonly #known = new Map<FoundSeries, Known>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** The samples of `found.plain`, perhaps of a longer time; undefined where they cannot be read so. */
  async read(found: FoundSeries, range: SampleRange, reading: CachedReading): Promise<PlainSamples | undefined> {
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
  reading: CachedReading,
): Promise<SeriesColumns[]> {
  const { keys, rows, picked } = plain
  if (keys === undefined) throw new Error('whether ids have keys was asked before')
  const { ahead } = reading
  const isAhead =
    ahead !== undefined && seen.length === 0 && isSameRange(ahead.range, range) && keys.shift === usualShift
  const without = seen.map(({ name }) => name)
  const ask = { picked, range, without, shift: keys.shift, series: rows.length }
  const runs = (isAhead ? await ahead.runs : undefined) ?? (await readSamples(ask, reading))
  return runs.columns(keys.indexOf, rows.length)
}

const isSameRange = (a: SampleRange, b: SampleRange): boolean => a.afterMs === b.afterMs && a.untilMs === b.untilMs
