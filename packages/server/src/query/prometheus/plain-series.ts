import { setImmediate } from 'node:timers/promises'
import { compareLabels, type Labels } from '../promql/evaluate/labels.ts'
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
export async function plainOf(
  unordered: readonly Exposed[],
  where: Sql,
  read: readonly string[],
): Promise<PlainSeries> {
  const exposed = [...unordered].sort((a, b) => compareLabels(a.labels, b.labels))
  // Samples may be on their way meanwhile.
  await setImmediate()
  const ids: string[] = []
  const placeOf = new Map<string, number>()
  const places = new Uint32Array(exposed.length)
  let hasTwins = false
  let last: Labels | undefined
  for (let i = 0; i < exposed.length; i++) {
    const each = exposed[i]
    if (each === undefined) continue
    const { row, labels } = each
    const known = placeOf.get(row.id)
    places[i] = known ?? ids.length
    if (known === undefined) placeOf.set(row.id, ids.push(row.id) - 1)
    hasTwins ||= last !== undefined && compareLabels(last, labels) === 0
    last = labels
  }
  await setImmediate()
  const others = [...new Set(read.filter((id) => !placeOf.has(id)))]
  return { exposed, ids, places, picked: seriesPicked(ids, where), hasTwins, keys: keysOf(ids, others) }
}

/** `others`: ids that are read along. */
function keysOf(ids: readonly string[], others: readonly string[]): SeriesKeys | undefined {
  const all = others.length === 0 ? ids : [...ids, ...others]
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

/** Signed, because that is a small integer to the engine of JavaScript and an unsigned one is mostly not. */
function wordAt(words: Uint32Array, i: number, shift: number): number {
  const [low = 0, high = 0] = [words[2 * i], words[2 * i + 1]]
  return shift === 0 ? low | 0 : (low >>> shift) | (high << (32 - shift))
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
