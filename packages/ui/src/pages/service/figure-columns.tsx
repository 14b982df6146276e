import type { OperationSummary } from '@wakeline/protocol'
import type { Column } from '../../parts/data-table.tsx'
import { ErrorRatio } from '../../parts/health.tsx'
import { Duration } from '../../parts/labels.tsx'
import { Link } from '../../parts/link.tsx'
import { printValue } from '../../parts/units.ts'

type Figures = Omit<OperationSummary, 'name' | 'kind'>

/** Rate, share of errors and durations of whatever was asked for; errors and durations lead to the traces that made them. */
export function figureColumns<Row extends Figures>(to: {
  errors: (row: Row) => string
  slowest: (row: Row) => string
}): Column<Row>[] {
  return [
    {
      id: 'rate',
      title: 'Requests',
      width: 'minmax(60px, 84px)',
      align: 'right',
      sort: 'desc',
      value: (row) => row.requestsPerSecond,
      render: (row) => (
        <span className="data" title={`${row.requests.toLocaleString('en-US')} requests`}>
          {printValue(row.requestsPerSecond, '/s')}
        </span>
      ),
    },
    {
      id: 'errors',
      title: 'Errors',
      width: 'minmax(60px, 84px)',
      align: 'right',
      sort: 'desc',
      value: (row) => row.errorRatio,
      render: (row) => (
        <Link href={to.errors(row)} title="To its error traces" style={{ color: 'inherit' }}>
          <ErrorRatio ratio={row.errorRatio} errors={row.errors} requests={row.requests} />
        </Link>
      ),
    },
    duration({ id: 'p50', fromWidth: 560, value: (row) => row.durationP50Nano, href: to.slowest }),
    duration({ id: 'p95', fromWidth: 0, value: (row) => row.durationP95Nano, href: to.slowest }),
    duration({ id: 'p99', fromWidth: 640, value: (row) => row.durationP99Nano, href: to.slowest }),
  ]
}

function duration<Row>(on: {
  id: string
  fromWidth: number
  value: (row: Row) => number
  href: (row: Row) => string
}): Column<Row> {
  const { id, fromWidth, value, href } = on
  return {
    id,
    title: id,
    width: 'minmax(54px, 84px)',
    fromWidth,
    align: 'right',
    sort: 'desc',
    value,
    render: (row) => (
      <Link href={href(row)} title="To its slowest traces" style={{ color: 'inherit' }}>
        <Duration nano={value(row)} />
      </Link>
    ),
  }
}
