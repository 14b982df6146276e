import type { SignalCounts, StatusAnswer } from '@wakeline/protocol'
import { printBytes, printCount, printValue } from '../../parts/units.ts'
import { printAge } from '../../time/format.ts'
import { Figure, Figures, FigureTable, Section } from './figures.tsx'
import { useRates } from './rates.ts'
import styles from './system-page.module.css'

const signals = [
  { name: 'spans', title: 'spans' },
  { name: 'logs', title: 'log records' },
  { name: 'points', title: 'metric points' },
] as const

/** What came in since the server started, and what became of it. */
export function IngestSection({ status }: { status: StatusAnswer }) {
  const { ingest, nowMs, startedMs } = status
  const rates = useRates(status)
  return (
    <Section title="Ingest" about={`since the start ${printAge(startedMs, nowMs)}`}>
      <FigureTable
        label="What came in"
        head={head}
        rows={signals.map(({ name, title }) => ({
          name: title,
          cells: [rates === undefined ? '–' : printValue(rates[name], '/s'), ...cellsOf(ingest[name])],
        }))}
      />
      <Figures>
        <Figure
          name="Waiting to be loaded"
          hint="Accepted and safe on disk, not yet in the tables; loaded within about a second"
        >
          {printCount(ingest.waitingSegments)} {ingest.waitingSegments === 1 ? 'segment' : 'segments'}
          <span className="quiet"> {printBytes(ingest.waitingBytes)}</span>
        </Figure>
        <Figure
          name="Set aside"
          hint="Segments that the store refused; their rows are kept in poison/ of the data directory"
          wrong={ingest.poisonedSegments > 0 ? 'not loaded' : undefined}
        >
          {printCount(ingest.poisonedSegments)} {ingest.poisonedSegments === 1 ? 'segment' : 'segments'}
        </Figure>
        <Figure name="Repeated requests" hint="Sent again by their senders, recognised, and stored once">
          {printCount(ingest.duplicatedRequests)}
          {ingest.forgottenRequests > 0 && (
            <span className={styles.wrong}> ▲ {printCount(ingest.forgottenRequests)} others forgotten early</span>
          )}
        </Figure>
        <Figure name="Secrets redacted" hint="Values that were not stored because they were, or had in them, a secret">
          {printCount(ingest.redactedValues)} values
        </Figure>
        <Figure
          name="Found no room"
          hint="Not stored because the disk was nearly full, told to their senders as rejected"
          wrong={ingest.shed.level > 0 ? 'now' : undefined}
        >
          {printCount(ingest.shed.logs)} logs, {printCount(ingest.shed.spans)} spans
        </Figure>
      </Figures>
    </Section>
  )
}

const head = [
  { title: '' },
  { title: 'Now', hint: 'Accepted per second, over the last ten seconds' },
  { title: 'Accepted', hint: 'Acknowledged to their senders: on disk and safe' },
  { title: 'Rejected', hint: 'Wrong in themselves, each told to its sender with a sentence' },
  { title: 'Loaded', hint: 'In the tables, seen by every question' },
]

function cellsOf({ accepted, rejected, loaded }: SignalCounts) {
  return [
    printCount(accepted),
    rejected === 0 ? (
      '0'
    ) : (
      <span key="rejected" className={styles.wrong}>
        ▲ {printCount(rejected)}
      </span>
    ),
    printCount(loaded),
  ]
}
