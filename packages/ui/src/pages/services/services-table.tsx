import type { ServiceSummary, ServicesAnswer } from '@wakeline/protocol'
import { useMemo } from 'react'
import { Sparkline } from '../../chart/sparkline.tsx'
import { toLogs, toService, toTraces } from '../../links.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { ErrorRatio } from '../../parts/health.tsx'
import { Duration, ServiceLabel } from '../../parts/labels.tsx'
import { Link, useGo } from '../../parts/link.tsx'
import { parseSort, printSort } from '../../parts/sort.ts'
import { printNumber, printValue } from '../../parts/units.ts'
import { printClock } from '../../time/format.ts'
import { stepRates } from '../../time/step-rates.ts'
import { TimeLabel } from '../../time/time-label.tsx'
import { useZone } from '../../time/zone.tsx'

const busiestFirst = { column: 'rate', direction: 'desc' } as const

export function ServicesTable(props: { answer: ServicesAnswer; sort: string; onSort: (sort: string) => void }) {
  const { services, times, stepMs, covered } = props.answer
  const go = useGo()
  const columns = useMemo(() => servicesColumns({ times, stepMs, covered }), [times, stepMs, covered])
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

function servicesColumns(steps: Steps): Column<ServiceSummary>[] {
  return [
    nameColumn,
    ...rateColumns(steps),
    ...errorColumns,
    duration('p50', 'Half of the requests were faster', 680, (row) => row.durationP50Nano),
    duration('p95', '19 in 20 requests were faster', 0, (row) => row.durationP95Nano),
    duration('p99', '99 in 100 requests were faster', 620, (row) => row.durationP99Nano),
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

function rateColumns(steps: Steps): Column<ServiceSummary>[] {
  return [
    {
      id: 'rate',
      title: 'Requests',
      hint: 'Server and consumer spans a second, over the time range, or since the service began',
      width: 'minmax(60px, 84px)',
      align: 'right',
      sort: 'desc',
      value: (row) => row.requestsPerSecond,
      render: (row) => <Rate row={row} fromMs={steps.covered.fromMs} />,
    },
    {
      id: 'rate-line',
      title: '',
      hint: 'Requests over time',
      width: '116px',
      fromWidth: 760,
      choice: 'always',
      render: (row) => <RateLine row={row} steps={steps} />,
    },
  ]
}

const errorColumns: Column<ServiceSummary>[] = [
  {
    id: 'errors',
    title: 'Errors',
    hint: 'Share of requests that failed',
    width: 'minmax(60px, 84px)',
    align: 'right',
    sort: 'desc',
    value: (row) => row.errorRatio,
    render: (row) => (
      <Link
        href={toTraces({ service: row.service, q: 'status:error' })}
        title="To its error traces"
        style={{ color: 'inherit' }}
      >
        <ErrorRatio ratio={row.errorRatio} errors={row.errors} requests={row.requests} />
      </Link>
    ),
  },
  {
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
  },
]

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
        <span
          className="data"
          title={`${row.errorLogs.toLocaleString('en-US')} of ${row.logs.toLocaleString('en-US')} log records`}
        >
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

function Rate({ row, fromMs }: { row: ServiceSummary; fromMs: number }) {
  const zone = useZone()
  if (row.requests === 0) return <span className="quiet">–</span>
  const since = row.sinceMs > fromMs ? ` since ${printClock(row.sinceMs, zone, 'minutes')}, when it began` : ''
  return (
    <span className="data" title={`${row.requests.toLocaleString('en-US')} requests${since}`}>
      {printValue(row.requestsPerSecond, '/s')}
    </span>
  )
}

function duration(
  id: string,
  hint: string,
  fromWidth: number,
  value: (row: ServiceSummary) => number,
): Column<ServiceSummary> {
  return {
    id,
    title: id,
    hint,
    width: 'minmax(54px, 78px)',
    fromWidth,
    align: 'right',
    sort: 'desc',
    value,
    render: (row) =>
      row.requests === 0 ? (
        <span className="quiet">–</span>
      ) : (
        <Link
          href={toTraces({ service: row.service, order: 'slowest' })}
          title="To its slowest traces"
          style={{ color: 'inherit' }}
        >
          <Duration nano={value(row)} />
        </Link>
      ),
  }
}
