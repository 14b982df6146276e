import { type ReactNode, useCallback, useMemo } from 'react'
import { toTrace } from '../../links.ts'
import { printAttribute } from '../../parts/attribute-text.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { ServiceLabel, SeverityLabel, SeverityShape, severityOf } from '../../parts/labels.tsx'
import { Link } from '../../parts/link.tsx'
import { Split } from '../../parts/split.tsx'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { severityColours } from '../../theme/colours.ts'
import { TimeLabel, useClockWidth } from '../../time/time-label.tsx'
import type { KeyedRecord, Origins } from './keyed-records.ts'
import styles from './logs-page.module.css'
import { RecordDetail } from './record-detail.tsx'
import { logsUrl } from './url.ts'

/** Records one a line, and the selected one in full beside them. */
export function RecordList(props: {
  records: KeyedRecord[]
  origins: Origins
  onEndReached?: (() => void) | undefined
  footer?: ReactNode
  onAway?: (away: boolean) => void
  toTop?: number
}) {
  const [search, setSearch] = usePageSearch(logsUrl)
  const select = useCallback((key: string | undefined) => setSearch({ record: key ?? '' }, 'replace'), [setSearch])
  const clockWidth = useClockWidth()
  const columns = useMemo(() => [timeColumn(clockWidth), ...recordColumns], [clockWidth])
  const chosen = props.records.find(({ key }) => key === search.record)
  return (
    <Split
      name="logs"
      title={chosen === undefined ? undefined : 'Log record'}
      detail={chosen === undefined ? undefined : <RecordDetail record={chosen} origins={props.origins} />}
      onClose={() => select(undefined)}
    >
      <DataTable
        name="Log records"
        rows={props.records}
        columns={columns}
        rowKey={({ key }) => key}
        selectedKey={search.record === '' ? undefined : search.record}
        onSelect={select}
        rowHeightPx={26}
        onEndReached={props.onEndReached}
        {...(props.onAway && { onAway: props.onAway })}
        {...(props.toTop !== undefined && { toTop: props.toTop })}
        footer={props.footer}
        pageKeys
      />
    </Split>
  )
}

/** Below, severity is a shape before the message: the words of a line need the room. */
const narrowPx = 480

const timeColumn = (width: string): Column<KeyedRecord> => ({
  id: 'time',
  title: 'Time',
  width,
  choice: 'always',
  render: (row) => <TimeLabel at={row.timeUnixNano} />,
})

const recordColumns: Column<KeyedRecord>[] = [
  {
    id: 'severity',
    title: 'Severity',
    width: '72px',
    fromWidth: narrowPx,
    render: (row) => <SeverityLabel severity={severityOf(row.severity)} text={row.severityText} />,
  },
  {
    id: 'service',
    title: 'Service',
    width: 'minmax(90px, 150px)',
    fromWidth: 620,
    render: (row) => <ServiceLabel service={row.service} />,
  },
  {
    id: 'message',
    title: 'Message',
    width: 'minmax(0, 1fr)',
    choice: 'always',
    render: (row) => <Message record={row} />,
  },
  {
    id: 'trace',
    title: 'Trace',
    width: '78px',
    fromWidth: 780,
    render: (row) =>
      row.traceId === '' ? null : (
        <Link href={toTrace(row.traceId, row.spanId)} className="data" title="To its trace">
          {row.traceId.slice(0, 8)}
        </Link>
      ),
  },
]

const shownMaxCharacters = 400

/** Body first, then as many attributes as the line has room for. */
function Message({ record }: { record: KeyedRecord }) {
  const body = printAttribute(record.body).slice(0, shownMaxCharacters).replaceAll(/\s+/g, ' ')
  const severity = severityOf(record.severity)
  const attributes = Object.entries(record.attributes)
    .slice(0, 12)
    .map(([key, value]) => `${key}=${printAttribute(value).slice(0, 80)}`)
    .join('  ')
    .replaceAll('\n', ' ')
  return (
    <span className={`data ${styles.message}`}>
      <span className={styles.narrowSeverity} style={{ color: severityColours[severity] }} title={severity}>
        <SeverityShape severity={severity} />
      </span>
      {record.eventName !== '' && <span className={`cut ${styles.event}`}>{record.eventName}</span>}
      <span className={styles.body}>{body}</span>
      <span className={styles.attributes}>{attributes}</span>
    </span>
  )
}
