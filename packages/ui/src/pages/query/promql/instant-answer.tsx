import type { PromqlAnswer } from '@wakeline/protocol'
import { useMemo, useState } from 'react'
import { type Column, DataTable } from '../../../parts/data-table.tsx'
import { Empty } from '../../../parts/empty.tsx'
import type { Sort } from '../../../parts/sort.ts'
import { printCount, printValue } from '../../../parts/units.ts'
import { type InstantRow, instantRows, sortAmount } from '../../../shell/promql-series.ts'
import { TimeLabel } from '../../../time/time-label.tsx'
import styles from '../query-page.module.css'
import { Sentences } from './sentences.tsx'
import { StatsLine } from './stats-line.tsx'

/** Values at the end of the time range, each in full. */
export function InstantAnswer(props: { answer: PromqlAnswer; atMs: number }) {
  const { answer, atMs } = props
  const rows = useMemo(() => instantRows(answer.data), [answer.data])
  const [sort, setSort] = useState<Sort>()
  const unit = answer.data.stats?.explain?.unit ?? ''
  const columns = useMemo(() => columnsIn(unit), [unit])
  return (
    <div className={styles.answer}>
      <Sentences answer={answer} />
      {rows.length === 0 ? (
        <Empty title="Nothing was found at the end of this time">
          <div>No series matches, or none has a sample in the five minutes before.</div>
        </Empty>
      ) : (
        <>
          <div className={styles.below}>
            <span>
              {printCount(rows.length)} {rows.length === 1 ? 'value' : 'values'} at <TimeLabel at={atMs} />
            </span>
            <StatsLine stats={answer.data.stats} />
          </div>
          <DataTable
            name="Values"
            rows={rows}
            columns={columns}
            rowKey={({ key }) => key}
            {...(sort === undefined ? {} : { sort })}
            onSort={setSort}
            rowHeightPx={27}
            measured
            pageKeys
          />
        </>
      )}
    </div>
  )
}

/** Values in full, and where they have a unit, as they are read in it. */
function columnsIn(unit: string): Column<InstantRow>[] {
  return [
    seriesColumn,
    {
      id: 'value',
      title: 'Value',
      width: 'minmax(min(150px, 26%), max-content)',
      choice: 'always',
      align: 'right',
      sort: 'desc',
      value: ({ amount }) => sortAmount(amount),
      render: ({ value }) => <span className="data">{value}</span>,
    },
    ...(unit === '' ? [] : [readColumn(unit)]),
  ]
}

const seriesColumn: Column<InstantRow> = {
  id: 'series',
  title: 'Series',
  width: 'minmax(0, 1fr)',
  choice: 'always',
  sort: 'asc',
  value: ({ series }) => series,
  render: ({ series }) => <span className={`data ${styles.whole}`}>{series}</span>,
}

const readColumn = (unit: string): Column<InstantRow> => ({
  id: 'read',
  title: '',
  hint: 'The value with its unit',
  width: '88px',
  fromWidth: 480,
  choice: 'always',
  align: 'right',
  render: ({ amount }) => <span className="data quiet">{Number.isFinite(amount) ? printValue(amount, unit) : ''}</span>,
})
