import type { ScrapeTarget, StatusAnswer } from '@wakeline/protocol'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { printCount } from '../../parts/units.ts'
import { printAge, printDuration } from '../../time/format.ts'
import { Section } from './figures.tsx'
import styles from './system-page.module.css'

/** What is scraped, the targets that are down first. */
export function TargetsSection({ status, targets }: { status: StatusAnswer; targets: readonly ScrapeTarget[] }) {
  const { scraping, nowMs } = status
  if (targets.length === 0) {
    return (
      <Section title="Scraping">
        <div className="quiet">
          No targets. Where metrics are to be fetched from Prometheus endpoints, name them in{' '}
          <code>scrape_configs</code> of <code>wakeline.yaml</code>.
        </div>
      </Section>
    )
  }
  const rows = targets.toSorted((a, b) => orderOf(a) - orderOf(b)).map((target) => ({ ...target, nowMs }))
  return (
    <Section
      title="Scraping"
      about={`${printCount(scraping.up)} up, ${printCount(scraping.down)} down; ${printCount(scraping.samplesStored)} samples stored, ${printCount(scraping.samplesLost)} given up`}
    >
      <DataTable
        name="Scrape targets"
        rows={rows}
        columns={columns}
        rowKey={({ scrapePool, scrapeUrl }) => `${scrapePool} ${scrapeUrl}`}
        height="content"
        measured
        pageKeys
      />
    </Section>
  )
}

type Row = ScrapeTarget & { nowMs: number }

function orderOf({ health }: ScrapeTarget): number {
  return health === 'down' ? 0 : health === 'unknown' ? 1 : 2
}

const words = { up: '● up', down: '▲ down', unknown: '○ waiting' } as const

const columns: Column<Row>[] = [
  {
    id: 'state',
    title: 'State',
    width: '78px',
    choice: 'always',
    render: ({ health }) => (
      <span className={health === 'down' ? styles.down : health === 'up' ? styles.up : 'quiet'}>{words[health]}</span>
    ),
  },
  { id: 'job', title: 'Job', width: '120px', render: ({ labels, scrapePool }) => labels['job'] ?? scrapePool },
  {
    id: 'url',
    title: 'Target',
    width: 'minmax(160px, 1fr)',
    choice: 'always',
    render: ({ scrapeUrl, lastError }) => (
      <span className={styles.target}>
        <span className="data">{scrapeUrl}</span>
        {lastError !== '' && <span className={styles.lastError}>{lastError}</span>}
      </span>
    ),
  },
  {
    id: 'last',
    title: 'Last scrape',
    width: '90px',
    align: 'right',
    fromWidth: 560,
    render: ({ lastScrape, nowMs }) => {
      const atMs = Date.parse(lastScrape)
      return <span className="data">{atMs > 0 ? printAge(atMs, nowMs) : '–'}</span>
    },
  },
  {
    id: 'took',
    title: 'Took',
    width: '76px',
    align: 'right',
    fromWidth: 560,
    render: ({ lastScrapeDuration }) => <span className="data">{printDuration(lastScrapeDuration * 1e9)}</span>,
  },
  {
    id: 'every',
    title: 'Every',
    width: '60px',
    align: 'right',
    fromWidth: 700,
    render: ({ scrapeInterval }) => <span className="data">{scrapeInterval}</span>,
  },
]
