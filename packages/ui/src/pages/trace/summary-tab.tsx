import { SegmentedControl } from '@mantine/core'
import { useMemo, useState } from 'react'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Duration, ServiceLabel } from '../../parts/labels.tsx'
import type { Sort } from '../../parts/sort.ts'
import { printCount, printRatio } from '../../parts/units.ts'
import { type SummaryRow, summaryRows } from './summary.ts'
import styles from './trace-page.module.css'
import type { TraceView } from './trace-view.ts'

/** Where the time of the trace went; a row leads to its longest span. */
export function SummaryTab({ view, onOpen }: { view: TraceView; onOpen: (index: number) => void }) {
  const [by, setBy] = useState<'service' | 'operation'>('service')
  const [sort, setSort] = useState<Sort>({ column: 'critical', direction: 'desc' })
  const rows = useMemo(() => summaryRows(view, by), [view, by])
  const columns = useMemo(() => summaryColumns(view, by, rows), [view, by, rows])
  return (
    <div className={styles.tab}>
      <div className={styles.tabHead}>
        <SegmentedControl
          size="xs"
          aria-label="Summed by"
          value={by}
          onChange={(value) => setBy(value === 'operation' ? 'operation' : 'service')}
          data={[
            { value: 'service', label: 'By service' },
            { value: 'operation', label: 'By operation' },
          ]}
        />
        <span className="quiet">
          Critical: how long the trace waited for it. Self: not covered by its children, so work done side by side
          counts each. A row opens its longest span.
        </span>
      </div>
      <DataTable
        name={`Trace summary by ${by}`}
        rows={rows}
        columns={columns}
        rowKey={({ key }) => key}
        onOpen={(row) => onOpen(row.longestIndex)}
        sort={sort}
        onSort={setSort}
        pageKeys
      />
    </div>
  )
}

function summaryColumns(view: TraceView, by: 'service' | 'operation', rows: SummaryRow[]): Column<SummaryRow>[] {
  const names = by === 'service' ? [service] : [service, operation]
  // A service twice as fast would be all it calls as well: that is asked of operations alone.
  const whatIf = by === 'operation' ? [whatIfColumn(view)] : []
  return [...names, ...timeColumns(view, rows), ...whatIf, ...countColumns, shareColumn(view)]
}

/** Asked of the rows that are in sight. */
function whatIfColumn(view: TraceView): Column<SummaryRow> {
  const saved = ({ rows }: SummaryRow) =>
    view.schedule.savedNano(
      rows.map(({ node }) => node),
      0.5,
    )
  return {
    id: 'whatIf',
    title: '2× faster saves',
    width: 'minmax(92px, 1fr)',
    align: 'right',
    fromWidth: 560,
    hint: 'How much sooner the trace would have ended, had its spans, with all below them, taken half as long',
    render: (row) => <Saved nano={saved(row)} />,
  }
}

function Saved({ nano }: { nano: number }) {
  return nano < 1 ? <span className="data quiet">0</span> : <Duration nano={nano} />
}

function timeColumns(view: TraceView, rows: SummaryRow[]): Column<SummaryRow>[] {
  const selfMost = Math.max(1, ...rows.map(({ selfNano }) => selfNano))
  return [
    {
      id: 'critical',
      title: 'Critical',
      width: 'minmax(110px, 1.3fr)',
      align: 'right',
      sort: 'desc',
      hint: 'Time on the critical path: how long the trace waited for it',
      value: ({ criticalNano }) => criticalNano,
      render: ({ criticalNano }) => <TimeBar nano={criticalNano} share={criticalNano / view.durationNano} strong />,
    },
    {
      id: 'self',
      title: 'Self',
      width: 'minmax(84px, 1.3fr)',
      align: 'right',
      sort: 'desc',
      hint: 'Time not covered by children',
      value: ({ selfNano }) => selfNano,
      render: ({ selfNano }) => <TimeBar nano={selfNano} share={selfNano / selfMost} />,
    },
  ]
}

function shareColumn(view: TraceView): Column<SummaryRow> {
  return {
    id: 'share',
    title: 'Share',
    width: '70px',
    align: 'right',
    fromWidth: 720,
    hint: 'Critical time of the whole trace’s duration',
    render: ({ criticalNano }) => <span className="data">{printRatio(criticalNano / view.durationNano)}</span>,
  }
}

const service: Column<SummaryRow> = {
  id: 'service',
  title: 'Service',
  width: 'minmax(90px, 1fr)',
  choice: 'always',
  sort: 'asc',
  value: (row) => row.service,
  render: (row) => <ServiceLabel service={row.service} />,
}

const operation: Column<SummaryRow> = {
  id: 'operation',
  title: 'Operation',
  width: 'minmax(90px, 2fr)',
  choice: 'always',
  sort: 'asc',
  value: ({ name }) => name,
  render: ({ name }) => (
    <span className="cut" title={name}>
      {name}
    </span>
  ),
}

const countColumns: Column<SummaryRow>[] = [
  {
    id: 'spans',
    title: 'Spans',
    width: '64px',
    align: 'right',
    sort: 'desc',
    value: ({ spans }) => spans,
    render: ({ spans }) => <span className="data">{printCount(spans)}</span>,
  },
  {
    id: 'errors',
    title: 'Errors',
    width: '64px',
    align: 'right',
    sort: 'desc',
    value: ({ errors }) => errors,
    render: ({ errors }) => (
      <span className={errors > 0 ? `data ${styles.failed}` : 'data quiet'}>{printCount(errors)}</span>
    ),
  },
  {
    id: 'longest',
    title: 'Longest',
    width: '84px',
    align: 'right',
    sort: 'desc',
    fromWidth: 620,
    hint: 'The longest single span',
    value: ({ longestNano }) => longestNano,
    render: ({ longestNano }) => <Duration nano={longestNano} />,
  },
]

function TimeBar({ nano, share, strong }: { nano: number; share: number; strong?: boolean }) {
  return (
    <span className={styles.timeBar}>
      <span className={styles.track} aria-hidden>
        <span data-strong={strong} style={{ width: `${Math.min(1, share) * 100}%` }} />
      </span>
      <Duration nano={nano} />
    </span>
  )
}
