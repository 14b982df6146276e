import { Button } from '@mantine/core'
import { IconList } from '@tabler/icons-react'
import type { LogRecord, SpanRecord } from '@wakeline/protocol'
import { askLogs } from '@wakeline/protocol'
import { useAnswer } from '../../api/use-answer.ts'
import { toLogs } from '../../links.ts'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { printAttribute } from '../../parts/attribute-text.ts'
import { SeverityLabel, severityOf } from '../../parts/labels.tsx'
import { Link } from '../../parts/link.tsx'
import { printDuration } from '../../time/format.ts'
import { logsTime } from './logs-time.ts'
import { Section } from './section.tsx'
import styles from './span-panel.module.css'
import { offsetOf, type TraceView } from './trace-view.ts'

const logsShownMax = 100

/** The log records that were written inside of the span, in order. */
export function SpanLogs({ view, span }: { view: TraceView; span: SpanRecord }) {
  const at = logsTime(view)
  const q = `trace_id:${span.traceId} span_id:${span.spanId}`
  const logs = useAnswer(askLogs(q, at, { limit: logsShownMax, order: 'oldest' }), { keepOld: false })
  const count = logs.data?.records.length ?? 0
  return (
    <Section
      title="Logs"
      count={count}
      action={
        <Button
          component={Link}
          size="compact-xs"
          leftSection={<IconList size={13} />}
          href={toLogs({ traceId: span.traceId, spanId: span.spanId, at })}
        >
          Open in Logs
        </Button>
      }
    >
      <Answer of={logs} skeleton={<SkeletonRows rows={2} />}>
        {({ records, nextCursor }) => (
          <>
            {records.length === 0 && <div className="quiet">No log record carries this span’s id.</div>}
            {records.map((record, place) => (
              <LogLine
                // biome-ignore lint/suspicious/noArrayIndexKey: records have no id and never move.
                key={place}
                record={record}
                offsetNano={offsetOf(view, timeOf(record)) - offsetOf(view, span.startUnixNano)}
              />
            ))}
            {nextCursor !== undefined && (
              <div className="quiet">The first {logsShownMax} are shown; the Logs page has them all.</div>
            )}
          </>
        )}
      </Answer>
    </Section>
  )
}

/** When it happened, or where the sender did not say, when it was first seen. */
export function timeOf({ timeUnixNano, observedUnixNano }: LogRecord): string {
  return timeUnixNano === '0' || timeUnixNano === '' ? observedUnixNano : timeUnixNano
}

function LogLine({ record, offsetNano }: { record: LogRecord; offsetNano: number }) {
  return (
    <div className={styles.log}>
      <span className="data quiet" title="After the start of the span">
        {offsetNano < 0 ? '' : '+'}
        {printDuration(offsetNano)}
      </span>
      <SeverityLabel severity={severityOf(record.severity)} text={record.severityText} />
      <span className={`data ${styles.logBody}`}>{printAttribute(record.body)}</span>
    </div>
  )
}
