import type { OperationSummary } from '@wakeline/protocol'
import type { ReactNode } from 'react'
import type { Column } from './data-table.tsx'
import { ErrorRatio } from './health.tsx'
import { Duration } from './labels.tsx'
import { Link } from './link.tsx'
import { printCount, printValue } from './units.ts'

/** Of whatever was asked for: a service, an operation, an instance, a call. */
type Figures = Omit<OperationSummary, 'name' | 'kind'>
type Way<Row> = (row: Row) => string

/** Rate, share of errors and durations; errors and durations lead to the traces that made them. */
export function figureColumns<Row extends Figures>(to: { errors: Way<Row>; slowest: Way<Row> }): Column<Row>[] {
  return [
    rateColumn(),
    errorsColumn(to.errors),
    durationColumn('p50', 560, to.slowest),
    durationColumn('p95', 0, to.slowest),
    durationColumn('p99', 640, to.slowest),
  ]
}

/** `since` says from when on the rate counts, where that is not the whole range. */
export function rateColumn<Row extends Pick<Figures, 'requests' | 'requestsPerSecond'>>(
  since: Way<Row> = () => '',
): Column<Row> {
  return {
    id: 'rate',
    title: 'Requests',
    hint: 'Server and consumer spans a second, over the time range, or since the service began',
    width: 'minmax(60px, 84px)',
    align: 'right',
    sort: 'desc',
    value: (row) => row.requestsPerSecond,
    render: (row) =>
      row.requests === 0 ? (
        none
      ) : (
        <span className="data" title={`${printCount(row.requests)} requests${since(row)}`}>
          {printValue(row.requestsPerSecond, '/s')}
        </span>
      ),
  }
}

export function errorsColumn<Row extends Pick<Figures, 'requests' | 'errors' | 'errorRatio'>>(
  to?: Way<Row>,
): Column<Row> {
  return {
    id: 'errors',
    title: 'Errors',
    hint: 'Share of requests that failed',
    width: 'minmax(60px, 84px)',
    align: 'right',
    sort: 'desc',
    value: (row) => row.errorRatio,
    render: (row) => (
      <Leading to={to?.(row)} says="To its error traces">
        <ErrorRatio ratio={row.errorRatio} errors={row.errors} requests={row.requests} />
      </Leading>
    ),
  }
}

const durations = {
  p50: { of: 'durationP50Nano', hint: 'Half of the requests were faster' },
  p95: { of: 'durationP95Nano', hint: '19 in 20 requests were faster' },
  p99: { of: 'durationP99Nano', hint: '99 in 100 requests were faster' },
} as const

export function durationColumn<Row extends Omit<Figures, 'requestsPerSecond'>>(
  id: keyof typeof durations,
  fromWidth: number,
  to?: Way<Row>,
): Column<Row> {
  const { of, hint } = durations[id]
  return {
    id,
    title: id,
    hint,
    width: 'minmax(54px, 84px)',
    fromWidth,
    align: 'right',
    sort: 'desc',
    value: (row) => row[of],
    render: (row) =>
      row.requests === 0 ? (
        none
      ) : (
        <Leading to={to?.(row)} says="To its slowest traces">
          <Duration nano={row[of]} />
        </Leading>
      ),
  }
}

const none = <span className="quiet">–</span>

function Leading({ to, says, children }: { to: string | undefined; says: string; children: ReactNode }) {
  if (to === undefined) return children
  return (
    <Link href={to} title={says} style={{ color: 'inherit' }}>
      {children}
    </Link>
  )
}
