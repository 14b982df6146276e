import { type ReactNode, useMemo, useRef, useState } from 'react'
import type uPlot from 'uplot'
import { type Ink, useInk } from '../theme/colours.ts'
import { useZone, type Zone } from '../time/zone.tsx'
import { dateOf, rightOfPlotPx, timeAxis, valueAxis, valueRange } from './axes.ts'
import styles from './chart.module.css'
import { type Gestures, gesturePlugin } from './gestures.ts'
import { Plot } from './plot.tsx'
import { type Pointer, Readout } from './readout.tsx'

export type ScatterPoint = {
  key: string
  timeMs: number
  /** On a logarithmic axis greater than zero; what is not stands at the bottom. */
  value: number
  /** CSS: `nameColour(...)`, `var(--error)`. */
  colour: string
  /** A cross instead of a dot, so that it can be told without colour; drawn above the others. */
  shape?: 'dot' | 'cross'
  /** px across, 6 by itself. */
  sizePx?: number
}

export type ScatterProps = {
  label: string
  points: readonly ScatterPoint[]
  fromMs: number
  toMs: number
  unit: string
  /** Of the values; logarithmic by itself. */
  scale?: 'log' | 'linear'
  heightPx?: number
  onPick?: (key: string) => void
  /** A drag over a piece of time. */
  onSelect?: (fromMs: number, toMs: number) => void
  /** What a drag that is under way would select. */
  selectSays?: (fromMs: number, toMs: number) => ReactNode
  readout: (key: string) => ReactNode
  /** A point drawn with a ring: the row that is selected beside. */
  highlight?: string | undefined
}

type Hover = { key: string; pointer: Pointer } | { dragged: { fromMs: number; toMs: number }; pointer: Pointer }
const reachPx = 14

/** Points over time, one canvas however many. */
export function Scatter(props: ScatterProps) {
  const ink = useInk()
  const zone = useZone()
  const [hover, setHover] = useState<Hover>()
  const points = useMemo(() => props.points.toSorted((a, b) => a.timeMs - b.timeMs), [props.points])
  const highlight = hover !== undefined && 'key' in hover ? hover.key : props.highlight
  const scale = props.scale ?? 'log'
  const latest = useRef({ props, points, highlight, setHover })
  latest.current = { props, points, highlight, setHover }
  const options = useMemo(
    () => scatterOptions({ ink, zone, unit: props.unit, scale, latest }),
    [ink, zone, props.unit, scale],
  )
  // The highlight is drawn with the points, so new data is what makes it appear.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  const data = useMemo<uPlot.AlignedData>(
    () => [points.map(({ timeMs }) => timeMs), points.map(({ value }) => Math.max(value, 1))],
    [points, highlight, props.fromMs, props.toMs],
  )
  return (
    <div
      className={props.onPick ? `${styles.chart} ${styles.clickable}` : styles.chart}
      role="figure"
      aria-label={props.label}
      onMouseLeave={() => setHover(undefined)}
    >
      {points.length === 0 && <div className={styles.nothing}>Nothing in this time</div>}
      <Plot options={options} data={data} heightPx={props.heightPx ?? 180} />
      {hover && (
        <Readout at={hover.pointer}>
          {'key' in hover ? props.readout(hover.key) : props.selectSays?.(hover.dragged.fromMs, hover.dragged.toMs)}
        </Readout>
      )}
    </div>
  )
}

type Latest = {
  current: {
    props: ScatterProps
    points: readonly ScatterPoint[]
    highlight: string | undefined
    setHover: (hover: Hover | undefined) => void
  }
}

type Look = { ink: Ink; zone: Zone; unit: string; scale: 'log' | 'linear'; latest: Latest }

function scatterOptions({ ink, zone, unit, scale, latest }: Look): Omit<uPlot.Options, 'width' | 'height'> {
  const gestures = (): Gestures => {
    const { onPick, onSelect } = latest.current.props
    return {
      ...(onSelect && { onSelect: ({ fromMs, toMs }) => onSelect(fromMs, toMs) }),
      ...(onPick && {
        onClick: (plot, left, top) => {
          const point = pointAt(plot, left, top, latest.current.points)
          if (point !== undefined) onPick(point.key)
        },
      }),
    }
  }
  return {
    ms: 1,
    tzDate: dateOf[zone],
    padding: [8, rightOfPlotPx, 0, 0],
    legend: { show: false },
    cursor: { x: false, y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { time: true, range: () => [latest.current.props.fromMs, latest.current.props.toMs] },
      y: scale === 'log' ? { distr: 3, log: 10, range: (_, min, max) => logRange(min, max) } : { range: valueRange },
    },
    axes: [timeAxis(ink, zone), { ...valueAxis(ink, unit), ...(scale === 'log' ? { splits: decades } : {}) }],
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: {
      draw: [(plot) => drawPoints(plot, ink, latest.current)],
      setCursor: [(plot) => hoverAt(plot, latest.current)],
    },
    plugins: [gesturePlugin(gestures)],
  }
}

