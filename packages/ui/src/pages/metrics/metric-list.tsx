import type { MetricSummary } from '@wakeline/protocol'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { printCount } from '../../parts/units.ts'
import styles from './metrics-page.module.css'

/** The metrics to choose from. */
export function MetricList(props: { metrics: MetricSummary[]; chosen: string; onOpen: (metric: string) => void }) {
  return (
    <DataTable
      name="Metrics"
      rows={props.metrics}
      columns={columns}
      rowKey={({ metric }) => metric}
      selectedKey={props.chosen === '' ? undefined : props.chosen}
      onSelect={(metric) => metric !== undefined && props.onOpen(metric)}
      rowHeightPx={48}
      measured
      pageKeys
    />
  )
}

const kindNames: Readonly<Record<MetricSummary['kind'], string>> = {
  gauge: 'gauge',
  sum: 'up-down counter',
  histogram: 'histogram',
  exponential_histogram: 'exponential histogram',
  summary: 'summary',
}

export function printKind({ kind, monotonic, unit }: MetricSummary): string {
  const name = kind === 'sum' && monotonic ? 'counter' : kindNames[kind]
  return unit === '' || unit === '1' ? name : `${name}, ${unit}`
}

const columns: Column<MetricSummary>[] = [
  {
    id: 'metric',
    title: 'Metric',
    width: 'minmax(0, 1fr)',
    choice: 'always',
    render: (row) => (
      <span className={styles.metric} title={row.description}>
        <span className={`data ${styles.name}`}>{row.metric}</span>
        <span className={styles.about}>{printKind(row)}</span>
      </span>
    ),
  },
  {
    id: 'series',
    title: 'Series',
    hint: 'Series with points in the time range',
    width: '64px',
    align: 'right',
    render: (row) => <span className="data">{printCount(row.series)}</span>,
  },
]
