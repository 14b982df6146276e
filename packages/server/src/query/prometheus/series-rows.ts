import type { TextColumns } from '../../base/native/read-text-columns.ts'
import type { MetricRow } from './plan.ts'

/** What a series is one of. */
export type SeriesMetric = Pick<MetricRow, 'metric' | 'kind' | 'temporality' | 'monotonic' | 'unit'>

/**
 * A series as it is stored. There are ten thousand of them, all kept: what is the same in row after row is one object, and
 * ids stay numbers.
 */
export type SeriesRow = {
  readonly metric: SeriesMetric
  readonly resource: string
  readonly keys: readonly string[]
  readonly values: readonly string[]
  /** Which of the rows that were read together this is. */
  readonly place: number
  /** The ids of all those, each in two words, the low one first. */
  readonly ids: Uint32Array
}

export const lowWord = ({ ids, place }: SeriesRow): number => ids[2 * place] ?? 0
export const highWord = ({ ids, place }: SeriesRow): number => ids[2 * place + 1] ?? 0
export const idOf = (row: SeriesRow): string => ((BigInt(highWord(row)) << 32n) | BigInt(lowWord(row))).toString()

export function seriesRows(columns: TextColumns): SeriesRow[] {
  const ids = columns.words('id')
  const metrics = metricsOf(columns)
  const resources = columns.texts('resource')
  const keys = columns.lists('keys')
  const values = columns.lists('values')
  return metrics.map((metric, place) => ({
    metric,
    resource: resources[place] ?? '',
    keys: keys[place] ?? [],
    values: values[place] ?? [],
    place,
    ids,
  }))
}

function metricsOf(columns: TextColumns): SeriesMetric[] {
  const names = columns.texts('metric')
  const kinds = columns.texts('kind')
  const temporalities = columns.texts('temporality')
  const monotonics = columns.texts('is_monotonic')
  const units = columns.texts('unit')
  let last: SeriesMetric | undefined
  return names.map((metric, i) => {
    const kind = kinds[i] ?? ''
    const temporality = temporalities[i] ?? ''
    const monotonic = monotonics[i] === 'true'
    const unit = units[i] ?? ''
    const isLast =
      last?.metric === metric &&
      last.kind === kind &&
      last.temporality === temporality &&
      last.monotonic === monotonic &&
      last.unit === unit
    if (last === undefined || !isLast) last = { metric, kind, temporality, monotonic, unit }
    return last
  })
}
