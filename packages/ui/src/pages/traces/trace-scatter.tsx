import type { TraceSummary } from '@wakeline/protocol'
import { useMemo } from 'react'
import { Scatter } from '../../chart/scatter.tsx'
import { ServiceLabel } from '../../parts/labels.tsx'
import { printCount } from '../../parts/units.ts'
import { printBetween, printClock, printDuration, unixMs } from '../../time/format.ts'
import { useTime } from '../../time/time-context.tsx'
import { useZone } from '../../time/zone.tsx'
import { countWithin, tracePoints } from './points.ts'
import styles from './traces-page.module.css'

export type TraceScatterProps = {
  traces: readonly TraceSummary[]
  fromMs: number
  toMs: number
  scale: 'log' | 'linear'
  highlight: string | undefined
  onOpen: (traceId: string) => void
}

/** Duration of each trace over its start. */
export function TraceScatter(props: TraceScatterProps) {
  const { traces } = props
  const { select, nowMs } = useTime()
  const points = useMemo(() => tracePoints(traces), [traces])
  const byId = useMemo(() => new Map(traces.map((trace) => [trace.traceId, trace])), [traces])
  return (
    <Scatter
      label="Duration of traces over the time they started"
      points={points}
      fromMs={props.fromMs}
      toMs={props.toMs}
      unit="ns"
      scale={props.scale}
      heightPx={170}
      highlight={props.highlight}
      onPick={props.onOpen}
      onSelect={select}
      selectSays={(fromMs, toMs) => <Narrowed traces={traces} fromMs={fromMs} toMs={toMs} nowMs={nowMs} />}
      readout={(key) => <TraceReadout trace={byId.get(key)} />}
    />
  )
}

function TraceReadout({ trace }: { trace: TraceSummary | undefined }) {
  const zone = useZone()
  if (trace === undefined) return null
  return (
    <div className={styles.readout}>
      <div className={styles.readoutHead}>
        <strong className="data">{printDuration(trace.durationNano)}</strong>
        <span className="quiet figures">{printClock(unixMs(trace.startUnixNano), zone, 'milliseconds')}</span>
      </div>
      <ServiceLabel service={trace.rootService} />
      <div className="cut">{trace.rootName}</div>
      <div className="quiet figures">
        {printCount(trace.spanCount)} spans, {trace.services.length} services
        {trace.errorCount > 0 && <span className={styles.errors}>, ✕ {printCount(trace.errorCount)} errors</span>}
      </div>
    </div>
  )
}

/** What a drag narrows to, told before it is let go. */
function Narrowed(props: { traces: readonly TraceSummary[]; fromMs: number; toMs: number; nowMs: number }) {
  const { fromMs, toMs, nowMs } = props
  const zone = useZone()
  const { traces, failed } = countWithin(props.traces, fromMs, toMs)
  return (
    <div className={styles.readout}>
      <strong className="figures">
        {printBetween({ fromMs: Math.round(fromMs), toMs: Math.round(toMs) }, nowMs, zone)}
      </strong>
      <div className="figures">
        {printDuration((toMs - fromMs) * 1e6)}: {printCount(traces)} of these traces
        {failed > 0 && <span className={styles.errors}>, ✕ {printCount(failed)} with errors</span>}
      </div>
    </div>
  )
}
