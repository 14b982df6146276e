import { Button } from '@mantine/core'
import { IconAlertTriangle, IconHourglassHigh, IconList, IconTimeline } from '@tabler/icons-react'
import type { ServiceAnswer } from '@wakeline/protocol'
import { askService } from '@wakeline/protocol'
import { useAnswer } from '../../api/use-answer.ts'
import { toLogs, toService, toServices, toTraces } from '../../links.ts'
import { Answer } from '../../parts/answer.tsx'
import { AttributeTable } from '../../parts/attribute-table.tsx'
import { searchTerm } from '../../parts/attribute-text.ts'
import { Empty } from '../../parts/empty.tsx'
import { ServiceLabel } from '../../parts/labels.tsx'
import { Link, useGo } from '../../parts/link.tsx'
import { Page } from '../../shell/page.tsx'
import { useTime } from '../../time/time-context.tsx'
import { Calls } from './calls.tsx'
import { OperationsTable } from './operations-table.tsx'
import { ServiceCharts } from './service-charts.tsx'
import styles from './service-page.module.css'

/** One service: what it was asked, how it did, and ways to what is behind that. */
export function ServicePage({ service }: { service: string }) {
  const time = useTime()
  const go = useGo()
  const answer = useAnswer(askService(service, time))
  return (
    <Page
      title={service}
      search={<Trail service={service} />}
      service={{ value: service, onChange: (next) => go(next === '' ? toServices() : toService(next)) }}
      scroll
    >
      <Ways service={service} />
      <Answer of={answer} empty={(data) => (hasNothing(data) ? <Nothing /> : undefined)}>
        {(data) => (
          <>
            <ServiceCharts answer={data} />
            <Calls service={service} />
            <OperationsTable service={service} operations={data.operations} />
            <Resources service={service} resources={data.resources} />
          </>
        )}
      </Answer>
    </Page>
  )
}

function Trail({ service }: { service: string }) {
  return (
    <h1 className={styles.trail}>
      <Link href={toServices()}>Services</Link>
      <span className="quiet">/</span>
      <ServiceLabel service={service} />
    </h1>
  )
}

function Ways({ service }: { service: string }) {
  const ways = [
    { says: 'Traces', href: toTraces({ service }), Icon: IconTimeline },
    { says: 'Error traces', href: toTraces({ service, q: 'status:error' }), Icon: IconAlertTriangle },
    { says: 'Slowest traces', href: toTraces({ service, order: 'slowest' }), Icon: IconHourglassHigh },
    { says: 'Logs', href: toLogs({ service }), Icon: IconList },
    { says: 'Error logs', href: toLogs({ service, q: 'level>=error' }), Icon: IconAlertTriangle },
  ]
  return (
    <div className={styles.ways}>
      {ways.map(({ says, href, Icon }) => (
        <Button key={says} component={Link} href={href} leftSection={<Icon size={14} stroke={1.7} />}>
          {says}
        </Button>
      ))}
    </div>
  )
}

function hasNothing(answer: ServiceAnswer): boolean {
  return answer.operations.length === 0 && answer.series.requests.every((count) => count === 0)
}

function Nothing() {
  const { range, setRange } = useTime()
  return (
    <Empty title="No request to this service in this time">
      <div>It may have logs or metrics all the same; they are one click away above.</div>
      {!(range.kind === 'last' && range.durationMs >= 86_400_000) && (
        <Button onClick={() => setRange({ kind: 'last', durationMs: 86_400_000 })}>Look at the last 24 hours</Button>
      )}
    </Empty>
  )
}

const resourcesShownMax = 10

/** Where the service ran: each resource that sent its spans. */
function Resources({ service, resources }: { service: string; resources: ServiceAnswer['resources'] }) {
  const go = useGo()
  if (resources.length === 0) return null
  return (
    <section className={styles.section}>
      <h2>Resources</h2>
      {resources.slice(0, resourcesShownMax).map(({ resourceId, attributes }) => (
        <details key={resourceId} open={resources.length === 1}>
          <summary>{resourceName(attributes, resourceId)}</summary>
          <AttributeTable
            attributes={attributes}
            onFilter={(key, text, how) => go(toTraces({ service, q: searchTerm(`resource.${key}`, text, how) }))}
          />
        </details>
      ))}
      {resources.length > resourcesShownMax && (
        <div className="quiet">{resources.length - resourcesShownMax} more are not shown.</div>
      )}
    </section>
  )
}

/** What tells instances apart, in the order people look for it. */
function resourceName(attributes: ServiceAnswer['resources'][number]['attributes'], resourceId: string): string {
  const names = ['service.version', 'service.instance.id', 'k8s.pod.name', 'host.name', 'process.pid']
  const parts = names.flatMap((key) => {
    const value = attributes[key]
    if (typeof value === 'string' || typeof value === 'number') return [`${key.split('.').at(-1)} ${value}`]
    return typeof value === 'object' && value !== null && 'int' in value
      ? [`${key.split('.').at(-1)} ${String(value.int)}`]
      : []
  })
  return parts.length === 0 ? `Resource ${resourceId}` : parts.join(' · ')
}
