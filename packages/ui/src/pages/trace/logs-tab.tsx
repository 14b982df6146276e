import { Button } from '@mantine/core'
import { IconList } from '@tabler/icons-react'
import type { LogRecord } from '@wakeline/protocol'
import { askLogs } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { toLogs } from '../../links.ts'
import { Answer } from '../../parts/answer.tsx'
import { printAttribute } from '../../parts/attribute-text.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ServiceLabel, SeverityLabel, severityOf } from '../../parts/labels.tsx'
import { Link } from '../../parts/link.tsx'
import { printCount } from '../../parts/units.ts'
import { printDuration } from '../../time/format.ts'
import { TimeLabel, useClockWidth } from '../../time/time-label.tsx'
import { logsTime } from './logs-time.ts'
import { timeOf } from './span-logs.tsx'
import styles from './trace-page.module.css'
import { offsetOf, type TraceView } from './trace-view.ts'

const logsShownMax = 2000

type Row = { key: string; record: LogRecord; offsetNano: number; span: string }

/** The log records of the whole trace in order; a row leads to the span it was written in. */
export function LogsTab({ view, onOpen }: { view: TraceView; onOpen: (spanId: string) => void }) {
  const { traceId } = view.answer
  const at = logsTime(view)
  const logs = useAnswer(askLogs(`trace_id:${traceId}`, at, { limit: logsShownMax, order: 'oldest' }), {
    keepOld: false,
  })
  return (
    <Answer of={logs} fill empty={({ records }) => (records.length === 0 ? <NoLogs /> : undefined)}>
      {({ records, nextCursor }) => (
        <div className={styles.tab}>
          <div className={styles.tabHead}>
            <span className="quiet figures">
              {nextCursor === undefined ? '' : 'The first '}
              {printCount(records.length)} log records with the id of this trace
            </span>
            <Button component={Link} leftSection={<IconList size={14} />} href={toLogs({ traceId, at })}>
              Open in Logs
            </Button>
          </div>
          <LogTable view={view} records={records} onOpen={onOpen} />
        </div>
      )}
    </Answer>
  )
}

function NoLogs() {
  return (
    <Empty title="No log record carries the id of this trace">
      <div>
        Logs written inside of a span carry its ids when they are written through the SDK, or through pino or winston
        with OpenTelemetry.
      </div>
    </Empty>
  )
}

function LogTable(props: { view: TraceView; records: LogRecord[]; onOpen: (spanId: string) => void }) {
  const { view, records } = props
  const rows = useMemo(() => logRows(view, records), [view, records])
  const clockWidth = useClockWidth(Number(view.startUnixNano / 1_000_000n))
  const columns = useMemo(() => logColumns(clockWidth), [clockWidth])
  return (
    <DataTable
      name="Logs of the trace"
      rows={rows}
      columns={columns}
      rowKey={({ key }) => key}
      onOpen={({ record }) => record.spanId !== '' && props.onOpen(record.spanId)}
      rowHeightPx={28}
      pageKeys
    />
  )
}

function logRows(view: TraceView, records: LogRecord[]): Row[] {
  const names = new Map(view.rows.map(({ span }) => [span.spanId, span.name]))
  return records.map((record, place) => ({
    key: String(place),
    record,
    offsetNano: offsetOf(view, timeOf(record)),
    span: names.get(record.spanId) ?? '',
  }))
}

const logColumns = (clockWidth: string): Column<Row>[] => [
  {
    id: 'offset',
    title: 'After',
    width: '72px',
    align: 'right',
    hint: 'After the start of the trace',
    render: ({ offsetNano }) => <span className="data">{printDuration(offsetNano)}</span>,
  },
  {
    id: 'time',
    title: 'Time',
    width: clockWidth,
    fromWidth: 760,
    render: ({ record }) => <TimeLabel at={timeOf(record)} />,
  },
  {
    id: 'level',
    title: 'Level',
    width: '62px',
    render: ({ record }) => <SeverityLabel severity={severityOf(record.severity)} text={record.severityText} />,
  },
  {
    id: 'service',
    title: 'Service',
    width: 'minmax(80px, 130px)',
    fromWidth: 460,
    render: ({ record }) => <ServiceLabel service={record.service} />,
  },
  {
    id: 'body',
    title: 'Body',
    width: 'minmax(120px, 4fr)',
    choice: 'always',
    render: ({ record }) => {
      const text = printAttribute(record.body)
      return (
        <span className="data" title={text}>
          {text}
        </span>
      )
    },
  },
  {
    id: 'span',
    title: 'Span',
    width: 'minmax(90px, 1.5fr)',
    fromWidth: 820,
    hint: 'Where it was written; opens with the row',
    render: ({ span }) => (
      <span className="quiet" title={span}>
        {span}
      </span>
    ),
  },
]
