import type { InstancesAnswer, ServiceInstance } from '@wakeline/protocol'
import { useMemo, useState } from 'react'
import { toTraces } from '../../links.ts'
import { Answer, type AnswerState, SkeletonRows } from '../../parts/answer.tsx'
import { AttributeTable } from '../../parts/attribute-table.tsx'
import { searchTerm } from '../../parts/attribute-text.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { durationColumn, errorsColumn } from '../../parts/figure-columns.tsx'
import { useGo } from '../../parts/link.tsx'
import type { Sort } from '../../parts/sort.ts'
import { printCount } from '../../parts/units.ts'
import { useClockWidth } from '../../time/time-label.tsx'
import { seenColumn } from './seen-column.tsx'
import styles from './service-page.module.css'
import { versionOf } from './version-starts.ts'

type InstancesProps = { service: string; of: AnswerState<InstancesAnswer> }

/** Where the service ran: whether one instance is bad, and which came with a deploy. A row shows what its resource says. */
export function Instances({ service, of }: InstancesProps) {
  return (
    <section className={styles.instances}>
      <h2>Instances</h2>
      <Answer of={of} skeleton={<SkeletonRows rows={2} />}>
        {(answer) => <Found service={service} answer={answer} />}
      </Answer>
    </section>
  )
}

function Found({ service, answer }: { service: string; answer: InstancesAnswer }) {
  const { instances, instancesTotal } = answer
  const [open, setOpen] = useState<string>()
  const [sort, setSort] = useState<Sort>({ column: 'first', direction: 'desc' })
  const go = useGo()
  const clockWidth = useClockWidth()
  const columns = useMemo(
    (): Column<ServiceInstance>[] => [
      ...instanceColumns,
      seenColumn({ ...seen, id: 'first', title: 'First seen', width: clockWidth, value: (row) => row.firstSeenMs }),
      seenColumn({ ...seen, id: 'last', title: 'Last seen', width: clockWidth, value: (row) => row.lastSeenMs }),
    ],
    [clockWidth],
  )
  const chosen = instances.length === 1 ? instances[0] : instances.find(({ resourceId }) => resourceId === open)
  return (
    <>
      <DataTable
        name="Instances"
        rows={instances}
        columns={columns}
        rowKey={({ resourceId }) => resourceId}
        selectedKey={open}
        onSelect={(key) => key === undefined && setOpen(undefined)}
        onOpen={({ resourceId }) => setOpen(resourceId === open ? undefined : resourceId)}
        sort={sort}
        onSort={setSort}
        height="content"
        footer={
          instancesTotal > instances.length
            ? `The last ${printCount(instances.length)} of ${printCount(instancesTotal)} that began are shown.`
            : undefined
        }
      />
      {chosen && (
        <div className={styles.resource}>
          <AttributeTable
            attributes={chosen.attributes}
            onFilter={(key, text, how) => go(toTraces({ service, q: searchTerm(`resource.${key}`, text, how) }))}
          />
        </div>
      )}
    </>
  )
}

const instanceColumns: Column<ServiceInstance>[] = [
  {
    id: 'version',
    title: 'Version',
    width: 'minmax(52px, 1fr)',
    choice: 'always',
    sort: 'asc',
    value: ({ attributes }) => versionOf(attributes),
    render: ({ attributes }) => (
      <span className="data" title={versionOf(attributes)}>
        {versionOf(attributes) || <span className="quiet">not given</span>}
      </span>
    ),
  },
  {
    id: 'name',
    title: 'Instance',
    width: 'minmax(120px, 3fr)',
    fromWidth: 620,
    sort: 'asc',
    value: instanceName,
    render: (row) => (
      <span className="data" title={instanceName(row)}>
        {instanceName(row)}
      </span>
    ),
  },
  {
    id: 'requests',
    title: 'Requests',
    hint: 'In the time range',
    width: 'minmax(60px, 84px)',
    align: 'right',
    sort: 'desc',
    value: ({ requests }) => requests,
    render: ({ requests }) => <span className="data">{printCount(requests)}</span>,
  },
  errorsColumn(),
  durationColumn('p95', 0),
]

const seen = { fromWidth: 520, sort: 'desc' } as const

/** What tells instances apart, in the order people look for it. */
function instanceName({ attributes, resourceId }: ServiceInstance): string {
  const names = ['k8s.pod.name', 'service.instance.id', 'container.id', 'host.name'].map((key) => attributes[key])
  return names.find((name) => typeof name === 'string' && name !== '')?.toString() ?? `resource ${resourceId}`
}
