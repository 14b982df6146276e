import { Button } from '@mantine/core'
import { IconAlertTriangle, IconArrowsDiff, IconHourglassHigh, IconList, IconTimeline } from '@tabler/icons-react'
import type { ServiceAnswer } from '@wakeline/protocol'
import { askInstances, askService } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { toLogs, toService, toServices, toTraces } from '../../links.ts'
import { Answer } from '../../parts/answer.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ServiceLabel } from '../../parts/labels.tsx'
import { Link, useGo } from '../../parts/link.tsx'
import { Page } from '../../shell/page.tsx'
import { useTime } from '../../time/time-context.tsx'
import { Calls } from './calls.tsx'
import { Instances } from './instances.tsx'
import { OperationsTable } from './operations-table.tsx'
import { Problems } from './problems.tsx'
import { ServiceCharts } from './service-charts.tsx'
import styles from './service-page.module.css'
import { versionStarts } from './version-starts.ts'
import { WhatChanged } from './what-changed.tsx'
import { WhatFails } from './what-fails.tsx'

/** One service: what it was asked, how it did, and ways to what is behind that. */
export function ServicePage({ service }: { service: string }) {
  const time = useTime()
  const go = useGo()
  const answer = useAnswer(askService(service, time))
  const at = settled(time)
  const instances = useAnswer(askInstances(service, at))
  const marks = useMemo(
    () =>
      versionStarts(instances.data?.instances ?? [], at.fromMs).map(({ atMs, version }) => ({
        atMs,
        name: version || 'start',
      })),
    [instances.data, at.fromMs],
  )
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
            <ServiceCharts answer={data} marks={marks} />
            <WhatChanged service={service} at={at} operations={entered(data)} />
            {data.operations.some(({ errors }) => errors > 0) && <WhatFails service={service} at={at} />}
            <Calls service={service} />
            <Problems service={service} at={at} />
            <OperationsTable service={service} operations={data.operations} />
            <Instances service={service} of={instances} />
          </>
        )}
      </Answer>
    </Page>
  )
}

/** Operations that the service is asked for, the most frequent first. */
function entered({ operations }: ServiceAnswer): string[] {
  return operations.filter(({ kind }) => kind === 'server' || kind === 'consumer').map(({ name }) => name)
}

const minuteMs = 60_000

/** The range in whole minutes: what is counted from spans is asked once a minute, not at each refresh. */
function settled({ fromMs, toMs }: { fromMs: number; toMs: number }): { fromMs: number; toMs: number } {
  return { fromMs: Math.floor(fromMs / minuteMs) * minuteMs, toMs: Math.ceil(toMs / minuteMs) * minuteMs }
}

function Trail({ service }: { service: string }) {
  return (
    <div className={styles.trail}>
      <Link href={toServices()}>Services</Link>
      <span className="quiet">/</span>
      <ServiceLabel service={service} />
    </div>
  )
}

function Ways({ service }: { service: string }) {
  const ways = [
    { says: 'Traces', href: toTraces({ service }), Icon: IconTimeline },
    { says: 'Error traces', href: toTraces({ service, q: 'status:error' }), Icon: IconAlertTriangle },
    { says: 'Slowest traces', href: toTraces({ service, order: 'slowest' }), Icon: IconHourglassHigh },
    { says: 'What differs', href: toTraces({ service, q: 'kind:server', show: 'differences' }), Icon: IconArrowsDiff },
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
