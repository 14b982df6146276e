import type { PromqlAnswer } from '@wakeline/protocol'
import { useMemo, useState } from 'react'
import { TimeChart } from '../../../chart/time-chart.tsx'
import { type Column, DataTable } from '../../../parts/data-table.tsx'
import { Empty } from '../../../parts/empty.tsx'
import type { Sort } from '../../../parts/sort.ts'
import { printCount, printValue } from '../../../parts/units.ts'
import { type GraphSeries, graphOf, printOdd, sortAmount } from '../../../shell/promql-series.ts'
import { printDuration } from '../../../time/format.ts'
import { useTime } from '../../../time/time-context.tsx'
import styles from '../query-page.module.css'
import { Sentences } from './sentences.tsx'
import { StatsLine } from './stats-line.tsx'

/** More lines than this cannot be told apart, and slow the chart down. */
const drawnMax = 100

/** Series over the time range, drawn; and as rows, of which a click shows one alone. */
export function GraphAnswer(props: { answer: PromqlAnswer; at: { fromMs: number; toMs: number; stepMs: number } }) {
  const { answer, at } = props
  const { fromMs, toMs, select } = useTime()
  const [only, setOnly] = useState<string>()
  const [sort, setSort] = useState<Sort>({ column: 'last', direction: 'desc' })
  const graph = useMemo(
    () => graphOf(answer.data.resultType === 'matrix' ? answer.data.result : [], at),
    [answer.data, at],
  )
  const alone = graph.series.filter(({ name }) => name === only)
  const drawn = alone.length > 0 ? alone : graph.series.slice(0, drawnMax)
  const { length } = graph.series
  const unit = answer.data.stats?.explain?.unit ?? ''
  const columns = useMemo(() => columnsIn(unit), [unit])
  if (length === 0) return <NothingDrawn answer={answer} histograms={graph.histograms} />
  return (
    <div className={styles.answer}>
      <Sentences answer={answer} />
      <div className={styles.chart}>
        <TimeChart
          label={`The query over time, ${length} series`}
          times={graph.times}
          stepMs={at.stepMs}
          series={drawn}
          unit={unit}
          fromMs={fromMs}
          toMs={toMs}
          heightPx={280}
          legend={false}
          onSelect={select}
        />
        <div className={styles.below}>
          <span>
            {printCount(length)} series, a value every {printDuration(at.stepMs * 1e6)}
          </span>
          <StatsLine stats={answer.data.stats} />
          {alone.length === 0 && length > drawnMax && (
            <span>
              The {drawnMax} with the highest last values are drawn, the table has all. Aggregate by fewer labels to see
              them together.
            </span>
          )}
          {graph.histograms > 0 && (
            <span>{printCount(graph.histograms)} more are histograms, which are not drawn.</span>
          )}
          {graph.shared !== '' && (
            <span>
              all of <span className="data">{graph.shared}</span>
            </span>
          )}
        </div>
      </div>
      <DataTable
        name="Series"
        rows={graph.series}
        columns={columns}
        rowKey={({ name }) => name}
        onOpen={({ name }) => setOnly(only === name ? undefined : name)}
        selectedKey={alone.length > 0 ? only : undefined}
        onSelect={(key) => key === undefined && setOnly(undefined)}
        sort={sort}
        onSort={setSort}
        rowHeightPx={27}
        measured
        pageKeys
      />
    </div>
  )
}

function columnsIn(unit: string): Column<GraphSeries>[] {
  const figure = (id: 'last' | 'min' | 'max', title: string, hint: string, fromWidth: number): Column<GraphSeries> => ({
    id,
    title,
    hint,
    width: '88px',
    align: 'right',
    sort: 'desc',
    fromWidth,
    value: (row) => sortAmount(row[id]),
    render: (row) => {
      const value = row[id]
      return (
        <span className="data" title={value === undefined ? undefined : String(value)}>
          {value === undefined ? '–' : (printOdd(value) ?? printValue(value, unit))}
        </span>
      )
    },
  })
  return [
    seriesColumn,
    figure('min', 'Min', 'Lowest value in the time', 760),
    figure('max', 'Max', 'Highest value in the time', 760),
    figure('last', 'Last', 'Newest value in the time', 0),
  ]
}

const seriesColumn: Column<GraphSeries> = {
  id: 'series',
  title: 'Series',
  hint: 'A click draws one alone, another click all of them',
  width: 'minmax(0, 1fr)',
  choice: 'always',
  sort: 'asc',
  value: ({ name }) => name,
  render: ({ name, colour }) => (
    <span className={styles.series}>
      <span className={styles.swatch} style={{ background: colour }} aria-hidden />
      <span className={`data ${styles.whole}`}>{name}</span>
    </span>
  ),
}

function NothingDrawn({ answer, histograms }: { answer: PromqlAnswer; histograms: number }) {
  return (
    <div className={styles.answer}>
      <Sentences answer={answer} />
      {histograms > 0 ? (
        <Empty title={`${printCount(histograms)} series, all of them histograms`}>
          <div>
            A line needs numbers: take histogram_quantile(0.95, …), histogram_count(…) or histogram_avg(…) of them.
          </div>
        </Empty>
      ) : (
        <Empty title="Nothing was found in this time">
          <div>
            No series matches, or none has samples in this time. Labels are compared as a whole: =~".*web.*" finds a
            part. Try a longer time range.
          </div>
        </Empty>
      )}
    </div>
  )
}
