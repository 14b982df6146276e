import { benchMetricQueries } from './query-metrics.ts'
import { benchSearch } from './query-search.ts'
import type { Row } from './rows.ts'

/** Questions: PromQL beside Prometheus and VictoriaMetrics, and searches over millions of spans and log lines. */
export async function benchQuery(): Promise<Row[]> {
  return [...(await benchMetricQueries()), ...(await benchSearch())]
}
