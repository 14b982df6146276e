import type { SqlAnswer } from '@wakeline/protocol'
import { useMemo, useState } from 'react'
import { toTrace } from '../../../links.ts'
import { CostLine } from '../../../parts/cost-line.tsx'
import { type Column, DataTable } from '../../../parts/data-table.tsx'
import { Empty } from '../../../parts/empty.tsx'
import { Link } from '../../../parts/link.tsx'
import type { Sort } from '../../../parts/sort.ts'
import { printCount } from '../../../parts/units.ts'
import styles from '../query-page.module.css'
import { isNumeric, isTraceId, printCell, rowsOf, type SqlRow, sortValue } from './rows.ts'

/** So wide a column has to be for a time or a name to be read in it, px. */
const textWidthPx = 190
const numberWidthPx = 110

/** Rows as the engine gave them, in columns that a click sorts. */
export function SqlRows({ answer }: { answer: SqlAnswer }) {
  const rows = useMemo(() => rowsOf(answer), [answer])
  const columns = useMemo(() => columnsOf(answer), [answer])
  const [sort, setSort] = useState<Sort>()
  const leastPx = answer.columns.reduce((sum, { type }) => sum + widthOf(type) + 14, 50)
  if (rows.length === 0) {
    return (
      <Empty title="No rows">
        <div>The question was read and run; nothing matches it.</div>
        <CostLine costs={[answer.cost]} />
      </Empty>
    )
  }
  return (
    <div className={styles.answer}>
      <div className={styles.below}>
        <span>
          {printCount(rows.length)} {rows.length === 1 ? 'row' : 'rows'}
        </span>
        <CostLine costs={[answer.cost]} />
      </div>
      <div className={styles.wide}>
        <div className={styles.wideTable} style={{ minWidth: leastPx }}>
          <DataTable
            name="SQL rows"
            rows={rows}
            columns={columns}
            rowKey={({ key }) => key}
            {...(sort === undefined ? {} : { sort })}
            onSort={setSort}
            rowHeightPx={27}
            pageKeys
          />
        </div>
      </div>
    </div>
  )
}

function widthOf(type: string): number {
  return isNumeric(type) ? numberWidthPx : textWidthPx
}

function columnsOf({ columns }: SqlAnswer): Column<SqlRow>[] {
  return columns.map(({ name, type }, at) => ({
    id: String(at),
    title: name,
    hint: type,
    width: `minmax(${widthOf(type)}px, ${isNumeric(type) ? 1 : 2}fr)`,
    choice: 'always',
    sort: isNumeric(type) ? 'desc' : 'asc',
    ...(isNumeric(type) ? { align: 'right' } : {}),
    value: ({ cells }) => sortValue(cells[at], type),
    render: ({ cells }) => <Cell cell={cells[at]} name={name} type={type} />,
  }))
}

function Cell({ cell, name, type }: { cell: unknown; name: string; type: string }) {
  if (cell === null || cell === undefined) return <span className="quiet">null</span>
  if (type.startsWith('FixedString')) return <span className="quiet">bytes: write hex({name})</span>
  const text = printCell(cell)
  if (isTraceId(name, text)) {
    return (
      <Link className="data" href={toTrace(text.toLowerCase())}>
        {text}
      </Link>
    )
  }
  return (
    <span className="data" title={text}>
      {text}
    </span>
  )
}
