import { setImmediate } from 'node:timers/promises'
import type { SampleSeries } from '../promql/evaluate/series-source.ts'
import type { Sql } from '../sql.ts'
import { deltaStarts } from './columns.ts'
import type { Exposed } from './exposed.ts'
import { inOrderOfLabels } from './order-of-labels.ts'
import { seriesPicked } from './plan.ts'
import type { SeriesColumns } from './sample-columns.ts'
import { highWord, lowWord, type SeriesRow } from './series-rows.ts'

/** Series of one value a time, made ready for reading their samples many times over. */
export type PlainSeries = {
  /** In order of their labels. One series may be there under several names. */
  exposed: readonly Exposed[]
  /** Each once. */
  rows: readonly SeriesRow[]
  /** Of each exposed, where its row is in `rows`. */
  places: Uint32Array
  /** Reads their rows, and perhaps others. */
  picked: Sql
  /** Some have all labels in common. */
  hasTwins: boolean
  keys: SeriesKeys | undefined
}

/** 32 bits of the ids, from `shift` on, that are different in all of them, and where in `rows` each is. */
export type SeriesKeys = { shift: number; indexOf: ReadonlyMap<number, number> }

/** `rows`: all series that `where` finds, those that do not fit the selector in full among them. */
export async function plainOf(
  unordered: readonly Exposed[],
  where: Sql,
  rows: readonly SeriesRow[],
): Promise<PlainSeries> {
  const { sorted: exposed, hasTwins } = inOrderOfLabels(unordered)
  // Samples may be on their way meanwhile.
  await setImmediate()
  const meant: SeriesRow[] = []
  const placeOf = new Int32Array(rows.length).fill(notMeant)
  const places = new Uint32Array(exposed.length)
  exposed.forEach(({ row }, i) => {
    if (placeOf[row.place] === notMeant) placeOf[row.place] = meant.push(row) - 1
    places[i] = placeOf[row.place] ?? 0
  })
  const others = meant.length === rows.length ? [] : rows.filter(({ place }) => placeOf[place] === notMeant)
  return { exposed, rows: meant, places, picked: seriesPicked(meant, where), hasTwins, keys: keysOf(meant, others) }
}

const notMeant = -1

/** `others`: rows that are read along. */
function keysOf(rows: readonly SeriesRow[], others: readonly SeriesRow[]): SeriesKeys | undefined {
  const all = others.length === 0 ? rows : [...rows, ...others]
  // Ids are hashes: 32 bits tell nearly all apart, and where some do not others mostly do. The first eight are the metric's.
  for (const shift of [0, 24, 12, 6, 18]) {
    const indexOf = new Map<number, number>()
    for (const row of all) indexOf.set(wordAt(row, shift), indexOf.size)
    if (indexOf.size < all.length) continue
    for (const row of others) indexOf.delete(wordAt(row, shift))
    return { shift, indexOf }
  }
  return undefined
}

/** Signed, because that is a small integer to the engine of JavaScript and an unsigned one is mostly not. */
const wordAt = (row: SeriesRow, shift: number): number =>
  shift === 0 ? lowWord(row) | 0 : (lowWord(row) >>> shift) | (highWord(row) << (32 - shift))

/** Series with the samples of their ids; those without any are left out. */
export function withSamples({ exposed, places }: PlainSeries, columns: readonly SeriesColumns[]): SampleSeries[] {
  const result: SampleSeries[] = []
  for (let i = 0; i < exposed.length; i++) {
    const each = exposed[i]
    const own = columns[places[i] ?? 0]
    if (each === undefined || own === undefined || own.timesMs.length === 0) continue
    const { timesMs, values, kinds, startTimesMs, neverFalls } = own
    const isDelta = each.row.metric.temporality === 'delta'
    result.push({
      labels: each.labels,
      timesMs,
      values,
      kinds,
      histograms: undefined,
      startTimesMs: isDelta ? deltaStarts(timesMs, startTimesMs) : startTimesMs,
      neverFalls,
    })
  }
  return result
}
