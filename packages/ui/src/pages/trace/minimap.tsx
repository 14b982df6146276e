import { useElementSize } from '@mantine/hooks'
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { type Ink, nameColour, useInk } from '../../theme/colours.ts'
import { printDuration } from '../../time/format.ts'
import styles from './minimap.module.css'
import { holdAt, isWhole, moveWindow, type TimeWindow, wholeWindow, windowBetween } from './time-window.ts'
import type { SpanRow, TraceView } from './trace-view.ts'

const heightPx = 52
const edgeReachPx = 7
const dragMinPx = 3

type Held = { what: 'from' | 'to' | 'move' | 'new'; at: number; window: TimeWindow; moved: boolean }

/** The whole trace small, with the window that the waterfall shows: drag to make, move or resize it. */
export function Minimap(props: {
  view: TraceView
  rows: readonly SpanRow[]
  window: TimeWindow
  onWindow: (window: TimeWindow) => void
}) {
  const { view, rows, window, onWindow } = props
  const { ref, width } = useElementSize()
  const [held, setHeld] = useState<Held>()
  const [over, setOver] = useState<Held['what']>('new')
  const canvas = useRef<HTMLCanvasElement>(null)
  const ink = useInk()
  useEffect(() => {
    if (canvas.current !== null && width > 0) drawRows(canvas.current, { view, rows, width, ink })
  }, [view, rows, width, ink])

  const place = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return (event.clientX - box.left) / Math.max(1, box.width)
  }
  const reach = edgeReachPx / Math.max(1, width)
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    const at = place(event)
    setHeld({ what: holdAt(window, at, reach), at, window, moved: false })
  }
  const move = (event: PointerEvent<HTMLDivElement>) => {
    const at = place(event)
    if (held === undefined) return setOver(holdAt(window, at, reach))
    if (!held.moved && Math.abs(at - held.at) * width < dragMinPx) return
    if (!held.moved) setHeld({ ...held, moved: true })
    onWindow(dragged(held, at))
  }
  const cursor = { from: 'ew-resize', to: 'ew-resize', move: 'grab', new: 'crosshair' }[held?.what ?? over]
  return (
    <div
      ref={ref}
      className={styles.minimap}
      style={{ height: heightPx, cursor }}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => setHeld(undefined)}
      onPointerCancel={() => setHeld(undefined)}
      onDoubleClick={() => onWindow(wholeWindow)}
      role="img"
      aria-label="The whole trace; drag to look at a part of it"
      title={isWhole(window) ? 'Drag to look at a part' : 'Drag the window or its edges; double click for the whole'}
    >
      <canvas ref={canvas} className={styles.canvas} style={{ height: heightPx }} />
      {!isWhole(window) && <Shades window={window} wholeNano={view.durationNano} />}
    </div>
  )
}

function dragged({ what, at, window }: Held, to: number): TimeWindow {
  if (what === 'move') return moveWindow(window, to - at)
  if (what === 'from') return windowBetween(to, window.to)
  return what === 'to' ? windowBetween(window.from, to) : windowBetween(at, to)
}

function Shades({ window, wholeNano }: { window: TimeWindow; wholeNano: number }) {
  const [left, right] = [window.from * 100, (1 - window.to) * 100]
  return (
    <>
      <div className={styles.shade} style={{ left: 0, width: `${left}%` }} />
      <div className={styles.shade} style={{ right: 0, width: `${right}%` }} />
      <div className={styles.edge} style={{ left: `${left}%` }} />
      <div className={styles.edge} style={{ right: `${right}%` }} />
      <div className={styles.width} style={right > left ? { left: `${100 - right}%` } : { right: `${100 - left}%` }}>
        {printDuration((window.to - window.from) * wholeNano)}
      </div>
    </>
  )
}

/** A line for each row; where there are more rows than pixels they share one. */
function drawRows(
  canvas: HTMLCanvasElement,
  on: { view: TraceView; rows: readonly SpanRow[]; width: number; ink: Ink },
): void {
  const ratio = devicePixelRatio
  canvas.width = Math.round(on.width * ratio)
  canvas.height = Math.round(heightPx * ratio)
  const context = canvas.getContext('2d')
  if (context === null) return
  const colours = new Map<string, string>()
  const colourOf = (service: string) => {
    const colour = colours.get(service) ?? on.ink.of(nameColour(service))
    colours.set(service, colour)
    return colour
  }
  const error = on.ink.of('var(--error)')
  const [top, room] = [4 * ratio, (heightPx - 8) * ratio]
  const step = Math.min(room / Math.max(1, on.rows.length), 5 * ratio)
  const thick = Math.max(ratio, step * 0.7)
  on.rows.forEach(({ node, span }, place) => {
    const x = (node.offsetNano / on.view.durationNano) * canvas.width
    const length = (Math.max(0, span.durationNano) / on.view.durationNano) * canvas.width
    const y = top + place * step
    context.fillStyle = colourOf(span.service)
    context.fillRect(x, y, Math.max(ratio, length), thick)
    if (span.status !== 'error') return
    context.fillStyle = error
    context.fillRect(x, y, Math.max(3 * ratio, Math.min(length, 4 * ratio)), Math.max(2 * ratio, thick))
  })
}
