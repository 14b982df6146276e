import type { TextColumns } from '../../base/native/read-text-columns.ts'
import type { TextLists } from '../../base/native/text-lists.ts'
import type { MetricRow } from './plan.ts'

/** What a series is one of. */
export type SeriesMetric = Pick<MetricRow, 'metric' | 'kind' | 'temporality' | 'monotonic' | 'unit'>

/** What is kept of all rows that were read together, as it came: a series' own part is looked up where it is asked for. */
export type SeriesTable = {
  /** In two words each, the low one first. */
  readonly ids: Uint32Array
  readonly resources: readonly string[]
  readonly values: TextLists
}

/** A series as it is stored. There are ten thousand of them, all kept: what is the same in row after row is one object. */
export type SeriesRow = {
  readonly metric: SeriesMetric
  readonly keys: readonly string[]
  readonly table: SeriesTable
  readonly place: number
}

export const lowWord = ({ table, place }: SeriesRow): number => table.ids[2 * place] ?? 0
export const highWord = ({ table, place }: SeriesRow): number => table.ids[2 * place + 1] ?? 0
export const idOf = (row: SeriesRow): string => ((BigInt(highWord(row)) << 32n) | BigInt(lowWord(row))).toString()

export function seriesRows(columns: TextColumns): { rows: SeriesRow[]; table: SeriesTable } {
  const keys = columns.words('keys')
  const table = {
    ids: columns.numbers('id'),
    resources: columns.texts('resource'),
    values: columns.lists('values'),
  }
  const rows = metricsOf(columns).map((metric, place) => ({ metric, keys: keys[place] ?? [], table, place }))
  return { rows, table }
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
