import type { ServiceAnswer } from '@wakeline/protocol'
import { useMemo } from 'react'
import { type ChartMark, TimeChart, type TimeChartProps } from '../../chart/time-chart.tsx'
import { toTraces } from '../../links.ts'
import { useGo } from '../../parts/link.tsx'
import { printRatio, printValue } from '../../parts/units.ts'
import { printClock } from '../../time/format.ts'
import { useTime } from '../../time/time-context.tsx'
import { useZone } from '../../time/zone.tsx'
import styles from './service-page.module.css'
import { serviceSeries } from './service-series.ts'

/** Requests, errors and durations over the same time with one crosshair, and where a version began. A point leads to the traces behind it. */
export function ServiceCharts({ answer, marks }: { answer: ServiceAnswer; marks: readonly ChartMark[] }) {
  const { fromMs, toMs, select } = useTime()
  const go = useGo()
  const zone = useZone()
  const { service, times, stepMs } = answer
  const series = useMemo(() => serviceSeries(answer), [answer])
  const shared: Omit<TimeChartProps, 'label' | 'series' | 'unit'> = {
    times,
    stepMs,
    fromMs,
    toMs,
    onSelect: select,
    sync: 'service',
    marks,
    heightPx: 170,
    pickSays: 'Click for its traces, drag to zoom',
  }
  const { requests, errors } = series.totals
  return (
    <div className={styles.charts}>
      <section>
        <h2>
          Requests{' '}
          <span className="quiet figures">
            {printValue(answer.requestsPerSecond, '/s')}
            {answer.sinceMs > answer.covered.fromMs &&
              ` since ${printClock(answer.sinceMs, zone, 'minutes')}, when it began`}
          </span>
        </h2>
        <TimeChart
          {...shared}
          label="Requests a second"
          series={series.rate}
          unit="/s"
          onPick={(at) => go(toTraces({ service, at }))}
        />
      </section>
      <section>
        <h2>
          Errors <span className="quiet figures">{printRatio(requests === 0 ? 0 : errors / requests)} of requests</span>
        </h2>
        <TimeChart
          {...shared}
          label="Share of requests that failed"
          series={series.errorRatio}
          unit="ratio"
          pickSays="Click for the error traces, drag to zoom"
          onPick={(at) => go(toTraces({ service, q: 'status:error', at }))}
        />
      </section>
      <section>
        <h2>Duration</h2>
        <TimeChart
          {...shared}
          label="Duration of requests, percentiles"
          series={series.durations}
          unit="ns"
          pickSays="Click for the slowest traces, drag to zoom"
          onPick={(at) => go(toTraces({ service, order: 'slowest', at }))}
        />
      </section>
    </div>
  )
}
