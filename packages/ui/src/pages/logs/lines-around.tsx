import { Button } from '@mantine/core'
import type { LogRecord } from '@wakeline/protocol'
import { askLogContext } from '@wakeline/protocol'
import { useState } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { printAttribute } from '../../parts/attribute-text.ts'
import { SeverityLabel, severityOf } from '../../parts/labels.tsx'
import { printClock, unixMs } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import type { KeyedRecord } from './keyed-records.ts'
import styles from './logs-page.module.css'

const linesEach = 10

/** What the same process wrote just before and after, on demand; more of it with each click. */
export function LinesAround({ record }: { record: KeyedRecord }) {
  const [open, setOpen] = useState<{ key: string; lines: number }>()
  if (open?.key !== record.key) {
    return (
      <div>
        <Button size="compact-sm" onClick={() => setOpen({ key: record.key, lines: linesEach })}>
          Show lines around
        </Button>
      </div>
    )
  }
  return (
    <section>
      <h3>Lines around, from the same process</h3>
      <Lines record={record} lines={open.lines} />
      <Button size="compact-xs" onClick={() => setOpen({ key: record.key, lines: open.lines * 3 })}>
        Show more
      </Button>
    </section>
  )
}

function Lines({ record, lines }: { record: KeyedRecord; lines: number }) {
  const zone = useZone()
  const around = useAnswer(askLogContext(record, { before: Math.min(lines, 1000), after: Math.min(lines, 1000) }))
  return (
    <Answer of={around} skeleton={<SkeletonRows rows={6} />}>
      {({ records }) => (
        <ol className={`data ${styles.around}`}>
          {records.map((line, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: records have no id and never move.
            <li key={place} aria-current={isSame(line, record) ? 'true' : undefined}>
              <span className="quiet figures">{printClock(unixMs(line.timeUnixNano), zone, 'milliseconds')}</span>
              <SeverityLabel severity={severityOf(line.severity)} text="" />
              <span className={styles.aroundBody}>{printAttribute(line.body)}</span>
            </li>
          ))}
        </ol>
      )}
    </Answer>
  )
}

function isSame(line: LogRecord, record: KeyedRecord): boolean {
  return line.timeUnixNano === record.timeUnixNano && printAttribute(line.body) === printAttribute(record.body)
}