/** A line at each power of ten, fewer where they would be too close to read. */
function decades(plot: uPlot, _: number, min: number, max: number): number[] {
  const [low, high] = [Math.round(Math.log10(min)), Math.round(Math.log10(max))]
  const each = Math.ceil(((high - low) * 24) / Math.max(24, plot.bbox.height / devicePixelRatio))
  return Array.from({ length: Math.floor((high - low) / each) + 1 }, (_item, at) => 10 ** (low + at * each))
}

/** Whole decades around what there is, two at least. */
function logRange(min: number | null, max: number | null): [number, number] {
  const low = Math.floor(Math.log10(Math.max(min ?? 1e6, 1)))
  const high = Math.ceil(Math.log10(Math.max(max ?? 1e9, 1) * 1.001))
  return [10 ** low, 10 ** Math.max(high, low + 2)]
}

function pointAt(plot: uPlot, left: number, top: number, points: readonly ScatterPoint[]): ScatterPoint | undefined {
  let best: ScatterPoint | undefined
  let bestPx = reachPx
  for (const point of points) {
    const px = Math.hypot(plot.valToPos(point.timeMs, 'x') - left, plot.valToPos(Math.max(point.value, 1), 'y') - top)
    if (px < bestPx) {
      bestPx = px
      best = point
    }
  }
  return best
}

function hoverAt(plot: uPlot, { points, setHover, props }: Latest['current']): void {
  const { left, top } = plot.cursor
  const dragged = props.selectSays && draggedTime(plot)
  if (dragged !== undefined && left !== undefined) {
    setHover({ dragged, pointer: { left: left + plot.over.offsetLeft, top: 20, width: plot.root.clientWidth } })
    return
  }
  const point = left === undefined || top === undefined || left < 0 ? undefined : pointAt(plot, left, top, points)
  if (point === undefined) {
    setHover(undefined)
    return
  }
  const { offsetLeft, offsetTop } = plot.over
  setHover({
    key: point.key,
    pointer: {
      left: plot.valToPos(point.timeMs, 'x') + offsetLeft,
      top: plot.valToPos(Math.max(point.value, 1), 'y') + offsetTop,
      width: plot.root.clientWidth,
    },
  })
}

/** The piece of time under a drag that is under way. */
function draggedTime({ select, posToVal }: uPlot): { fromMs: number; toMs: number } | undefined {
  // It is emptied when the drag is let go.
  if (select.width < 5) return undefined
  return { fromMs: posToVal(select.left, 'x'), toMs: posToVal(select.left + select.width, 'x') }
}

function drawPoints(plot: uPlot, ink: Ink, { points, highlight }: Latest['current']): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  const colours = new Map<string, string>()
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top - 6, bbox.width + 6, bbox.height + 12)
  ctx.clip()
  for (const layer of ['dot', 'cross'] as const) {
    for (const point of points) {
      if ((point.shape ?? 'dot') !== layer) continue
      const colour = colours.get(point.colour) ?? ink.of(point.colour)
      colours.set(point.colour, colour)
      const x = plot.valToPos(point.timeMs, 'x', true)
      const y = plot.valToPos(Math.max(point.value, 1), 'y', true)
      const half = ((point.sizePx ?? 6) / 2) * ratio
      ctx.globalAlpha = layer === 'dot' ? 0.8 : 1
      ctx.fillStyle = colour
      ctx.strokeStyle = colour
      ctx.beginPath()
      if (layer === 'dot') {
        ctx.arc(x, y, half, 0, 2 * Math.PI)
        ctx.fill()
      } else {
        ctx.lineWidth = 2 * ratio
        ctx.moveTo(x - half, y - half)
        ctx.lineTo(x + half, y + half)
        ctx.moveTo(x + half, y - half)
        ctx.lineTo(x - half, y + half)
        ctx.stroke()
      }
      if (point.key === highlight) ring(ctx, { x, y, radius: half + 4 * ratio, colour: ink.of('var(--ink)'), ratio })
    }
  }
  ctx.restore()
}

function ring(
  ctx: CanvasRenderingContext2D,
  at: { x: number; y: number; radius: number; colour: string; ratio: number },
): void {
  ctx.globalAlpha = 1
  ctx.strokeStyle = at.colour
  ctx.lineWidth = 1.5 * at.ratio
  ctx.beginPath()
  ctx.arc(at.x, at.y, at.radius, 0, 2 * Math.PI)
  ctx.stroke()
}
