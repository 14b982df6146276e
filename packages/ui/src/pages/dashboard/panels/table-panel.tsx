import type { DashboardPanel, TableRows } from '@wakeline/protocol'
import { useMemo, useState } from 'react'
import { type Column, DataTable } from '../../../parts/data-table.tsx'
import { ServiceLabel } from '../../../parts/labels.tsx'
import type { Sort } from '../../../parts/sort.ts'
import { printValue } from '../../../parts/units.ts'
import styles from '../dashboard-page.module.css'
import type { Answered, Figures } from '../figures.ts'
import { reached } from '../severity.ts'

type Row = { key: string; cells: (string | number | null)[] }
type Table = { columns: { name: string; is: 'key' | 'figure'; unit: string }[]; rows: Row[] }

/** Rows as the search gives them; of metrics a row a series, whose labels are the columns. */
export function TablePanel(props: {
  panel: DashboardPanel
  figures: Figures
  answered: readonly Answered[]
  onPick: (labels: Record<string, string>) => void
}) {
  const { panel, figures, answered } = props
  const [sort, setSort] = useState<Sort>()
  const table = useMemo(() => tableOf(figures, answered, panel), [figures, answered, panel])
  const columns = useMemo(() => table.columns.map((column, at) => columnOf(column, at, panel)), [table, panel])
  return (
    <DataTable
      name={panel.title}
      rows={table.rows}
      columns={columns}
      rowKey={({ key }) => key}
      onOpen={({ cells }) =>
        props.onPick(
          Object.fromEntries(
            table.columns.flatMap(({ name, is }, i) => (is === 'key' ? [[name, String(cells[i] ?? '')]] : [])),
          ),
        )
      }
      {...(sort === undefined ? {} : { sort })}
      onSort={setSort}
      rowHeightPx={28}
    />
  )
}

function tableOf(figures: Figures, answered: readonly Answered[], panel: DashboardPanel): Table {
  const [first] = answered
  if (answered.length === 1 && first?.is === 'table' && first.answer.is === 'table') return ofRows(first.answer)
  return ofFigures(figures, answered, panel)
}

function ofRows({ columns, rows }: TableRows): Table {
  return { columns, rows: rows.map((cells, at) => ({ key: `${at}`, cells })) }
}

/** Several questions are columns side by side where their labels are the same. */
function ofFigures({ figures, unit }: Figures, answered: readonly Answered[], panel: DashboardPanel): Table {
  const keys = [...new Set(figures.flatMap(({ labels }) => Object.keys(labels)))]
  const differs = keys.filter(
    (key) => figures.length === 1 || new Set(figures.map(({ labels }) => labels[key])).size > 1,
  )
  const shown = differs.filter((key) => key !== '__name__')
  const questions = [...new Set(figures.map(({ question }) => question))]
  const rows = new Map<string, Row>()
  for (const { labels, last, question } of figures) {
    const cells = shown.map((key) => labels[key] ?? '')
    const key = JSON.stringify(cells)
    const row = rows.get(key) ?? { key, cells: [...cells, ...questions.map(() => null)] }
    row.cells[shown.length + questions.indexOf(question)] = last ?? null
    rows.set(key, row)
  }
  const named = questions.map((at) => {
    const legend = answered[at]?.question.legend ?? ''
    const name = legend !== '' && !legend.includes('{{') ? legend : questions.length === 1 ? 'value' : `value ${at + 1}`
    return { name, is: 'figure' as const, unit: panel.unit ?? unit }
  })
  return {
    columns: [...shown.map((name) => ({ name, is: 'key' as const, unit: '' })), ...named],
    rows: [...rows.values()],
  }
}

function columnOf({ name, is, unit }: Table['columns'][number], at: number, panel: DashboardPanel): Column<Row> {
  const isKey = is === 'key'
  return {
    id: String(at),
    title: name,
    width: isKey ? 'minmax(84px, 1fr)' : 'minmax(84px, 130px)',
    choice: 'always',
    sort: isKey ? 'asc' : 'desc',
    value: ({ cells }) => cells[at] ?? (isKey ? '' : Number.NEGATIVE_INFINITY),
    ...(!isKey && { align: 'right' }),
    render: ({ cells }) => {
      const value = cells[at] ?? null
      if (value === '') return <span className="quiet">(none)</span>
      if ((name === 'service' || name === 'job') && typeof value === 'string') return <ServiceLabel service={value} />
      if (typeof value !== 'number')
        return (
          <span className="data" title={value ?? ''}>
            {value}
          </span>
        )
      return (
        <span className={`data ${styles.cell}`} data-is={reached(value, panel.thresholds)} title={String(value)}>
          {printValue(value, unit)}
        </span>
      )
    },
  }
}
