import { Button, MultiSelect } from '@mantine/core'
import { IconTerminal2 } from '@tabler/icons-react'
import type { MetricAggregation, MetricLabelsAnswer, MetricRangeAnswer, MetricSummary } from '@wakeline/protocol'
import { askMetricLabels, askMetricRange } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { TimeChart } from '../../chart/time-chart.tsx'
import { toQuery, toTraces } from '../../links.ts'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { Choice } from '../../parts/choice.tsx'
import { Link, useGo } from '../../parts/link.tsx'
import { printCount } from '../../parts/units.ts'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { printSpanText } from '../../time/range.ts'
import { stepFor } from '../../time/step.ts'
import { useTime } from '../../time/time-context.tsx'
import { LabelValues } from './label-values.tsx'
import { printKind } from './metric-list.tsx'
import { metricPromql } from './metric-promql.ts'
import { aggregationsOf, namedSeries, toggled } from './metric-view.ts'
import styles from './metrics-page.module.css'
import { metricsUrl } from './url.ts'

/** One metric: its chart, how it is aggregated and split, and the labels its series have. */
export function MetricDetail(props: { metric: MetricSummary; service: string; onBack: () => void }) {
  const { metric, service } = props
  const { fromMs, toMs } = useTime()
  const [search, setSearch] = usePageSearch(metricsUrl)
  const offered = aggregationsOf(metric)
  const aggregation = offered.find((each) => each === search.aggregation) ?? offered[0] ?? 'avg'
  const filter = useMemo(
    () =>
      service === ''
        ? search.filter
        : [`service:${service}`, ...search.filter.filter((each) => !each.startsWith('service:'))],
    [service, search.filter],
  )
  const at = { fromMs, toMs }
  const stepMs = stepFor(fromMs, toMs)
  const promql = metricPromql(metric, { aggregation, by: search.by, filter, window: windowOf(stepMs) })
  const labels = useAnswer(askMetricLabels(metric.metric, at))
  const range = useAnswer(askMetricRange({ metric: metric.metric, stepMs, aggregation, by: search.by, filter }, at))
  return (
    <div className={styles.detail}>
      <div>
        <h2 className={styles.title}>
          <Button className={styles.back ?? ''} size="compact-xs" onClick={props.onBack}>
            All metrics
          </Button>
          <span className="data">{metric.metric}</span>
          <span className="quiet">{printKind(metric)}</span>
          {promql !== undefined && (
            <Button
              component={Link}
              href={toQuery({ promql })}
              size="compact-xs"
              leftSection={<IconTerminal2 size={13} aria-hidden />}
            >
              Open in Query
            </Button>
          )}
        </h2>
        <div className={styles.description}>{metric.description}</div>
      </div>
      <Controls
        aggregation={aggregation}
        offered={offered}
        by={search.by}
        labels={labels.data}
        onAggregation={(next) => setSearch({ aggregation: next === offered[0] ? '' : next }, 'replace')}
        onBy={(by) => setSearch({ by }, 'replace')}
      />
      <Answer of={range} skeleton={<SkeletonRows rows={1} height={260} />}>
        {(data) => <RangeChart answer={data} metric={metric.metric} />}
      </Answer>
      <Answer of={labels} skeleton={<SkeletonRows rows={4} />}>
        {(data) => (
          <LabelValues
            labels={data.labels}
            filter={filter}
            by={search.by}
            onFilter={(item) => setSearch({ filter: toggled(search.filter, item) })}
            onBy={(key) => setSearch({ by: toggled(search.by, key) }, 'replace')}
          />
        )}
      </Answer>
    </div>
  )
}

/** Wide enough for points that are pushed once a minute, and for each step to be counted. */
const windowOf = (stepMs: number): string => printSpanText(Math.max(120_000, stepMs * 2))

function Controls(props: {
  aggregation: MetricAggregation
  offered: readonly MetricAggregation[]
  by: string[]
  labels: MetricLabelsAnswer | undefined
  onAggregation: (aggregation: MetricAggregation) => void
  onBy: (by: string[]) => void
}) {
  const keys = [...new Set([...(props.labels?.labels.map(({ key }) => key) ?? []), ...props.by])]
  return (
    <div className={styles.controls}>
      <Choice
        label="Aggregation"
        value={props.aggregation}
        options={props.offered.map((value) => ({ value, title: titles[value] }))}
        onChange={props.onAggregation}
      />
      <div className={styles.control}>
        <span className="quiet">by</span>
        <MultiSelect
          className={styles.by ?? ''}
          aria-label="Split by label"
          placeholder={props.by.length === 0 ? 'one series for all' : ''}
          data={keys}
          value={props.by}
          onChange={props.onBy}
          searchable
          clearable
          comboboxProps={{ transitionProps: { duration: 0 } }}
        />
      </div>
    </div>
  )
}

const titles: Readonly<Record<MetricAggregation, string>> = {
  avg: 'average',
  sum: 'sum',
  min: 'min',
  max: 'max',
  rate: 'per second',
  increase: 'per step',
  p50: 'p50',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
}

function RangeChart({ answer, metric }: { answer: MetricRangeAnswer; metric: string }) {
  const { fromMs, toMs, select } = useTime()
  const [service] = usePageSearch(serviceOnly)
  const go = useGo()
  const series = useMemo(() => namedSeries(answer, metric), [answer, metric])
  const hidden = answer.seriesTotal - answer.series.length
  return (
    <div>
      <TimeChart
        label={`${metric}, ${titles[answer.aggregation]}`}
        times={answer.times}
        stepMs={answer.stepMs}
        series={series}
        unit={answer.unit}
        fromMs={fromMs}
        toMs={toMs}
        heightPx={280}
        onSelect={select}
        pickSays="Click for the traces of this moment, drag to zoom"
        onPick={(at) => go(toTraces({ ...service, at }))}
      />
      {hidden > 0 && (
        <div className="quiet">
          {printCount(answer.series.length)} of {printCount(answer.seriesTotal)} series are drawn. Filter by a label
          below, or split by fewer.
        </div>
      )}
    </div>
  )
}

const serviceOnly = {
  parse: ({ service }: { service?: string | string[] | undefined }) =>
    typeof service === 'string' && service !== '' ? { service } : {},
  print: (search: { service?: string }) => search,
}
