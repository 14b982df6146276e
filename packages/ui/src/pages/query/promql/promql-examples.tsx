import { askMetrics, type MetricSummary } from '@wakeline/protocol'
import { useAnswer } from '../../../api/use-answer.ts'
import { Empty } from '../../../parts/empty.tsx'
import { useTime } from '../../../time/time-context.tsx'
import { Examples } from '../examples.tsx'

/** Nothing was asked yet: queries that work on what is stored here. */
export function PromqlExamples({ onChoose }: { onChoose: (query: string) => void }) {
  const answer = useAnswer(askMetrics('', useTime()))
  const has = (metric: string) => answer.data?.metrics.some((one: MetricSummary) => one.metric === metric) === true
  return (
    <Empty title="Ask metrics in PromQL">
      <div>
        Names, labels and values are completed as you type (Ctrl+Space shows them at once). OTLP metrics have the names
        that Prometheus would give them, and their own in quotes: <code>{'{"http.server.request.duration"}'}</code>.
      </div>
      <Examples examples={has('http.server.request.duration') ? ofHttp : ofAnything} onChoose={onChoose} />
    </Empty>
  )
}

const ofHttp = [
  {
    says: 'Requests per second of each service',
    query: 'sum by (job) (rate(http_server_request_duration_seconds_count[1m]))',
  },
  {
    says: '95th percentile of how long they take',
    query: 'histogram_quantile(0.95, sum by (job, le) (rate(http_server_request_duration_seconds_bucket[5m])))',
  },
  {
    says: 'Share of them that fail',
    query:
      'sum by (job) (rate(http_server_request_duration_seconds_count{http_response_status_code=~"5.."}[5m]))\n  / sum by (job) (rate(http_server_request_duration_seconds_count[5m]))',
  },
  {
    says: 'The five busiest routes',
    query: 'topk(5, sum by (job, http_route) (rate(http_server_request_duration_seconds_count[5m])))',
  },
]
const ofAnything = [
  { says: 'Metrics with the most series', query: 'topk(10, count by (__name__) ({__name__!=""}))' },
  { says: 'Services that sent metrics', query: 'count by (job) ({__name__!=""})' },
]
