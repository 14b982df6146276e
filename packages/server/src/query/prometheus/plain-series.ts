import type { SampleSeries } from '../promql/evaluate/series-source.ts'
import type { Sql } from '../sql.ts'
import { deltaStarts } from './columns.ts'
import type { Exposed } from './exposed.ts'
import { seriesPicked } from './plan.ts'
import type { SeriesColumns } from './sample-columns.ts'

/** Series of one value a time, made ready for reading their samples many times over. */
export type PlainSeries = {
  /** In order of their labels. One series may be there under several names. */
  exposed: readonly Exposed[]
  ids: readonly string[]
  /** Of each exposed, where its id is in `ids`. */
  places: Uint32Array
  /** Reads their rows, and perhaps others. */
  picked: Sql
  /** Some have all labels in common. */
  hasTwins: boolean
  keys: SeriesKeys | undefined
}

/** 32 bits of the ids, from `shift` on, that are different in all of them, and where in `ids` each is. */
export type SeriesKeys = { shift: number; indexOf: ReadonlyMap<number, number> }

/** `read`: the ids of all series that `where` finds, those that do not fit the selector in full among them. */
export function plainOf(unordered: readonly Exposed[], where: Sql, read: readonly string[]): PlainSeries {
  const exposed = [...unordered].sort((a, b) => (a.labels.key < b.labels.key ? -1 : 1))
  const ids = [...new Set(exposed.map(({ row }) => row.id))]
  const placeOf = new Map(ids.map((id, place) => [id, place]))
  return {
    exposed,
    ids,
    places: Uint32Array.from(exposed, ({ row }) => placeOf.get(row.id) ?? 0),
    picked: seriesPicked(ids, where),
    hasTwins: exposed.some(({ labels }, i) => labels.key === exposed[i - 1]?.labels.key),
    keys: keysOf(ids, read),
  }
}

function keysOf(ids: readonly string[], read: readonly string[]): SeriesKeys | undefined {
  const all = [...new Set([...ids, ...read])]
  const words = new Uint32Array(BigUint64Array.from(all, BigInt).buffer)
  // Ids are hashes: 32 bits tell nearly all apart, and where some do not others mostly do. The first eight are the metric's.
  for (const shift of [0, 24, 12, 6, 18]) {
    const indexOf = new Map<number, number>()
    for (let i = 0; i < all.length; i++) indexOf.set(wordAt(words, i, shift), i)
    if (indexOf.size < all.length) continue
    for (let i = ids.length; i < all.length; i++) indexOf.delete(wordAt(words, i, shift))
    return { shift, indexOf }
  }
  return undefined
}

function wordAt(words: Uint32Array, i: number, shift: number): number {
  const [low = 0, high = 0] = [words[2 * i], words[2 * i + 1]]
  return shift === 0 ? low : ((low >>> shift) | (high << (32 - shift))) >>> 0
}

/** Series with the samples of their ids; those without any are left out. */
export function withSamples({ exposed, places }: PlainSeries, columns: readonly SeriesColumns[]): SampleSeries[] {
  const result: SampleSeries[] = []
  for (let i = 0; i < exposed.length; i++) {
    const each = exposed[i]
    const own = columns[places[i] ?? 0]
    if (each === undefined || own === undefined || own.timesMs.length === 0) continue
    const { timesMs, values, kinds, startTimesMs } = own
    const isDelta = each.row.temporality === 'delta'
    result.push({
      labels: each.labels,
      timesMs,
      values,
      kinds,
      histograms: undefined,
      startTimesMs: isDelta ? deltaStarts(timesMs, startTimesMs) : startTimesMs,
    })
  }
  return result
}
