import { hostname } from 'node:os'
import type { SeriesStatistics } from '../query/prometheus/statistics.ts'
import { printDurationMs } from '../query/promql/parse/literals.ts'

/** Prometheus whose API and language this is: Grafana chooses by it what to ask. */
const spokenVersion = '3.5.0'

/** What holds now of what Prometheus has as flags. */
export type PrometheusLimits = { keepMetricsMs: number; queryTimeoutMs: number; querySamplesMax: number }

/** What Prometheus tells of itself, by path: what it has and this server has not is empty, or 0. */
export function statusOf(startedUnixMs: number): Readonly<Record<string, (limits: PrometheusLimits) => object>> {
  const started = new Date(startedUnixMs).toISOString()
  return {
    '/status/buildinfo': () => ({
      version: spokenVersion,
      revision: 'wakeline',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    }),
    '/status/runtimeinfo': ({ keepMetricsMs }) => ({
      startTime: started,
      CWD: process.cwd(),
      hostname: hostname(),
      serverTime: new Date().toISOString(),
      reloadConfigSuccess: true,
      lastConfigTime: started,
      corruptionCount: 0,
      goroutineCount: 0,
      GOMAXPROCS: 0,
      GOMEMLIMIT: 0,
      GOGC: '',
      GODEBUG: '',
      storageRetention: printDurationMs(keepMetricsMs),
    }),
    '/status/flags': ({ keepMetricsMs, queryTimeoutMs, querySamplesMax }) => ({
      'query.lookback-delta': '5m',
      'query.max-samples': String(querySamplesMax),
      'query.timeout': printDurationMs(queryTimeoutMs),
      'storage.tsdb.retention.time': printDurationMs(keepMetricsMs),
    }),
    '/status/config': () => ({ yaml: '' }),
    '/status/walreplay': () => ({ min: 0, max: 0, current: 0 }),
  }
}

/** GET /status/tsdb: there are no chunks here. */
export function tsdbStatus(told: SeriesStatistics): object {
  return {
    headStats: {
      numSeries: told.series,
      numLabelPairs: told.labelPairs,
      chunkCount: 0,
      minTime: told.firstMs,
      maxTime: told.lastMs,
    },
    seriesCountByMetricName: told.seriesByMetric,
    labelValueCountByLabelName: told.valuesByLabel,
    memoryInBytesByLabelName: told.bytesByLabel,
    seriesCountByLabelValuePair: told.seriesByPair,
  }
}
