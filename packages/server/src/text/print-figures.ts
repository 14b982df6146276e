import { printDuration, type SeriesTable, type TableAnswer, type TableRows } from '@wakeline/protocol'
import { visible } from './paint.ts'
import { drawLine, printShort } from './print-promql.ts'
import { type Column, printTable } from './print-table.ts'

/** What the pipes of a search made: a table, or for each series over time a drawn line. */
export function printFigures(answer: TableAnswer, width?: number): string {
  return answer.is === 'table' ? printRows(answer, width) : printSeries(answer, width)
}

function printRows({ columns, rows, rowsTotal }: TableRows, width: number | undefined): string {
  const shown = columns.map(({ name, is }): Column => ({ name, align: is === 'key' ? 'left' : 'right' }))
  const cells = rows.map((row) => row.map((value, at) => printCell(value, columns[at]?.unit ?? '')))
  return printTable(shown, cells, width) + cutNote(rows.length, rowsTotal, 'rows')
}

function printSeries({ series, seriesTotal }: SeriesTable, width: number | undefined): string {
  const columns = ['line', 'min', 'max', 'last', 'series'].map(
    (name): Column => ({ name, align: name === 'line' || name === 'series' ? 'left' : 'right' }),
  )
  const rows = series.map(({ labels, figure, unit, values }) => {
    const known = values.filter((value) => value !== null)
    const texts = [Math.min(...known), Math.max(...known), values.at(-1) ?? null].map((value) => printCell(value, unit))
    const name = [...Object.values(labels).map((text) => text || none), figure].join(' ')
    return [drawLine(values.map((value) => value ?? Number.NaN)), ...texts, name]
  })
  return printTable(columns, rows, width) + cutNote(series.length, seriesTotal, 'series')
}

const none = '(none)'

const cutNote = (shown: number, total: number, what: string): string =>
  total > shown ? `\n(${shown} of ${total} ${what}; | limit says how many)` : ''

function printCell(value: string | number | null, unit: string): string {
  if (typeof value === 'string') return value === '' ? none : visible(value)
  if (value === null || !Number.isFinite(value)) return '-'
  if (unit === 'ns') return printDuration(value)
  return printShort(value) + (unit === '1/s' ? '/s' : '')
}

/** One object a row, or a series with its points. */
export function figuresJson(answer: TableAnswer): object[] {
  if (answer.is === 'table') {
    const names = answer.columns.map(({ name }) => name)
    return answer.rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])))
  }
  const { times } = answer
  return answer.series.map(({ labels, figure, unit, values }) => ({
    labels,
    figure,
    unit,
    points: values.map((value, at) => [times[at] ?? 0, value]),
  }))
}
