import { askReceipts } from '@wakeline/protocol'
import { useState } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { TimeChart } from '../../chart/time-chart.tsx'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { ServiceLabel } from '../../parts/labels.tsx'
import { printCount } from '../../parts/units.ts'
import { printAge } from '../../time/format.ts'
import { Section } from './figures.tsx'
import { minutesOf, type Receipt, receiptsOf } from './receipts.ts'
import styles from './system-page.module.css'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** What each sender with the SDK produced in the last hour, and what became of it. */
export function ReceiptsSection({ nowMs }: { nowMs: number }) {
  const toMs = Math.ceil(nowMs / minuteMs) * minuteMs
  const at = { fromMs: toMs - hourMs, toMs }
  const answer = useAnswer(askReceipts(at))
  return (
    <Section title="Receipts" about="what senders with the SDK produced in the last hour, and what became of it">
      <Answer of={answer} skeleton={<SkeletonRows rows={2} />}>
        {({ instances }) => <Receipts receipts={receiptsOf(instances)} at={at} nowMs={nowMs} />}
      </Answer>
    </Section>
  )
}

function Receipts(props: { receipts: Receipt[]; at: { fromMs: number; toMs: number }; nowMs: number }) {
  const { receipts, at, nowMs } = props
  const [open, setOpen] = useState<string>()
  if (receipts.length === 0) {
    return (
      <div className="quiet">
        None in this time. The SDK numbers its batches, so that what is missing is known; other senders do not.
      </div>
    )
  }
  const shown = receipts.find(({ key }) => key === open)
  const minutes = shown && minutesOf(shown)
  return (
    <>
      <DataTable
        name="Receipts"
        rows={receipts.map((receipt) => ({ ...receipt, nowMs }))}
        columns={columns}
        rowKey={({ key }) => key}
        selectedKey={open}
        onSelect={(key) => key === undefined && setOpen(undefined)}
        onOpen={({ key }) => setOpen(key === open ? undefined : key)}
        height="content"
        rowHeightPx={29}
        measured
      />
      {shown && minutes && (
        <div key={shown.key} className={styles.minutes} ref={intoView}>
          <h3>
            {shown.service} <span className="data">{shown.instance}</span>, {shown.signal} by minute of arrival
          </h3>
          <TimeChart
            label={`${shown.signal} of ${shown.instance} by minute`}
            times={minutes.times}
            stepMs={minuteMs}
            series={minutes.series}
            unit=""
            fromMs={at.fromMs}
            toMs={at.toMs}
            heightPx={140}
            stacked
          />
        </div>
      )}
    </>
  )
}

/** Of steady identity: each chart is scrolled to once, when it appears. */
function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' })
}

type Row = Receipt & { nowMs: number }

type Figure = { title: string; hint: string; fromWidth?: number }
const figure = (id: 'produced' | 'stored', { title, hint, ...more }: Figure): Column<Row> => ({
  ...more,
  id,
  title,
  hint,
  width: 'minmax(64px, 92px)',
  align: 'right',
  render: (row) => <span className="data">{printCount(row[id])}</span>,
})

const columns: Column<Row>[] = [
  {
    id: 'service',
    title: 'Service',
    width: 'minmax(76px, 0.5fr)',
    choice: 'always',
    render: ({ service }) => <ServiceLabel service={service} />,
  },
  {
    id: 'instance',
    title: 'Instance',
    hint: 'service.instance.id: a random one for each start of the SDK',
    width: 'minmax(120px, 1fr)',
    fromWidth: 620,
    render: ({ instance }) => <span className="data">{instance}</span>,
  },
  { id: 'signal', title: 'Signal', width: '60px', render: ({ signal }) => signal },
  // Where there is room: it is what is stored and lost together.
  figure('produced', { title: 'Produced', hint: 'Records of logs and spans, data points of metrics', fromWidth: 480 }),
  figure('stored', { title: 'Stored', hint: 'In the tables, or safe on disk on the way there' }),
  {
    id: 'lost',
    title: 'Lost',
    hint: 'Where and why; what a newer state of metrics replaced is not among it',
    width: 'minmax(64px, 1.2fr)',
    choice: 'always',
    align: 'right',
    render: ({ lost, why }) =>
      lost === 0 ? (
        <span className="data">0</span>
      ) : (
        <span className={styles.target}>
          <span className={`data ${styles.wrong}`}>▲ {printCount(lost)}</span>
          <span className={styles.reason}>{why}</span>
        </span>
      ),
  },
  {
    id: 'seen',
    title: 'Last seen',
    width: '84px',
    align: 'right',
    fromWidth: 620,
    render: ({ lastSeenMs, nowMs }) => <span className="data">{printAge(lastSeenMs, nowMs)}</span>,
  },
]
