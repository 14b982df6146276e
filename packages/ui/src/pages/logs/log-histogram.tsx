import type { LogHistogramAnswer } from '@wakeline/protocol'
import { askLogHistogram } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { type ChartSeries, TimeChart } from '../../chart/time-chart.tsx'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { severityColours } from '../../theme/colours.ts'
import { useTime } from '../../time/time-context.tsx'
import styles from './logs-page.module.css'

const buckets = 90
const heightPx = 110

/** How many records over time, by severity: the worst at the bottom, where changes are read best. Drag to select time. */
export function LogHistogram({ q }: { q: string }) {
  const { fromMs, toMs, select } = useTime()
  const answer = useAnswer(askLogHistogram(q, { fromMs, toMs }, buckets))
  // The list says what was wrong with the search; once is enough.
  if (answer.error !== undefined) return null
  return (
    <div className={styles.histogram}>
      <Answer of={answer} skeleton={<SkeletonRows rows={1} height={heightPx} />}>
        {(data) => <Bars answer={data} fromMs={fromMs} toMs={toMs} onSelect={select} />}
      </Answer>
    </div>
  )
}

function Bars(props: {
  answer: LogHistogramAnswer
  fromMs: number
  toMs: number
  onSelect: (fromMs: number, toMs: number) => void
}) {
  const { answer } = props
  const series = useMemo(
    () =>
      answer.series.map(
        ({ severity, counts }): ChartSeries => ({
          name: severity,
          values: counts,
          colour: severityColours[severity],
          shape: 'bar',
        }),
      ),
    [answer],
  )
  return (
    <TimeChart
      label="Log records over time by severity"
      times={answer.times}
      stepMs={answer.stepMs}
      series={series}
      unit=""
      fromMs={props.fromMs}
      toMs={props.toMs}
      heightPx={heightPx}
      stacked
      onSelect={props.onSelect}
      onPick={(at) => props.onSelect(at.fromMs, at.toMs)}
      pickSays="Click for this bar, drag for more"
    />
  )
}
