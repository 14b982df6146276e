import { IconDatabase, IconStack2, IconWorld } from '@tabler/icons-react'
import type { ServiceEdge } from '@wakeline/protocol'
import { askServiceEdges } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { toService, toTraces } from '../../links.ts'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { figureColumns } from '../../parts/figure-columns.tsx'
import { ServiceLabel } from '../../parts/labels.tsx'
import { Link, useGo } from '../../parts/link.tsx'
import { useTime } from '../../time/time-context.tsx'
import { callSearch, callsOf } from './call-search.ts'
import styles from './service-page.module.css'

/** Who calls the service and what it calls: whether a fault is its own or comes from the other side. */
export function Calls({ service }: { service: string }) {
  const time = useTime()
  const answer = useAnswer(askServiceEdges(time))
  return (
    <Answer of={answer} skeleton={<SkeletonRows rows={2} />}>
      {(data) => {
        const { callers, callees } = callsOf(service, data.edges)
        if (callers.length === 0 && callees.length === 0) return null
        return (
          <>
            <div className={styles.calls}>
              <CallTable name="Called by" edges={callers} other="caller" none="No other service was seen to call it." />
              <CallTable name="Calls" edges={callees} other="callee" none="It was not seen to call anything." />
            </div>
            {data.isEstimate && (
              <div className={`${styles.callsNote} quiet`}>
                Too many spans to look at each trace: figures are estimates from a fair sample, and rare calls may be
                missing.
              </div>
            )}
          </>
        )
      }}
    </Answer>
  )
}

function CallTable(props: { name: string; edges: ServiceEdge[]; other: 'caller' | 'callee'; none: string }) {
  const { name, edges, other, none } = props
  const go = useGo()
  const columns = useMemo(() => callColumns(other), [other])
  return (
    <section>
      <h2>{name}</h2>
      {edges.length === 0 ? (
        <div className={`${styles.callsNote} quiet`}>{none}</div>
      ) : (
        <DataTable
          name={name}
          rows={edges}
          columns={columns}
          rowKey={({ kind, caller, callee }) => `${kind} ${caller} ${callee}`}
          onOpen={(edge) => go(toTraces({ q: callSearch(edge) }))}
          height="content"
        />
      )}
    </section>
  )
}

function callColumns(other: 'caller' | 'callee'): Column<ServiceEdge>[] {
  return [
    {
      id: 'other',
      title: other === 'caller' ? 'Service' : 'Name',
      width: 'minmax(76px, 3fr)',
      choice: 'always',
      render: (edge) => <Side name={edge[other]} kind={other === 'caller' ? 'service' : edge.kind} />,
    },
    ...figureColumns<ServiceEdge>({
      errors: (edge) => toTraces({ q: callSearch(edge, 'status:error') }),
      slowest: (edge) => toTraces({ q: callSearch(edge), order: 'slowest' }),
    }),
  ]
}

const icons = { database: IconDatabase, queue: IconStack2, host: IconWorld }

/** A service leads to its page; what sends nothing has none. */
function Side({ name, kind }: { name: string; kind: ServiceEdge['kind'] }) {
  if (kind === 'service') {
    return (
      <Link href={toService(name)} style={{ color: 'inherit' }}>
        <ServiceLabel service={name} />
      </Link>
    )
  }
  const Icon = icons[kind]
  return (
    <span className={styles.side} title={`${kind} ${name}`}>
      <Icon size={14} stroke={1.7} aria-label={kind} />
      <span className="cut">{name}</span>
    </span>
  )
}
