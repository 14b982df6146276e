import type { SeriesTable, TableAnswer, TableColumn, TableRows } from '@wakeline/protocol'
import { type ReactNode, useMemo, useState } from 'react'
import { type ChartSeries, TimeChart } from '../chart/time-chart.tsx'
import { Answer, type AnswerState } from '../parts/answer.tsx'
import { CostLine } from '../parts/cost-line.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { ServiceLabel, type Severity, SeverityLabel } from '../parts/labels.tsx'
import { ListBar } from '../parts/list-bar.tsx'
import type { Sort } from '../parts/sort.ts'
import { printCount, printValue } from '../parts/units.ts'
import { nameColour, severityColours } from '../theme/colours.ts'
import { useTime } from '../time/time-context.tsx'
import { termsOf } from './figure-terms.ts'
import styles from './figures.module.css'

type FiguresProps = { onOpen: (terms: string[]) => void; controls?: ReactNode }

/** What the pipes of a search make of its records: a table, or lines over time. A row leads to its records. */
export function Figures(props: FiguresProps & { of: AnswerState<TableAnswer> }) {
  return (
    <Answer of={props.of} fill>
      {(answer) =>
        answer.is === 'table' ? (
          <FigureTable key={answer.columns.map(({ name }) => name).join()} {...props} answer={answer} />
        ) : (
          <FigureChart {...props} answer={answer} />
        )
      }
    </Answer>
  )
}

type Row = { key: string; cells: TableRows['rows'][number] }

function FigureTable({ answer, onOpen, controls }: FiguresProps & { answer: TableRows & Pick<TableAnswer, 'cost'> }) {
  const [sort, setSort] = useState<Sort>({ column: '', direction: 'desc' })
  const columns = useMemo(() => answer.columns.map(columnOf), [answer.columns])
  const rows = useMemo(() => answer.rows.map((cells): Row => ({ key: JSON.stringify(cells), cells })), [answer.rows])
  const isCut = answer.rowsTotal > rows.length
  return (
    <>
      <ListBar controls={controls}>
        <span>
          {printCount(rows.length)}{' '}
          {isCut ? `of ${printCount(answer.rowsTotal)} rows` : rows.length === 1 ? 'row' : 'rows'}
        </span>
        <CostLine costs={[answer.cost]} />
      </ListBar>
      {rows.length === 0 ? (
        <Empty title="Nothing matches in this time">
          <div>The search before the first bar finds no record, so there is nothing to make figures of.</div>
        </Empty>
      ) : (
        <DataTable
          name="Figures"
          rows={rows}
          columns={columns}
          rowKey={({ key }) => key}
          onOpen={({ cells }) => onOpen(termsOf(answer.columns, cells))}
          sort={sort}
          onSort={setSort}
          pageKeys
        />
      )}
    </>
  )
}

function columnOf({ name, is, unit }: TableColumn, at: number): Column<Row> {
  const isKey = is === 'key'
  return {
    id: String(at),
    title: name,
    width: isKey ? 'minmax(110px, 1fr)' : 'minmax(84px, 150px)',
    choice: 'always',
    sort: isKey ? 'asc' : 'desc',
    value: ({ cells }) => cells[at] ?? (isKey ? '' : Number.NEGATIVE_INFINITY),
    ...(!isKey && { align: 'right' }),
    render: ({ cells }) => <Cell name={name} value={cells[at] ?? null} unit={unit} />,
  }
}

/** A service and a severity look as they do everywhere. */
function Cell({ name, value, unit }: { name: string; value: string | number | null; unit: string }) {
  if (value === '') return <span className="quiet">(none)</span>
  if (name === 'service' && typeof value === 'string') return <ServiceLabel service={value} />
  if (name === 'level' && isSeverity(value)) return <SeverityLabel severity={value} />
  const text = typeof value === 'string' ? value : printValue(value, unit)
  return (
    <span className="data" title={String(value ?? '')}>
      {text}
    </span>
  )
}

/** More lines cannot be told apart. */
const drawnMax = 40

function FigureChart({ answer, controls }: FiguresProps & { answer: SeriesTable & Pick<TableAnswer, 'cost'> }) {
  const { fromMs, toMs, select } = useTime()
  const figures = useMemo(() => new Set(answer.series.map(({ figure }) => figure)), [answer.series])
  const series = useMemo(
    () => answer.series.slice(0, drawnMax).map((each) => lineOf(each, figures.size > 1)),
    [answer.series, figures],
  )
  const { length } = answer.series
  if (length === 0) {
    return (
      <>
        <ListBar controls={controls}>no series</ListBar>
        <Empty title="Nothing matches in this time">
          <div>The search before the first bar finds no record, so there is nothing to draw.</div>
        </Empty>
      </>
    )
  }
  return (
    <div className={styles.chart}>
      <ListBar controls={controls}>
        <span>
          {printCount(series.length)}{' '}
          {answer.seriesTotal > series.length ? `of ${printCount(answer.seriesTotal)} ` : ''}
          series of {[...figures].join(', ')}
        </span>
        <CostLine costs={[answer.cost]} />
      </ListBar>
      <TimeChart
        label={`Figures over time, ${series.length} series`}
        times={answer.times}
        stepMs={answer.stepMs}
        series={series}
        unit={answer.series[0]?.unit ?? ''}
        fromMs={fromMs}
        toMs={toMs}
        heightPx={320}
        onSelect={select}
      />
    </div>
  )
}

/** Lines of one figure need not repeat its name. */
function lineOf({ labels, figure, values }: SeriesTable['series'][number], isOneOfMany: boolean): ChartSeries {
  const texts = Object.values(labels).map((text) => text || '(none)')
  const name = [texts.join(' · '), isOneOfMany || texts.length === 0 ? figure : ''].join(' ').trim()
  return { name, values, colour: isSeverity(texts[0]) ? severityColours[texts[0]] : nameColour(texts.join() || figure) }
}

const isSeverity = (text: unknown): text is Severity => typeof text === 'string' && Object.hasOwn(severityColours, text)
