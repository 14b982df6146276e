import type { OperationSummary } from '@wakeline/protocol'
import { useMemo } from 'react'
import { toTraces } from '../../links.ts'
import { searchTerm } from '../../parts/attribute-text.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { figureColumns } from '../../parts/figure-columns.tsx'
import { Link, useGo } from '../../parts/link.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { parseSort, printSort } from '../../parts/sort.ts'
import { usePageSearch } from '../../parts/use-page-search.ts'
import styles from './service-page.module.css'
import { serviceUrl } from './url.ts'

const busiestFirst = { column: 'rate', direction: 'desc' } as const

/** What the service can be asked, by name and kind; a row leads to its traces. */
export function OperationsTable({ service, operations }: { service: string; operations: OperationSummary[] }) {
  const [search, setSearch] = usePageSearch(serviceUrl)
  const go = useGo()
  const columns = useMemo(() => operationColumns(service), [service])
  const part = search.find.trim().toLowerCase()
  const rows = operations.filter(({ name }) => name.toLowerCase().includes(part))
  return (
    <section className={styles.operations}>
      <div className={styles.operationsHead}>
        <h2>Operations</h2>
        <SearchBox
          value={search.find}
          onRun={(find) => setSearch({ find }, 'replace')}
          placeholder="Find an operation"
          live
        />
      </div>
      <DataTable
        name="Operations"
        rows={rows}
        columns={columns}
        rowKey={({ kind, name }) => `${kind} ${name}`}
        sort={parseSort(search.sort, busiestFirst)}
        onSort={(sort) => setSearch({ sort: printSort(sort) }, 'replace')}
        onOpen={(row) => go(operationTraces(service, row))}
        height="content"
        pageKeys
        footer={rows.length === 0 ? `No operation has “${search.find}” in its name.` : undefined}
      />
    </section>
  )
}

function operationTraces(
  service: string,
  { name, kind }: OperationSummary,
  { more = '', order = 'newest' }: { more?: string; order?: 'newest' | 'slowest' } = {},
): string {
  return toTraces({ service, order, q: [searchTerm('name', name), `kind:${kind}`, more].filter(Boolean).join(' ') })
}

function operationColumns(service: string): Column<OperationSummary>[] {
  return [
    {
      id: 'operation',
      title: 'Operation',
      width: 'minmax(76px, 3fr)',
      choice: 'always',
      sort: 'asc',
      value: (row) => row.name,
      render: (row) => (
        <Link href={operationTraces(service, row)} className="data" style={{ color: 'inherit' }} title={row.name}>
          {row.name}
        </Link>
      ),
    },
    {
      id: 'kind',
      title: 'Kind',
      width: '80px',
      fromWidth: 700,
      sort: 'asc',
      value: (row) => row.kind,
      render: (row) => <span className="quiet">{row.kind}</span>,
    },
    ...figureColumns<OperationSummary>({
      errors: (row) => operationTraces(service, row, { more: 'status:error' }),
      slowest: (row) => operationTraces(service, row, { order: 'slowest' }),
    }),
  ]
}
