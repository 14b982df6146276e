import { useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import { printValue } from '../parts/units.ts'
import { type Ink, useInk } from '../theme/colours.ts'
import { printBetween, printDateTime } from '../time/format.ts'
import { useZone, type Zone } from '../time/zone.tsx'
import { dateOf, rightOfPlotPx, timeAxis, valueAxis, valueRange } from './axes.ts'
import styles from './chart.module.css'
import { type Gestures, gesturePlugin } from './gestures.ts'
import { type ChartMark, drawMarks } from './marks.ts'
import { Plot } from './plot.tsx'
import { type Pointer, Readout, ReadoutRow } from './readout.tsx'
import { stack } from './stack.ts'

export type ChartSeries = {
  name: string
  /** In step with `times`; null is a gap. */
  values: readonly (number | null)[]
  /** CSS: `var(--error)` or `nameColour(...)`. */
  colour: string
  shape?: 'line' | 'area' | 'bar'
  dashed?: boolean
}

export type TimeChartProps = {
  /** What is shown, for those who cannot see it. */
  label: string
  /** Unix milliseconds: the start of each step. */
  times: readonly number[]
  stepMs: number
  series: readonly ChartSeries[]
  /** As `printValue` takes it: `ns`, `/s`, `ratio`, `By`, ... */
  unit: string
  /** The axis: what was asked for, not only what came. */
  fromMs: number
  toMs: number
  heightPx?: number
  /** The first series at the bottom. */
  stacked?: boolean
  /** A row of names below; a click shows one alone. On by itself for two series and more. */
  legend?: boolean
  /** Drawn strong, the others faint. */
  highlight?: string | undefined
  /** A drag over a piece of time. */
  onSelect?: (fromMs: number, toMs: number) => void
  /** A click: the step under the pointer, and the series nearest to it. */
  onPick?: (point: { fromMs: number; toMs: number; series: string | undefined }) => void
  /** What a click does, said in the readout: "Click for its traces". */
  pickSays?: string
  /** Charts of one name share the crosshair. */
  sync?: string
  /** Steady (useMemo). */
  marks?: readonly ChartMark[]
}

export type { ChartMark }

type Hover = { pointer: Pointer; at: number; nearest: number | undefined }

/** Lines, areas or bars over time, with a readout on hover, drag to select time, and click to go behind a point. */
export function TimeChart(props: TimeChartProps) {
  const { times, stepMs, series, unit, stacked = false, heightPx = 160 } = props
  const ink = useInk()
  const zone = useZone()
  const [only, setOnly] = useState<string>()
  const [hover, setHover] = useState<Hover>()
  const visible = useMemo(() => {
    const found = series.filter(({ name }) => name === only)
    return found.length === 0 ? series : found
  }, [series, only])
  const data = useMemo(() => toData(times, visible, stacked), [times, visible, stacked])
  const latest = useRef({ props, visible, setHover })
  latest.current = { props, visible, setHover }

  const look = JSON.stringify(visible.map(({ name, colour, shape, dashed }) => [name, colour, shape, dashed]))
  // biome-ignore lint/correctness/useExhaustiveDependencies: `look` stands for everything of the series but their values.
  const options = useMemo(
    () =>
      chartOptions({
        ink,
        zone,
        look: stacked ? visible.toReversed() : visible,
        latest,
        unit,
        stacked,
        highlight: props.highlight,
        sync: props.sync,
        marks: props.marks ?? noMarks,
      }),
    [ink, zone, look, unit, stacked, props.highlight, props.sync, props.marks],
  )
  const legend = props.legend ?? series.length > 1
  const nothing = series.every(({ values }) => values.every((value) => value === null))
  return (
    <div
      className={props.onPick ? `${styles.chart} ${styles.clickable}` : styles.chart}
      role="figure"
      aria-label={props.label}
      onMouseLeave={() => setHover(undefined)}
    >
      {nothing && <div className={styles.nothing}>Nothing in this time</div>}
      <Plot options={options} data={data} heightPx={heightPx} />
      {hover && (
        <Values
          hover={hover}
          series={visible}
          times={times}
          stepMs={stepMs}
          unit={unit}
          says={props.onPick && props.pickSays}
        />
      )}
      {legend && <Legend series={series} only={only} onOnly={setOnly} />}
    </div>
  )
}

function Legend(props: {
  series: readonly ChartSeries[]
  only: string | undefined
  onOnly: (only: string | undefined) => void
}) {
  const { series, only, onOnly } = props
  return (
    <div className={styles.legend}>
      {series.map(({ name, colour }) => (
        <button
          key={name}
          type="button"
          className={only !== undefined && only !== name ? `${styles.legendItem} ${styles.off}` : styles.legendItem}
          aria-pressed={only === name}
          onClick={() => onOnly(only === name ? undefined : name)}
        >
          <span className={styles.key} style={{ background: colour }} />
          <span className="cut">{name}</span>
        </button>
      ))}
    </div>
  )
}

const noMarks: readonly ChartMark[] = []
const readoutRowsMax = 12

function Values(props: {
  hover: Hover
  series: readonly ChartSeries[]
  times: readonly number[]
  stepMs: number
  unit: string
  says: string | undefined
}) {
  const { hover, series, times, stepMs, unit } = props
  const zone = useZone()
  const atMs = times[hover.at]
  if (atMs === undefined) return null
  const rows = series.map(({ name, colour, values }, index) => ({
    name,
    colour,
    value: values[hover.at] ?? null,
    index,
  }))
  const shown =
    rows.length > readoutRowsMax
      ? rows.toSorted((a, b) => (b.value ?? -1) - (a.value ?? -1)).slice(0, readoutRowsMax)
      : rows
  const nearest = rows[hover.nearest ?? -1]
  if (nearest !== undefined && !shown.includes(nearest)) shown.push(nearest)
  return (
    <Readout at={hover.pointer}>
      <div className={styles.readoutHead}>
        {stepMs > 0 ? printBetween({ fromMs: atMs, toMs: atMs + stepMs }, Date.now(), zone) : printDateTime(atMs, zone)}
      </div>
      {shown.map((row) => (
        <ReadoutRow
          key={row.name}
          colour={row.colour}
          name={row.name}
          value={printValue(row.value, unit)}
          strong={rows.length > 1 && row === nearest}
        />
      ))}
      {rows.length > shown.length && <div className={styles.readoutFoot}>and {rows.length - shown.length} more</div>}
      {props.says && <div className={styles.readoutFoot}>{props.says}</div>}
    </Readout>
  )
}

/** Bars that are stacked are drawn from the total downwards, each covering what is not its own: hence the reversal. */
function toData(times: readonly number[], series: readonly ChartSeries[], stacked: boolean): uPlot.AlignedData {
  const values = series.map((one) => one.values)
  const drawn = stacked ? stack(values, times.length).reverse() : values.map((one) => [...one])
  return [[...times], ...drawn]
}

type Latest = {
  current: { props: TimeChartProps; visible: readonly ChartSeries[]; setHover: (hover: Hover | undefined) => void }
}

function chartOptions(on: {
  ink: Ink
  zone: Zone
  look: readonly ChartSeries[]
  latest: Latest
  unit: string
  stacked: boolean
  highlight: string | undefined
  sync: string | undefined
  marks: readonly ChartMark[]
}): Omit<uPlot.Options, 'width' | 'height'> {
  const { ink, latest } = on
  const gestures = (): Gestures => {
    const { onSelect, onPick } = latest.current.props
    return {
      ...(onSelect && { onSelect: ({ fromMs, toMs }) => onSelect(fromMs, toMs) }),
      ...(onPick && { onClick: (plot) => pick(plot, latest.current) }),
    }
  }
  return {
    ms: 1,
    tzDate: dateOf[on.zone],
    padding: [8, rightOfPlotPx, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: !on.stacked, size: 6 },
      drag: { x: true, y: false, setScale: false },
      ...(on.sync === undefined ? {} : { sync: { key: on.sync, setSeries: false } }),
    },
    scales: {
      x: {
        time: true,
        range: () => [latest.current.props.fromMs, latest.current.props.toMs],
      },
      y: { range: valueRange },
    },
    axes: [timeAxis(ink, on.zone), valueAxis(ink, on.unit)],
    series: [{}, ...on.look.map((series) => seriesOptions(series, on))],
    hooks: { setCursor: [(plot) => hoverAt(plot, latest.current)], draw: [(plot) => drawMarks(plot, on.marks, ink)] },
    plugins: [gesturePlugin(gestures)],
  }
}

