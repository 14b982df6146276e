import type { MetricAggregation, MetricKind, MetricRangeAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { metricKind } from './metrics.ts'
import {
  arrayIncreasesSql,
  type ExponentialRow,
  exponentialIncreasesSql,
  type HistogramRow,
  levelsSql,
  type PointsPlan,
  type PointsRow,
  sumIncreasesSql,
  summaryQuantile,
} from './plan/metric-points.ts'
import {
  type MetricKindRow,
  metricKindSql,
  type PointIntervalRow,
  type PointTable,
  pointIntervalSql,
  type SeriesPlan,
} from './plan/metric-series.ts'
import type { Running } from './run.ts'
import type { Condition } from './search/condition.ts'
import { type Sql, trusted } from './sql.ts'
import { readableStep, stepTimes, type TimeRange } from './time-range.ts'
import { chartedHistograms, chartedPoints, type HistogramValue, withShortGapsFilled } from './view/metric-range.ts'

export type MetricRangeAsk = TimeRange & {
  metric: string
  stepMs?: number | undefined
  aggregation?: MetricAggregation | undefined
  by: string[]
  /** `key:value`, all of which hold; `*` in the value is anything. */
  filter: string[]
}

const seriesMax = 100
const stepsMax = 1500
const stepsUsual = 300

export async function askMetricRange(ask: MetricRangeAsk, running: Running): Promise<MetricRangeAnswer | Refused> {
  const filters = readFilters(ask.filter)
  if (isRefused(filters)) return filters
  const [row] = await running.rows<MetricKindRow>(metricKindSql(ask, ask.metric))
  if (row === undefined) {
    return { refused: 'not_found', message: `Cannot chart ${ask.metric}: no such metric was received on these days` }
  }
  const kind = metricKind(row.kind)
  const aggregation = ask.aggregation ?? usual(kind, row.monotonic)
  if (!allowed(kind, row).includes(aggregation)) {
    const names = allowed(kind, row).join(', ')
    return {
      refused: 'invalid_request',
      message: `Cannot chart ${ask.metric}: "aggregation" of a ${kind.replace('_', ' ')} is one of ${names}, not ${aggregation}`,
    }
  }
  const { fromMs, toMs, metric, by } = ask
  const picked: SeriesPlan = { fromMs, toMs, metric, kind, temporality: row.temporality, by, filters }
  const stepMs = await chooseStep(ask, picked, running)
  const times = stepTimes(ask, stepMs)
  const shown = await askSeries({ ...picked, stepMs, seriesMax }, { kind, aggregation, times }, running)
  return { times, stepMs, unit: unitOf(row.unit, kind, aggregation), aggregation, ...shown, cost: running.cost() }
}

/** At most 1,500 steps, and none shorter than the time between two points. */
async function chooseStep(ask: MetricRangeAsk, picked: SeriesPlan, running: Running): Promise<number> {
  const [interval] = await running.rows<PointIntervalRow>(pointIntervalSql(tableOf(picked.kind), picked))
  const lengthMs = ask.toMs - ask.fromMs
  // Points come a little late or early: 10.02 s apart is a step of 10 s.
  const leastMs = Math.max(lengthMs / stepsMax, (interval?.gap ?? 0) * 0.95)
  if (ask.stepMs !== undefined && ask.stepMs >= leastMs) return ask.stepMs
  return readableStep(Math.max(leastMs, ask.stepMs ?? lengthMs / stepsUsual))
}

type Shown = Pick<MetricRangeAnswer, 'series' | 'seriesTotal'>
type Charted = { kind: MetricKind; aggregation: MetricAggregation; times: number[] }

async function askSeries(plan: PointsPlan, charted: Charted, running: Running): Promise<Shown> {
  const { kind, aggregation, times } = charted
  const steps = { times, by: plan.by }
  const level = levelOf(kind, aggregation)
  if (level !== undefined) {
    const rows = await running.rows<PointsRow>(levelsSql(tableOf(kind), level.value, level.join, plan))
    return { series: withShortGapsFilled(chartedPoints(rows, steps)), seriesTotal: totalOf(rows) }
  }
  if (kind === 'sum') {
    const rows = await running.rows<PointsRow>(sumIncreasesSql(aggregation === 'rate' ? 'second' : 'step', plan))
    return { series: chartedPoints(rows, steps), seriesTotal: totalOf(rows) }
  }
  const statement =
    kind === 'exponential_histogram'
      ? exponentialIncreasesSql(plan)
      : arrayIncreasesSql(kind === 'summary' ? 'summaries' : 'histograms', plan)
  const rows = await running.rows<HistogramRow | ExponentialRow>(statement)
  const series = chartedHistograms(rows, histogramValue(aggregation), steps)
  return { series: series.slice(0, plan.seriesMax), seriesTotal: series.length }
}

function totalOf(rows: readonly PointsRow[]): number {
  return Number(rows[0]?.total ?? 0)
}

const quantiles: Partial<Record<MetricAggregation, number>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 }

