import type { RulePreview } from '@wakeline/protocol'
import { useMemo } from 'react'
import type { ChartMark, ChartSeries } from '../../chart/time-chart.tsx'
import { TimeChart } from '../../chart/time-chart.tsx'
import { printCount } from '../../parts/units.ts'
import { nameColour } from '../../theme/colours.ts'
import { printDateTime, printDuration } from '../../time/format.ts'
import { useTime } from '../../time/time-context.tsx'
import { useZone } from '../../time/zone.tsx'
import type { RuleForm } from './draft.ts'
import styles from './rule-page.module.css'
import type { PreviewState } from './use-preview.ts'

const drawnMax = 20
const marksMax = 12
const listedMax = 10

/** What the rule would have done in the time that is shown: its figures with the thresholds, and each alert with its sentence. */
export function Preview({ preview, form }: { preview: PreviewState; form: RuleForm }) {
  const { data, error, problems, waiting, idle } = preview
  if (idle) return <div className={styles.preview} />
  return (
    <section className={styles.preview} aria-label="What it would have done" aria-busy={waiting}>
      <h2>In the time that is shown</h2>
      {error !== undefined && <div className={styles.wrong}>{error.message}</div>}
      {data === undefined && problems.length > 0 && <div className="quiet">It is shown when the rule can be read.</div>}
      {data !== undefined && <Drawn data={data} />}
      {data !== undefined && <Fired data={data} form={form} />}
    </section>
  )
}

function Drawn({ data }: { data: RulePreview }) {
  const { fromMs, toMs, select } = useTime()
  const series = useMemo(() => seriesOf(data), [data])
  const marks = useMemo(() => marksOf(data), [data])
  return (
    <>
      <TimeChart
        label={`Figures of the rule, ${data.series.length} series`}
        times={data.times}
        stepMs={data.stepMs}
        series={series}
        unit=""
        fromMs={fromMs}
        toMs={toMs}
        heightPx={240}
        onSelect={select}
        marks={marks}
      />
      <div className={styles.about}>
        {printCount(data.seriesTotal)} series, looked at every {printDuration(data.stepMs * 1e6)}
        {data.seriesTotal > drawnMax && `; the first ${drawnMax} are drawn`}; it read {printCount(data.cost.rowsRead)}{' '}
        rows in {printDuration(data.cost.elapsedMs * 1e6)}
      </div>
    </>
  )
}

const nameOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ') || 'the figure'

function seriesOf({ series, thresholds, times }: RulePreview): ChartSeries[] {
  const figures = series.slice(0, drawnMax).map(({ labels, values }): ChartSeries => {
    const name = nameOf(labels)
    return { name, values, colour: nameColour(name) }
  })
  const lines = thresholds.filter(isReachable).map(({ severity, operator, value }, i): ChartSeries => {
    const name = `${severity === '' ? 'threshold' : severity}: ${operator.replace('_', ' ')} ${value}`
    return { name, values: times.map(() => value), colour: i === 0 ? 'var(--error)' : 'var(--warn)', dashed: true }
  })
  return [...figures, ...lines]
}

/** The one of `triedDraft` is not: JSON has no word for it. */
const isReachable = ({ value }: RulePreview['thresholds'][number]): boolean => Number.isFinite(value)

const marksOf = ({ fired }: RulePreview): ChartMark[] =>
  fired.slice(0, marksMax).map(({ fromMs, labels }) => ({ atMs: fromMs, name: labels['severity'] ?? 'fires' }))

function Fired({ data, form }: { data: RulePreview; form: RuleForm }) {
  const zone = useZone()
  const { fired, firedTotal, thresholds } = data
  if (firedTotal === 0) {
    const isMeasured = thresholds.length === 0 || thresholds.some(isReachable)
    return <div>{isMeasured ? 'It would not have fired.' : 'Choose a threshold by these figures.'}</div>
  }
  return (
    <>
      <div>
        It would have fired <strong>{firedTotal === 1 ? 'once' : `${printCount(firedTotal)} times`}</strong>
        {firedTotal > listedMax && `; the last ${listedMax}:`}
      </div>
      <ul className={styles.fired}>
        {fired
          .slice(-listedMax)
          .toReversed()
          .map(({ labels, annotations, fromMs, toMs }) => {
            const { alertname: _, ...others } = labels
            return (
              <li key={`${fromMs} ${nameOf(labels)}`}>
                <div className={styles.row}>
                  <span className={styles.when}>{printDateTime(fromMs, zone)}</span>
                  <span className="quiet">
                    {toMs === null ? 'and still fires' : `for ${printDuration((toMs - fromMs) * 1e6)}`}
                  </span>
                  <span className="data">{nameOf(others)}</span>
                </div>
                {(annotations['summary'] ?? form.annotations['summary'] ?? '') !== '' && (
                  <div className={styles.sentence}>{annotations['summary']}</div>
                )}
                {annotations['description'] !== undefined && (
                  <div className={`quiet ${styles.sentence}`}>{annotations['description']}</div>
                )}
              </li>
            )
          })}
      </ul>
    </>
  )
}
