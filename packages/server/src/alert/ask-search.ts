import type { TableAnswer } from '@wakeline/protocol'
import { labelOf } from '../query/logql/label-keys.ts'
import { type Labels, labelsFrom } from '../query/promql/evaluate/labels.ts'
import type { TableAsk } from '../query/table.ts'
import type { Spend } from './evaluate-rule.ts'

/** A search with figures, asked of a window: of one value, or of one for each step. */
export type SearchAsk = TableAsk & { readonly rows: number; readonly spend?: Spend }
export type AskSearch = (ask: SearchAsk) => Promise<SearchFound | { readonly error: string }>

export type SearchFound = {
  /** Values in their order; NaN where there is none. */
  readonly series: readonly MeasuredSeries[]
  /** Also of those that were left out. */
  readonly total: number
}
export type MeasuredSeries = { readonly labels: Labels; readonly values: readonly number[] }

/** The first figure of each group. Keys become labels under names that all readers of labels take: `http.route` is `http_route`. */
export function foundOf(answer: TableAnswer): SearchFound {
  if (answer.is === 'series') {
    const [first] = answer.series
    const series = answer.series.filter(({ figure }) => figure === first?.figure)
    const isKnown = (values: readonly number[]): boolean => values.some((value) => !Number.isNaN(value))
    return {
      series: series
        .map(({ labels, values }) => ({
          labels: labelsOf(Object.entries(labels)),
          values: values.map((value) => value ?? Number.NaN),
        }))
        .filter(({ values }) => isKnown(values)),
      total: series.length === 0 ? 0 : answer.seriesTotal / (answer.series.length / series.length),
    }
  }
  const keys = answer.columns.filter(({ is }) => is === 'key').map(({ name }) => name)
  return {
    series: answer.rows.flatMap((row) => {
      const value = row[keys.length]
      if (typeof value !== 'number') return []
      return [{ labels: labelsOf(keys.map((key, i) => [key, String(row[i] ?? '')])), values: [value] }]
    }),
    total: answer.rowsTotal,
  }
}

const labelsOf = (pairs: readonly (readonly [string, string])[]): Labels =>
  labelsFrom(pairs.map(([name, value]) => [labelOf(name), value] as const))

/** Of worlds that have series alone. */
export const noSearches: AskSearch = async ({ q }) => ({
  error: `there are no log records and no spans here to look for: ${q}`,
})
