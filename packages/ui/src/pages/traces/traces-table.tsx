import { IconAlertTriangleFilled } from '@tabler/icons-react'
import type { TraceSummary } from '@wakeline/protocol'
import { type ReactNode, useMemo } from 'react'
import { toTrace } from '../../links.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Duration, ServiceLabel } from '../../parts/labels.tsx'
import { Link } from '../../parts/link.tsx'
import { printCount } from '../../parts/units.ts'
import { nameColour } from '../../theme/colours.ts'
import { TimeLabel, useClockWidth } from '../../time/time-label.tsx'
import styles from './traces-page.module.css'

export type TracesTableProps = {
  traces: TraceSummary[]
  selectedId: string | undefined
  onSelect: (traceId: string | undefined) => void
  onOpen: (trace: TraceSummary) => void
  more: (() => void) | undefined
  footer: ReactNode
}

/** One row a trace. */
export function TracesTable(props: TracesTableProps) {
  const { traces } = props
  const clockWidth = useClockWidth()
  const columns = useMemo(() => {
    const longestNano = traces.reduce((longest, { durationNano }) => Math.max(longest, durationNano), 1)
    return traceColumns(longestNano, clockWidth)
  }, [traces, clockWidth])
  return (
    <DataTable
      name="Traces"
      rows={traces}
      columns={columns}
      rowKey={({ traceId }) => traceId}
      selectedKey={props.selectedId}
      onSelect={props.onSelect}
      onOpen={props.onOpen}
      onEndReached={props.more}
      footer={props.footer}
      rowHeightPx={34}
      pageKeys
    />
  )
}

function traceColumns(longestNano: number, clockWidth: string): Column<TraceSummary>[] {
  const length: Column<TraceSummary> = {
    id: 'length',
    title: '',
    hint: 'Duration, of the longest in the list',
    width: 'minmax(60px, 1fr)',
    fromWidth: 620,
    choice: 'always',
    render: (trace) => <DurationBar trace={trace} longestNano={longestNano} />,
  }
  const start: Column<TraceSummary> = {
    id: 'start',
    title: 'Start',
    width: clockWidth,
    render: (trace) => <TimeLabel at={trace.startUnixNano} />,
  }
  return [start, rootColumn, length, ...figureColumns, ...moreColumns]
}

const rootColumn: Column<TraceSummary> = {
  id: 'root',
  title: 'Root service and operation',
  width: 'minmax(min(108px, 24vw), 3fr)',
  choice: 'always',
  hint: 'The span without a parent, or the first that was received',
  render: (trace) => <Root trace={trace} />,
}

const figureColumns: Column<TraceSummary>[] = [
  {
    id: 'duration',
    title: 'Duration',
    width: '70px',
    align: 'right',
    choice: 'always',
    render: ({ durationNano }) => <Duration nano={durationNano} />,
  },
  {
    id: 'spans',
    title: 'Spans',
    width: '64px',
    align: 'right',
    fromWidth: 520,
    hint: 'All spans of the trace; hover a row for how many matched',
    render: (trace) => (
      <span className="data" title={`${printCount(trace.matchedSpans)} of them match the search`}>
        {printCount(trace.spanCount)}
      </span>
    ),
  },
  {
    id: 'errors',
    title: 'Errors',
    width: '60px',
    align: 'right',
    fromWidth: 480,
    hint: 'Spans with status error',
    render: ({ errorCount }) => <Errors count={errorCount} />,
  },
]

const moreColumns: Column<TraceSummary>[] = [
  {
    id: 'services',
    title: 'Services',
    width: 'minmax(180px, 3fr)',
    fromWidth: 960,
    hint: 'With their number of spans, most first',
    render: ({ services }) => <Services services={services} />,
  },
  {
    id: 'age',
    title: 'Age',
    width: '84px',
    align: 'right',
    choice: 'hidden',
    render: (trace) => <TimeLabel at={trace.startUnixNano} as="age" />,
  },
  {
    id: 'trace-id',
    title: 'Trace id',
    width: '150px',
    choice: 'hidden',
    render: ({ traceId }) => (
      <span className="data cut" title={traceId}>
        {traceId}
      </span>
    ),
  },
]

function Root({ trace }: { trace: TraceSummary }) {
  return (
    <Link href={toTrace(trace.traceId)} className={styles.root} tabIndex={-1}>
      <span className={styles.rootService}>
        <ServiceLabel service={trace.rootService} />
      </span>
      <span className={styles.rootName} title={trace.rootName}>
        {trace.rootName}
        {!trace.hasRoot && <span className="quiet"> (root not yet received)</span>}
      </span>
      {trace.errorCount > 0 && <IconAlertTriangleFilled size={11} className={styles.narrowMark} aria-label="errors" />}
    </Link>
  )
}

/** Against the longest of the list. */
function DurationBar({ trace, longestNano }: { trace: TraceSummary; longestNano: number }) {
  return (
    <div className={styles.track} aria-hidden>
      <div
        className={styles.bar}
        style={{ width: `${Math.max(0.5, (trace.durationNano / longestNano) * 100)}%` }}
        data-failed={trace.errorCount > 0}
      />
    </div>
  )
}

function Errors({ count }: { count: number }) {
  if (count === 0) return <span className="data quiet">0</span>
  return (
    <span className={`data ${styles.errors}`}>
      <IconAlertTriangleFilled size={11} aria-label="errors" /> {printCount(count)}
    </span>
  )
}

const servicesShownMax = 6

function Services({ services }: { services: TraceSummary['services'] }) {
  const title = services
    .map(({ service, spans, errors }) => `${service}: ${spans} spans${errors > 0 ? `, ${errors} errors` : ''}`)
    .join('\n')
  return (
    <span className={styles.services} title={title}>
      {services.slice(0, servicesShownMax).map(({ service, spans, errors }) => (
        <span key={service} className={styles.service}>
          <span className={styles.swatch} style={{ background: nameColour(service) }} aria-hidden />
          {service}
          <span className="quiet figures">{spans}</span>
          {errors > 0 && <span className={styles.errors}>✕{errors}</span>}
        </span>
      ))}
      {services.length > servicesShownMax && <span className="quiet">+{services.length - servicesShownMax}</span>}
    </span>
  )
}
