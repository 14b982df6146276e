import type { ServiceSummary, ServicesAnswer } from '@wakeline/protocol'
import { useMemo } from 'react'
import { Sparkline } from '../../chart/sparkline.tsx'
import { toLogs, toService, toTraces } from '../../links.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { durationColumn, errorsColumn, rateColumn } from '../../parts/figure-columns.tsx'
import { ServiceLabel } from '../../parts/labels.tsx'
import { Link, useGo } from '../../parts/link.tsx'
import { parseSort, printSort } from '../../parts/sort.ts'
import { printCount, printNumber, printValue } from '../../parts/units.ts'
import { printClock } from '../../time/format.ts'
import { stepRates } from '../../time/step-rates.ts'
import { TimeLabel } from '../../time/time-label.tsx'
import { useZone, type Zone } from '../../time/zone.tsx'

const busiestFirst = { column: 'rate', direction: 'desc' } as const

export function ServicesTable(props: { answer: ServicesAnswer; sort: string; onSort: (sort: string) => void }) {
  const { services, times, stepMs, covered } = props.answer
  const go = useGo()
  const zone = useZone()
  const columns = useMemo(() => servicesColumns({ times, stepMs, covered }, zone), [times, stepMs, covered, zone])
  return (
    <DataTable
      name="Services"
      rows={services}
      columns={columns}
      rowKey={({ service }) => service}
      sort={parseSort(props.sort, busiestFirst)}
      onSort={(sort) => props.onSort(printSort(sort))}
      onOpen={({ service }) => go(toService(service))}
      rowHeightPx={36}
      pageKeys
    />
  )
}

type Steps = Pick<ServicesAnswer, 'times' | 'stepMs' | 'covered'>

function servicesColumns(steps: Steps, zone: Zone): Column<ServiceSummary>[] {
  const slowest = ({ service }: ServiceSummary) => toTraces({ service, order: 'slowest' })
  return [
    nameColumn,
    rateColumn(({ sinceMs }) =>
      sinceMs > steps.covered.fromMs ? ` since ${printClock(sinceMs, zone, 'minutes')}, when it began` : '',
    ),
    rateLineColumn(steps),
    errorsColumn(({ service }) => toTraces({ service, q: 'status:error' })),
    errorsLineColumn,
    durationColumn('p50', 680, slowest),
    durationColumn('p95', 0, slowest),
    durationColumn('p99', 620, slowest),
    p95Line,
    ...logColumns,
    seenColumn,
  ]
}

function highest(values: readonly (number | null)[]): number {
  return values.reduce<number>((high, value) => Math.max(high, value ?? 0), 0)
}

const nameColumn: Column<ServiceSummary> = {
  id: 'service',
  title: 'Service',
  width: 'minmax(min(104px, 24vw), 2fr)',
  choice: 'always',
  sort: 'asc',
  value: (row) => row.service,
  render: (row) => (
    <Link href={toService(row.service)} style={{ color: 'inherit', fontWeight: 500 }}>
      <ServiceLabel service={row.service} />
    </Link>
  ),
}

const rateLineColumn = (steps: Steps): Column<ServiceSummary> => ({
  id: 'rate-line',
  title: '',
  hint: 'Requests over time',
  width: '116px',
  fromWidth: 760,
  choice: 'always',
  render: (row) => <RateLine row={row} steps={steps} />,
})

const errorsLineColumn: Column<ServiceSummary> = {
  id: 'errors-line',
  title: '',
  hint: 'Errors over time',
  width: '116px',
  fromWidth: 900,
  choice: 'always',
  render: (row) => (
    <Sparkline
      values={row.sparklines.errors}
      colour="var(--error)"
      shape="bar"
      max={Math.max(4, highest(row.sparklines.errors))}
      label={`Errors: ${row.errors}`}
    />
  ),
}

const p95Line: Column<ServiceSummary> = {
  id: 'p95-line',
  title: 'p95 over time',
  width: '116px',
  fromWidth: 1040,
  choice: 'always',
  render: (row) => (
    <Sparkline
      values={row.sparklines.durationP95Nano}
      colour="var(--ink-2)"
      label={`p95: at most ${printValue(highest(row.sparklines.durationP95Nano), 'ns')}`}
    />
  ),
}

const logColumns: Column<ServiceSummary>[] = [
  {
    id: 'error-logs',
    title: 'Error logs',
    hint: 'Log records of severity error or fatal',
    width: '80px',
    fromWidth: 1140,
    align: 'right',
    sort: 'desc',
    value: (row) => row.errorLogs,
    render: (row) => (
      <Link
        href={toLogs({ service: row.service, q: 'level>=error' })}
        style={{ color: row.errorLogs > 0 ? 'var(--ink)' : 'var(--ink-3)' }}
      >
        <span className="data" title={`${printCount(row.errorLogs)} of ${printCount(row.logs)} log records`}>
          {printNumber(row.errorLogs)}
        </span>
      </Link>
    ),
  },
  {
    id: 'logs',
    title: 'Logs',
    width: '80px',
    align: 'right',
    choice: 'hidden',
    sort: 'desc',
    value: (row) => row.logs,
    render: (row) => <span className="data">{printNumber(row.logs)}</span>,
  },
]

const seenColumn: Column<ServiceSummary> = {
  id: 'seen',
  title: 'Last seen',
  width: '84px',
  fromWidth: 820,
  align: 'right',
  sort: 'desc',
  value: (row) => row.lastSeenMs,
  render: (row) => <TimeLabel at={row.lastSeenMs} as="age" />,
}

function RateLine({ row, steps }: { row: ServiceSummary; steps: Steps }) {
  const rates = useMemo(() => stepRates(row.sparklines.requests, steps), [row, steps])
  return (
    <Sparkline
      values={rates}
      colour="var(--ink-3)"
      shape="area"
      label={`Requests: at most ${printValue(highest(rates), '/s')}`}
    />
  )
}