/** What is measured at a time, and not between two: its value for one point, and how values are joined. */
function levelOf(
  kind: MetricKind,
  aggregation: MetricAggregation,
): { value: Sql; join: 'avg' | 'sum' | 'min' | 'max' } | undefined {
  const quantile = quantiles[aggregation]
  if (kind === 'summary' && quantile !== undefined) return { value: summaryQuantile(quantile), join: 'avg' }
  if (kind !== 'gauge' && kind !== 'sum') {
    return aggregation === 'min' || aggregation === 'max'
      ? { value: trusted(aggregation), join: aggregation }
      : undefined
  }
  switch (aggregation) {
    case 'avg':
    case 'sum':
    case 'min':
    case 'max':
      return { value: trusted('value'), join: aggregation }
    default:
      return undefined
  }
}

function histogramValue(aggregation: MetricAggregation): HistogramValue {
  const quantile = quantiles[aggregation]
  if (quantile !== undefined) return { quantile }
  if (aggregation === 'rate' || aggregation === 'sum' || aggregation === 'avg') return aggregation
  return 'count'
}

const levels: MetricAggregation[] = ['avg', 'sum', 'min', 'max']
const increases: MetricAggregation[] = ['rate', 'increase']

function allowed(kind: MetricKind, { monotonic, temporality }: MetricKindRow): MetricAggregation[] {
  switch (kind) {
    case 'gauge':
      return levels
    case 'sum':
      return monotonic || temporality === 'delta' ? [...increases, ...levels] : levels
    case 'summary':
      return [...increases, 'avg', 'sum', 'p50', 'p90', 'p95', 'p99']
    default:
      return [...increases, ...levels, 'p50', 'p90', 'p95', 'p99']
  }
}

function usual(kind: MetricKind, monotonic: boolean): MetricAggregation {
  if (kind === 'sum') return monotonic ? 'rate' : 'sum'
  return kind === 'histogram' || kind === 'exponential_histogram' ? 'p95' : 'avg'
}

/** Counts of a histogram are of observations, whatever was observed. */
function unitOf(unit: string, kind: MetricKind, aggregation: MetricAggregation): string {
  const isCount = kind !== 'sum' && (aggregation === 'rate' || aggregation === 'increase')
  const counted = isCount ? '' : unit
  return aggregation === 'rate' ? `${counted === '' ? '1' : counted}/s` : counted
}

function tableOf(kind: string): PointTable {
  if (kind === 'gauge' || kind === 'sum') return 'samples'
  return kind === 'summary' ? 'summaries' : 'histograms'
}

function readFilters(filters: readonly string[]): Condition[] | Refused {
  const conditions: Condition[] = []
  for (const filter of filters) {
    const colon = filter.indexOf(':')
    if (colon < 1) {
      return {
        refused: 'invalid_request',
        message: `Cannot chart this: "filter" is given as key:value, not "${filter}"`,
      }
    }
    conditions.push(filterCondition(filter.slice(0, colon), filter.slice(colon + 1)))
  }
  return conditions
}

function filterCondition(key: string, value: string): Condition {
  const pieces = value.split('*')
  const test =
    pieces.length === 1 ? ({ test: 'equals', text: value } as const) : ({ test: 'wildcard', pieces } as const)
  if (key === 'service') return { is: 'text', source: { of: 'column', column: 'service' }, test }
  const ofResource = key.startsWith('resource.')
  const name = ofResource ? key.slice('resource.'.length) : key
  return { is: 'text', source: { of: 'attribute', key: name, holder: ofResource ? 'resource' : 'either' }, test }
}
