import { Tabs } from '@mantine/core'
import type { TraceAnswer } from '@wakeline/protocol'
import { askTrace, Failure } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { toTraces } from '../../links.ts'
import { Answer, type AnswerState, SkeletonRows } from '../../parts/answer.tsx'
import { useKeys } from '../../parts/keys.tsx'
import { ServiceLabel } from '../../parts/labels.tsx'
import { Link } from '../../parts/link.tsx'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { Page } from '../../shell/page.tsx'
import { LogsTab } from './logs-tab.tsx'
import { NoTrace } from './no-trace.tsx'
import { SpansTab } from './spans-tab.tsx'
import { SummaryTab } from './summary-tab.tsx'
import { TraceHeader } from './trace-header.tsx'
import styles from './trace-page.module.css'
import { type TraceView, traceView } from './trace-view.ts'
import { traceUrl } from './url.ts'

/** One trace: its waterfall, where its time went, and its logs. */
export function TracePage({ traceId }: { traceId: string }) {
  const answer = useAnswer<TraceAnswer>(askTrace(traceId), { keepOld: false })
  const view = useMemo(() => answer.data && traceView(answer.data), [answer.data])
  const root = view?.root?.span
  const missing = answer.error instanceof Failure && answer.error.status === 404
  return (
    <Page
      title={root === undefined ? `Trace ${traceId.slice(0, 8)}` : `${root.service}: ${root.name}`}
      search={<Trail traceId={traceId} view={view} />}
      time={false}
    >
      {missing ? (
        <NoTrace traceId={traceId} retry={answer.retry} />
      ) : (
        <Answer of={answer} fill skeleton={<SkeletonRows rows={14} height={14} />}>
          {() => view && <Trace view={view} answer={answer} />}
        </Answer>
      )}
    </Page>
  )
}

function Trail({ traceId, view }: { traceId: string; view: TraceView | undefined }) {
  const root = view?.root?.span
  return (
    <div className={styles.trail}>
      <Link href={toTraces()}>Traces</Link>
      <span className="quiet">/</span>
      {root === undefined ? (
        <span className="data cut">{traceId}</span>
      ) : (
        <>
          <span className={styles.trailService}>
            <ServiceLabel service={root.service} />
          </span>
          <span className="cut" title={root.name}>
            {root.name}
          </span>
        </>
      )}
    </div>
  )
}

function Trace({ view, answer }: { view: TraceView; answer: AnswerState<TraceAnswer> }) {
  const [search, setSearch] = usePageSearch(traceUrl)
  const hidden = useMemo(() => new Set(search.hide), [search.hide])
  const { tab } = search
  useKeys('Trace', [
    { keys: 'r', says: 'Ask for spans that came since', run: answer.retry },
    { keys: '1', says: 'Spans', run: () => setSearch({ tab: 'spans' }, 'replace') },
    { keys: '2', says: 'Summary', run: () => setSearch({ tab: 'summary' }, 'replace') },
    { keys: '3', says: 'Logs', run: () => setSearch({ tab: 'logs' }, 'replace') },
  ])
  const openSpan = (span: string) => setSearch({ tab: 'spans', span })
  const tabs = (
    <Tabs
      className={styles.tabList ?? ''}
      value={tab}
      onChange={(next) => setSearch({ tab: next === 'summary' || next === 'logs' ? next : 'spans' }, 'replace')}
    >
      <Tabs.List>
        <Tabs.Tab value="spans">Spans</Tabs.Tab>
        <Tabs.Tab value="summary">Summary</Tabs.Tab>
        <Tabs.Tab value="logs">Logs</Tabs.Tab>
      </Tabs.List>
    </Tabs>
  )
  return (
    <>
      <TraceHeader
        view={view}
        hidden={hidden}
        onHide={(hide) => setSearch({ hide }, 'replace')}
        refresh={answer.retry}
        refreshing={answer.waiting}
      />
      {tab === 'spans' ? (
        <SpansTab view={view} search={search} setSearch={setSearch} hidden={hidden} tabs={tabs} />
      ) : (
        <div className={styles.tools}>{tabs}</div>
      )}
      {tab === 'summary' && (
        <SummaryTab view={view} onOpen={(index) => openSpan(view.rows[index]?.span.spanId ?? '')} />
      )}
      {tab === 'logs' && <LogsTab view={view} onOpen={openSpan} />}
    </>
  )
}