function seriesOptions(
  series: ChartSeries,
  on: { ink: Ink; stacked: boolean; highlight: string | undefined },
): uPlot.Series {
  const colour = on.ink.of(series.colour)
  const faint = on.highlight !== undefined && on.highlight !== series.name
  const base: uPlot.Series = {
    label: series.name,
    stroke: colour,
    width: on.highlight === series.name ? 2.5 : 1.5,
    alpha: faint ? 0.25 : 1,
    // A line needs points only where it has no length: a lone value between gaps.
    points: { show: true, size: 4, fill: colour, filter: lonePoints },
    ...(series.dashed === true ? { dash: [5, 4] } : {}),
  }
  if (series.shape === 'bar') {
    const paths = uPlot.paths.bars?.({ size: [0.86, 80], align: 1 })
    return { ...base, width: 0, fill: colour, points: { show: false }, ...(paths && { paths }) }
  }
  if (series.shape === 'area') return { ...base, fill: on.stacked ? colour : withAlpha(colour, 0.16) }
  return base
}

function lonePoints(plot: uPlot, seriesIndex: number, show: boolean): number[] | null {
  const values = plot.data[seriesIndex]
  if (!show || values === undefined) return null
  const lone: number[] = []
  for (let at = 0; at < values.length; at++) {
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null) lone.push(at)
  }
  return lone
}

