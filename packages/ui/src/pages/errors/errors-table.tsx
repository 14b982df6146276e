import { Badge } from '@mantine/core'
import type { ErrorGroup, ErrorsAnswer } from '@wakeline/protocol'
import { useMemo } from 'react'
import { Sparkline } from '../../chart/sparkline.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { ServiceLabels } from '../../parts/labels.tsx'
import { printCount } from '../../parts/units.ts'
import { TimeLabel, useClockWidth } from '../../time/time-label.tsx'
import styles from './errors-page.module.css'

/** An error a row. */
export function ErrorsTable(props: {
  rows: ErrorGroup[]
  answer: ErrorsAnswer
  selectedKey: string | undefined
  onSelect: (hash: string | undefined) => void
}) {
  const clockWidth = useClockWidth(props.answer.lookedBackToMs)
  const columns = useMemo(() => errorColumns(clockWidth), [clockWidth])
  return (
    <DataTable
      name="Errors"
      rows={props.rows}
      columns={columns}
      rowKey={({ hash }) => hash}
      selectedKey={props.selectedKey}
      onSelect={props.onSelect}
      rowHeightPx={46}
      measured
      pageKeys
    />
  )
}

export const titleOf = ({ type, message }: Pick<ErrorGroup, 'type' | 'message'>): string =>
  [type, message].filter((part) => part !== '').join(': ')

/** What it is, how often and where. */
const factColumns: Column<ErrorGroup>[] = [
  {
    id: 'error',
    title: 'Error',
    width: 'minmax(140px, 1fr)',
    choice: 'always',
    render: (error) => (
      <span className={styles.error} title={titleOf(error)}>
        <span className="cut">
          {error.occurrencesBefore === 0 && (
            <Badge size="xs" className={styles.new ?? ''} title="Not in as long a time before the range">
              new
            </Badge>
          )}
          <strong className="data">{error.type}</strong>
          {error.type !== '' && error.message !== '' && ': '}
          <span className="data">{error.message}</span>
        </span>
        <span className="quiet cut data">{error.culprit || ' '}</span>
      </span>
    ),
  },
  {
    id: 'time',
    title: 'Over time',
    width: '120px',
    fromWidth: 560,
    render: ({ counts }) => <Sparkline values={counts} colour="var(--error)" shape="bar" label="Over time" />,
  },
  {
    id: 'count',
    title: 'Count',
    width: '76px',
    align: 'right',
    choice: 'always',
    render: ({ occurrences }) => <span className="data">{printCount(occurrences)}</span>,
  },
  {
    id: 'services',
    title: 'Services',
    width: 'minmax(90px, 150px)',
    fromWidth: 700,
    render: ({ services }) => <ServiceLabels services={services} />,
  },
  {
    id: 'versions',
    title: 'Versions',
    width: 'minmax(70px, 120px)',
    fromWidth: 1150,
    render: ({ versions }) => (
      <span className="data cut" title={versions.join(', ')}>
        {versions.join(', ') || <span className="quiet">not given</span>}
      </span>
    ),
  },
]

function errorColumns(clockWidth: string): Column<ErrorGroup>[] {
  return [
    ...factColumns,
    {
      id: 'first',
      title: 'First seen',
      hint: 'As far back as was looked: as long before the range as it is long',
      width: clockWidth,
      align: 'right',
      fromWidth: 1000,
      render: ({ firstSeenMs }) => <TimeLabel at={firstSeenMs} />,
    },
    {
      id: 'last',
      title: 'Last seen',
      width: clockWidth,
      align: 'right',
      fromWidth: 480,
      render: ({ lastSeenMs }) => <TimeLabel at={lastSeenMs} />,
    },
  ]
}
