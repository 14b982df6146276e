import type { OperationSummary } from '@wakeline/protocol'
import type { Column } from '../../parts/data-table.tsx'
import { ErrorRatio } from '../../parts/health.tsx'
import { Duration } from '../../parts/labels.tsx'
import { Link } from '../../parts/link.tsx'
import { printValue } from '../../parts/units.ts'

type Figures = Omit<OperationSummary, 'name' | 'kind'>

/** Rate, share of errors and durations of whatever was asked for; a share of errors leads to the traces of those errors. */
export function figureColumns<Row extends Figures>(errorTraces: (row: Row) => string): Column<Row>[] {
  return [
    {
      id: 'rate',
      title: 'Requests',
      width: 'minmax(64px, 84px)',
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
      width: 'minmax(68px, 84px)',
      align: 'right',
      sort: 'desc',
      value: (row) => row.errorRatio,
      render: (row) => (
        <Link href={errorTraces(row)} title="To its error traces" style={{ color: 'inherit' }}>
          <ErrorRatio ratio={row.errorRatio} errors={row.errors} requests={row.requests} />
        </Link>
      ),
    },
    duration('p50', 560, (row) => row.durationP50Nano),
    duration('p95', 0, (row) => row.durationP95Nano),
    duration('p99', 640, (row) => row.durationP99Nano),
  ]
}

function duration<Row>(id: string, fromWidth: number, value: (row: Row) => number): Column<Row> {
  return {
    id,
    title: id,
    width: 'minmax(60px, 84px)',
    fromWidth,
    align: 'right',
    sort: 'desc',
    value,
    render: (row) => <Duration nano={value(row)} />,
  }
}