function withAlpha(colour: string, alpha: number): string {
  return `color-mix(in srgb, ${colour} ${alpha * 100}%, transparent)`
}

function hoverAt(plot: uPlot, { props, visible, setHover }: Latest['current']): void {
  const { left, top, idx } = plot.cursor
  // Charts that only share the crosshair get no event of their own and read nothing out.
  if (
    left === undefined ||
    top === undefined ||
    left < 0 ||
    idx === null ||
    idx === undefined ||
    plot.cursor.event == null
  ) {
    setHover(undefined)
    return
  }
  const at = stepAt(plot, left, props)
  const { offsetLeft, offsetTop } = plot.over
  setHover({
    pointer: { left: left + offsetLeft, top: top + offsetTop, width: plot.root.clientWidth },
    at,
    nearest: nearestSeries(plot, top, at, props.stacked === true ? visible.length : 0),
  })
}

/** The step whose time the pointer is in: for bars that is the one begun before, for lines the nearest point. */
function stepAt(plot: uPlot, left: number, props: TimeChartProps): number {
  const near = plot.posToIdx(left)
  if (!props.series.some(({ shape }) => shape === 'bar')) return near
  const atMs = plot.posToVal(left, 'x')
  const start = props.times[near]
  return start !== undefined && start > atMs && near > 0 ? near - 1 : near
}

/** Index in `visible`; `stackedCount` turns the reversed order of stacked series back. */
function nearestSeries(plot: uPlot, top: number, at: number, stackedCount: number): number | undefined {
  let best: number | undefined
  let bestPx = Number.POSITIVE_INFINITY
  plot.data.slice(1).forEach((values, index) => {
    const value = values?.[at]
    if (value === null || value === undefined) return
    const y = plot.valToPos(value, 'y')
    // In a stack the pointer is in the series whose top is the nearest above it.
    const px = stackedCount > 0 ? (y <= top ? top - y : Number.POSITIVE_INFINITY) : Math.abs(y - top)
    if (px < bestPx || (px === bestPx && stackedCount > 0)) {
      bestPx = px
      best = stackedCount > 0 ? stackedCount - 1 - index : index
    }
  })
  return best
}

function pick(plot: uPlot, { props, visible }: Latest['current']): void {
  const { left, top } = plot.cursor
  if (left === undefined || top === undefined || left < 0) return
  const at = stepAt(plot, left, props)
  const fromMs = props.times[at]
  if (fromMs === undefined) return
  const nearest = nearestSeries(plot, top, at, props.stacked === true ? visible.length : 0)
  props.onPick?.({ fromMs, toMs: fromMs + Math.max(1000, props.stepMs), series: visible[nearest ?? -1]?.name })
}
