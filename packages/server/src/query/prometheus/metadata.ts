import { type Labels, metricNameLabel } from '../promql/evaluate/labels.ts'
import type { LabelMatcher } from '../promql/parse/ast.ts'
import type { Running } from '../run.ts'
import { type Exposed, targetInfoLabels, targetInfoName } from './exposed.ts'
import { facesOf, type PrometheusType, plainNumber, prometheusLabel, prometheusName, prometheusType } from './names.ts'
import { originOf } from './origin.ts'
import {
  boundsSql,
  type ExemplarRow,
  exemplarsSql,
  keysSql,
  type MetricRow,
  metricsSql,
  type ResourceRow,
  resourcesOfRangeSql,
  type SampleRange,
  seriesPicked,
} from './plan.ts'
import type { SeriesAsk } from './prometheus.ts'
import { idOf } from './series-rows.ts'
import { findSeries, type SourceLimits } from './source.ts'

/** Questions about what there is, for completion and for lists to choose from. Series count by the day. */

export type LabelsOf = readonly (readonly [name: string, value: string])[]
export type MetricMetadata = { type: PrometheusType; help: string; unit: string }
export type Exemplars = {
  series: LabelsOf
  exemplars: readonly { labels: LabelsOf; value: number; timeMs: number }[]
}

const everything: readonly LabelMatcher[] = []

export async function askSeries(ask: SeriesAsk, running: Running, limits: SourceLimits): Promise<LabelsOf[]> {
  const byKey = new Map<string, LabelsOf>()
  for (const matchers of ask.selectors.length === 0 ? [everything] : ask.selectors) {
    for (const labels of await labelsOfSelector(matchers, ask.range, running, limits))
      byKey.set(labels.map((pair) => pair.join('\0')).join('\u0001'), labels)
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, labels]) => labels)
}

async function labelsOfSelector(
  matchers: readonly LabelMatcher[],
  range: SampleRange,
  running: Running,
  limits: SourceLimits,
): Promise<LabelsOf[]> {
  const { found, where, infos } = await findSeries(matchers, range, running, limits)
  const spread = found.filter(({ part }) => part === 'bucket' || part === 'quantile')
  const bounds = new Map<string, number[]>()
  for (const table of ['histograms', 'summaries'] as const) {
    const part = table === 'histograms' ? 'bucket' : 'quantile'
    const spreadRows = spread.filter((each) => each.part === part).map(({ row }) => row)
    if (spreadRows.length === 0) continue
    const picked = seriesPicked(spreadRows, where)
    const rows = await running.rows<{ id: string; bounds: number[] }>(boundsSql(table, picked, range))
    for (const row of rows) bounds.set(row.id, row.bounds)
  }
  return [
    ...infos.map(({ labels }) => labels.pairs),
    ...found.flatMap((exposed) => spreadLabels(exposed, bounds.get(idOf(exposed.row)) ?? [])),
  ]
}

function spreadLabels({ part, labels, bound }: Exposed, bounds: readonly number[]): LabelsOf[] {
  if (part !== 'bucket' && part !== 'quantile') return [labels.pairs]
  const label = part === 'bucket' ? 'le' : 'quantile'
  const all = part === 'bucket' ? [...bounds, Infinity] : bounds
  const texts = new Set(all.map(plainNumber))
  return [...texts].filter(bound).map((text) => withLabel(labels, label, text))
}

const withLabel = (labels: Labels, name: string, value: string): LabelsOf =>
  [...labels.pairs.filter(([each]) => each !== name), [name, value] as const].sort(([a], [b]) => (a < b ? -1 : 1))

/** All names without a selector are read from the keys alone. */
export async function askLabelNames(ask: SeriesAsk, running: Running, limits: SourceLimits): Promise<string[]> {
  if (ask.selectors.length > 0) {
    const series = await askSeries(ask, running, limits)
    return [...new Set(series.flatMap((labels) => labels.map(([name]) => name)))].sort()
  }
  const rows = await running.rows<{ key: string }>(keysSql(ask.range))
  const metrics = await running.rows<MetricRow>(metricsSql(ask.range))
  if (metrics.length === 0) return []
  const names = new Set([metricNameLabel, 'job', 'instance', ...rows.map(({ key }) => prometheusLabel(key))])
  if (metrics.some(({ kind }) => kind === 'histogram')) names.add('le')
  if (metrics.some(({ kind }) => kind === 'summary')) names.add('quantile')
  for (const row of await running.rows<ResourceRow>(resourcesOfRangeSql(ask.range)))
    for (const [name] of targetInfoLabels(originOf(row))?.pairs ?? []) names.add(name)
  return [...names].sort()
}

export async function askLabelValues(
  ask: SeriesAsk,
  label: string,
  running: Running,
  limits: SourceLimits,
): Promise<string[]> {
  if (label === metricNameLabel && ask.selectors.length === 0) {
    const metrics = await running.rows<MetricRow>(metricsSql(ask.range))
    const names = metrics.flatMap((row) => facesOf(prometheusName(row), row.kind).map(({ name }) => name))
    return [...new Set(metrics.length === 0 ? [] : [...names, targetInfoName])].sort()
  }
  // Only series that have the label can tell its values.
  const has: LabelMatcher = { name: label, operator: '!=', value: '' }
  const selectors = (ask.selectors.length === 0 ? [everything] : ask.selectors).map((each) => [...each, has])
  const series = await askSeries({ ...ask, selectors }, running, limits)
  const values = new Set<string>()
  for (const labels of series) for (const [name, value] of labels) if (name === label) values.add(value)
  return [...values].sort()
}

/** By the name of the metric as a whole: a histogram's, not its buckets'. */
export async function askMetadata(
  range: SampleRange,
  running: Running,
): Promise<ReadonlyMap<string, readonly MetricMetadata[]>> {
  const byName = new Map<string, MetricMetadata[]>()
  for (const row of await running.rows<MetricRow>(metricsSql(range))) {
    const name = prometheusName(row)
    const metadata: MetricMetadata = { type: prometheusType(row), help: row.description, unit: '' }
    const known = byName.get(name)
    if (known === undefined) byName.set(name, [metadata])
    else if (!known.some(({ type, help }) => type === metadata.type && help === metadata.help)) known.push(metadata)
  }
  return byName
}

const exemplarsMax = 10_000

export async function askExemplars(ask: SeriesAsk, running: Running, limits: SourceLimits): Promise<Exemplars[]> {
  const byKey = new Map<string, Exemplars>()
  for (const matchers of ask.selectors) {
    const { found, where } = await findSeries(matchers, ask.range, running, limits)
    if (found.length === 0) continue
    const byId = new Map(found.map((exposed) => [idOf(exposed.row), exposed]))
    const picked = seriesPicked(
      [...byId.values()].map(({ row }) => row),
      where,
    )
    const rows = await running.rows<ExemplarRow>(exemplarsSql(picked, ask.range, exemplarsMax))
    for (const row of rows) {
      const exposed = byId.get(row.id)
      if (exposed === undefined) continue
      byKey.set(exposed.labels.key, { series: exposed.labels.pairs, exemplars: row.exemplars.map(exemplarOf) })
    }
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, exemplars]) => exemplars)
}

function exemplarOf([time, value, trace, span, keys, values]: ExemplarRow['exemplars'][number]) {
  const labels: [string, string][] = keys.map((key, i) => [prometheusLabel(key), values[i] ?? ''])
  if (!/^0*$/.test(trace)) labels.push(['trace_id', trace])
  if (!/^0*$/.test(span)) labels.push(['span_id', span])
  return { labels, value: value ?? Number.NaN, timeMs: Number(time) }
}
