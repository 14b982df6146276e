import type { SeriesTable, TableColumn, TableRows } from '@wakeline/protocol'
import { type Figure, isAdded, type SeriesRow, type TableRow } from '../plan/table.ts'

type Shown = { keys: readonly string[]; figures: readonly Figure[] }

export function tableView(rows: readonly TableRow[], shown: Shown): TableRows {
  const names = [...shown.keys.map((_, index) => `k${index + 1}`), ...shown.figures.map((_, index) => `v${index + 1}`)]
  return {
    is: 'table',
    columns: columnsOf(shown),
    rows: rows.map((row) => names.map((name) => row[name] ?? null)),
    rowsTotal: Number(rows[0]?.['total'] ?? 0),
  }
}

/** A series for each group and figure. A step without records is 0 for what adds up, and nothing for the rest. */
export function seriesView(
  rows: readonly SeriesRow[],
  shown: Shown,
  { times, stepMs }: { times: number[]; stepMs: number },
): SeriesTable {
  const places = new Map(times.map((time, index) => [time, index]))
  const series = rows.flatMap((row) => {
    const labels = Object.fromEntries(shown.keys.map((key, index) => [key, String(row[`k${index + 1}`] ?? '')]))
    return shown.figures.map((figure, index) => {
      const values = times.map((): number | null => (isAdded(figure.aggregate) ? 0 : null))
      for (const [step, figures] of row.points) {
        const place = places.get(Number(step))
        if (place !== undefined) values[place] = figures[index] ?? null
      }
      return { labels, figure: figure.aggregate.name, unit: unitOf(figure), values }
    })
  })
  return { is: 'series', times, stepMs, series, seriesTotal: Number(rows[0]?.['total'] ?? 0) * shown.figures.length }
}

function columnsOf({ keys, figures }: Shown): TableColumn[] {
  return [
    ...keys.map((name): TableColumn => ({ name, is: 'key', unit: '' })),
    ...figures.map((figure): TableColumn => ({ name: figure.aggregate.name, is: 'figure', unit: unitOf(figure) })),
  ]
}

function unitOf({ aggregate, of }: Figure): string {
  if (aggregate.function === 'rate') return '1/s'
  return aggregate.function === 'count' || aggregate.function === 'uniq' ? '' : (of?.unit ?? '')
}
