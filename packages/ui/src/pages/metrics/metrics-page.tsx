import { Button } from '@mantine/core'
import type { MetricSummary, MetricsAnswer } from '@wakeline/protocol'
import { askMetrics } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { toServices } from '../../links.ts'
import { Answer } from '../../parts/answer.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Link } from '../../parts/link.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { Page } from '../../shell/page.tsx'
import { useServiceFilter } from '../../shell/service-filter.tsx'
import { useTime } from '../../time/time-context.tsx'
import { MetricDetail } from './metric-detail.tsx'
import { MetricList } from './metric-list.tsx'
import styles from './metrics-page.module.css'
import { metricsUrl } from './url.ts'

/** Every metric that had points in the time range, and one of them as a chart. */
export function MetricsPage() {
  const time = useTime()
  const [search, setSearch] = usePageSearch(metricsUrl)
  const [service] = useServiceFilter()
  const answer = useAnswer(askMetrics('', time))
  return (
    <Page
      title={search.metric === '' ? 'Metrics' : search.metric}
      service="url"
      search={
        <SearchBox
          value={search.find}
          onRun={(find) => setSearch({ find }, 'replace')}
          placeholder="Find a metric by name or description"
          live
        />
      }
    >
      <Answer of={answer} empty={(data) => (data.metrics.length === 0 ? <NoMetrics /> : undefined)} fill>
        {(data) => <Found answer={data} find={search.find} service={service} />}
      </Answer>
    </Page>
  )
}

function Found({ answer, find, service }: { answer: MetricsAnswer; find: string; service: string }) {
  const [search, setSearch] = usePageSearch(metricsUrl)
  const metrics = useMemo(() => matching(answer.metrics, find, service), [answer, find, service])
  const chosen = answer.metrics.find(({ metric }) => metric === search.metric)
  const open = (metric: string) => setSearch({ metric, aggregation: '', by: [], filter: [] })
  return (
    <div className={styles.page} data-open={search.metric !== ''}>
      <div className={styles.list}>
        {metrics.length === 0 ? (
          <Empty title="No metric matches">
            <Button onClick={() => setSearch({ find: '' })}>Show all {answer.metrics.length}</Button>
          </Empty>
        ) : (
          <MetricList metrics={metrics} chosen={search.metric} onOpen={open} />
        )}
      </div>
      {chosen === undefined ? (
        <div className={styles.detail}>
          <NoneChosen metric={search.metric} onBack={() => open('')} />
        </div>
      ) : (
        <MetricDetail key={chosen.metric} metric={chosen} service={service} onBack={() => open('')} />
      )}
    </div>
  )
}

function NoneChosen({ metric, onBack }: { metric: string; onBack: () => void }) {
  if (metric === '') {
    return (
      <Empty title="Choose a metric">
        <div>Its chart stands here: over time, by label, as rate, value or percentile, whichever suits its kind.</div>
      </Empty>
    )
  }
  return (
    <Empty title={`“${metric}” has no points in this time`}>
      <div>It may be written otherwise, or its service did not send it in this time. Try a longer time range.</div>
      <Button onClick={onBack}>Show all metrics</Button>
    </Empty>
  )
}

function NoMetrics() {
  return (
    <Empty title="No metric had points in this time">
      <div>
        The SDK and OpenTelemetry's exporters push metrics every 10 to 60 seconds, so the first take a moment. If a
        service was started longer ago, try a longer time range, or see{' '}
        <Link href={toServices()}>how to send data</Link>.
      </div>
    </Empty>
  )
}

function matching(metrics: readonly MetricSummary[], find: string, service: string): MetricSummary[] {
  const parts = find.toLowerCase().split(/\s+/).filter(Boolean)
  return metrics.filter(({ metric, description, services }) => {
    const text = `${metric} ${description}`.toLowerCase()
    return (service === '' || services.includes(service)) && parts.every((part) => text.includes(part))
  })
}
