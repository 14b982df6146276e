import type { KeptData, StatusAnswer } from '@wakeline/protocol'
import { printBytes, printCount, printNumber, printRatio } from '../../parts/units.ts'
import { printAge, printDateTime, printSpanWords, printUtc } from '../../time/format.ts'
import { printSpanText } from '../../time/range.ts'
import { useZone } from '../../time/zone.tsx'
import { Figure, Figures, FigureTable, Section } from './figures.tsx'
import styles from './system-page.module.css'

/** What is stored, since when, for how long, and how much room is left. */
export function StoreSection({ status }: { status: StatusAnswer }) {
  const { store, nowMs } = status
  const engine = store.driver === 'embedded' ? 'embedded ClickHouse' : 'ClickHouse cluster'
  return (
    <Section title="Store" about={`${engine} ${store.engineVersion}`}>
      <FigureTable
        label="What is stored"
        head={head}
        rows={store.kept.map((kept) => ({
          name: kept.name,
          ...(notes[kept.name] && { hint: notes[kept.name] }),
          cells: cellsOf(kept, nowMs),
        }))}
      />
      <Disk store={store} />
    </Section>
  )
}

const head = [
  { title: '' },
  { title: 'Rows' },
  { title: 'On disk', hint: 'Compressed, with indexes' },
  { title: 'Per row', wideOnly: true },
  { title: 'Oldest' },
  { title: 'Newest' },
  { title: 'Kept for', hint: 'Data older than this is removed' },
]
const notes: Partial<Record<KeptData['name'], string>> = {
  rollups: 'Counts by minute that pages are answered from',
}

function cellsOf({ rows, bytes, oldestMs, newestMs, keepMs }: KeptData, nowMs: number) {
  return [
    <span key="rows" title={printCount(rows)}>
      {rows < 10_000 ? printCount(rows) : printNumber(rows)}
    </span>,
    printBytes(bytes),
    rows === 0 ? '–' : printBytes(bytes / rows),
    <Moment key="oldest" atMs={oldestMs} nowMs={nowMs} />,
    <Moment key="newest" atMs={newestMs} nowMs={nowMs} />,
    printSpanWords(printSpanText(keepMs)),
  ]
}

/** How long ago, by the server's own clock. */
function Moment({ atMs, nowMs }: { atMs: number | null; nowMs: number }) {
  const zone = useZone()
  if (atMs === null) return <span className="quiet">–</span>
  return (
    <time dateTime={new Date(atMs).toISOString()} title={`${printDateTime(atMs, zone)}\n${printUtc(atMs)}`}>
      {printAge(atMs, nowMs)}
    </time>
  )
}

/** The disk as one bar: ours, what others take is not known, and what is free; with the budget where there is one. */
function Disk({ store }: { store: StatusAnswer['store'] }) {
  const { diskBytes, diskFreeBytes, budgetBytes } = store
  const roomBytes = budgetBytes > 0 ? Math.min(budgetBytes, diskBytes + diskFreeBytes) : diskBytes + diskFreeBytes
  const share = roomBytes === 0 ? 0 : Math.min(1, diskBytes / roomBytes)
  const full = share > 0.9
  return (
    <>
      <div className={styles.bar} aria-hidden>
        <div className={full ? styles.barFull : styles.barUsed} style={{ width: `${Math.max(0.4, share * 100)}%` }} />
      </div>
      <Figures>
        <Figure name="Used" hint="All of the store on disk" wrong={full ? 'nearly full' : undefined}>
          {printBytes(diskBytes)}
          <span className="quiet"> {printRatio(share)}</span>
        </Figure>
        <Figure name="Free on the disk">{printBytes(diskFreeBytes)}</Figure>
        <Figure name="Budget" hint="When the store is larger, the oldest data is removed (retention-disk)">
          {budgetBytes === 0 ? <span className="quiet">none: the disk is the limit</span> : printBytes(budgetBytes)}
        </Figure>
      </Figures>
    </>
  )
}
