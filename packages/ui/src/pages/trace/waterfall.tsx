import { ActionIcon } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import {
  IconArrowsMaximize,
  IconChevronLeft,
  IconChevronRight,
  IconChevronsLeft,
  IconChevronsRight,
} from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type PointerEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { isNumber, useStored } from '../../parts/use-stored.ts'
import { printDuration } from '../../time/format.ts'
import { axisMarks, isWhole, type TimeWindow, wholeWindow, windowBetween } from './time-window.ts'
import type { SpanRow, TraceView } from './trace-view.ts'
import styles from './waterfall.module.css'
import { WaterfallRow } from './waterfall-row.tsx'

export type WaterfallProps = {
  view: TraceView
  rows: readonly SpanRow[]
  collapsed: ReadonlySet<number>
  /** Row under the keys, and whether its details are open. */
  cursor: number
  matches: ReadonlySet<number>
  window: TimeWindow
  critical: boolean
  onWindow: (window: TimeWindow) => void
  onToggle: (index: number) => void
  onOpen: (index: number) => void
  /** One level of the tree more or less, or all of it. */
  onDepth: (change: 'all' | 'none' | 'more' | 'less') => void
}

const rowHeightPx = 26
/** Indents shrink in deep traces so that names keep half of their column. */
const indentMostPx = 16
const markSpacePx = 90
/** Below this a name is the operation alone; the stripe's colour tells the service. */
const narrowNamesPx = 230
/** Room for the label of the longest bar; `--labels` of the styles. */
const labelsPx = 58

/** One row a span: its place in the tree at the left, its time at the right. Virtualised. */
export function Waterfall(props: WaterfallProps) {
  const { view, rows, cursor } = props
  const { ref: frame, width } = useElementSize()
  const scroller = useRef<HTMLDivElement>(null)
  const rowsId = useId()
  const [share, setShare] = useStored('waterfall.names', 0.38, isNumber)
  const namesPx = Math.round(Math.max(120, Math.min(width - 120, width * share)))
  const virtual = useRows(rows, cursor, scroller)
  const timelinePx = Math.max(1, width - namesPx - labelsPx)
  const marks = useMemo(
    () => axisMarks(props.window, view.durationNano, Math.max(3, Math.floor(timelinePx / markSpacePx))),
    [props.window, view.durationNano, timelinePx],
  )
  const lines = marks.map((at) => shareOf(at, props.window, view.durationNano) * 100)
  const indentPx = Math.min(indentMostPx, (namesPx * 0.5) / Math.max(1, view.depthMax))
  const size: CSSProperties & Record<`--${string}`, string> = { '--names': `${namesPx}px` }
  return (
    <div className={styles.waterfall} ref={frame} style={size} data-narrow={namesPx < narrowNamesPx}>
      <div className={styles.head}>
        <DepthButtons onDepth={props.onDepth} />
        <Axis {...props} marks={marks} />
      </div>
      <div
        className={styles.scroller}
        ref={scroller}
        tabIndex={0}
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={rows.length}
        aria-activedescendant={cursor >= 0 ? `${rowsId}-${cursor}` : undefined}
      >
        <div className={styles.rows} style={{ height: virtual.getTotalSize() }}>
          <div className={styles.lines} aria-hidden>
            {lines.map((left) => (
              <span key={left} style={{ left: `${left}%` }} />
            ))}
          </div>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]
            return row === undefined ? null : (
              <WaterfallRow
                key={item.key}
                id={`${rowsId}-${row.index}`}
                row={row}
                topPx={item.start}
                window={props.window}
                wholeNano={view.durationNano}
                startUnixNano={view.startUnixNano}
                indentPx={indentPx}
                collapsed={props.collapsed.has(row.index)}
                chosen={row.index === cursor}
                found={props.matches.has(row.index)}
                critical={props.critical}
                onToggle={props.onToggle}
                onOpen={props.onOpen}
              />
            )
          })}
        </div>
      </div>
      {width > 0 && <Divider leftPx={namesPx} widthPx={width} onShare={setShare} />}
    </div>
  )
}

/** The rows in sight; the one under the keys is brought there. */
function useRows(rows: readonly SpanRow[], cursor: number, scroller: { current: HTMLDivElement | null }) {
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 16,
    getItemKey: (place) => rows[place]?.index ?? place,
  })
  const places = useMemo(() => new Map(rows.map(({ index }, place) => [index, place])), [rows])
  const place = places.get(cursor)
  useEffect(() => {
    if (place !== undefined) virtual.scrollToIndex(place, { align: 'auto' })
  }, [place, virtual])
  return virtual
}

function shareOf(atNano: number, window: TimeWindow, wholeNano: number): number {
  return (atNano / wholeNano - window.from) / (window.to - window.from)
}

function DepthButtons({ onDepth }: { onDepth: WaterfallProps['onDepth'] }) {
  const buttons = [
    { change: 'none', Icon: IconChevronsLeft, says: 'Collapse all ( C )' },
    { change: 'less', Icon: IconChevronLeft, says: 'One level less ( [ )' },
    { change: 'more', Icon: IconChevronRight, says: 'One level more ( ] )' },
    { change: 'all', Icon: IconChevronsRight, says: 'Expand all ( E )' },
  ] as const
  return (
    <div className={styles.names}>
      <span className={styles.title}>Service and operation</span>
      {buttons.map(({ change, Icon, says }) => (
        <ActionIcon key={change} size={20} aria-label={says} title={says} onClick={() => onDepth(change)}>
          <Icon size={14} />
        </ActionIcon>
      ))}
    </div>
  )
}

/** Offsets over the bars. A drag over them looks at that piece. */
function Axis(props: WaterfallProps & { marks: readonly number[] }) {
  const { window, view, onWindow, marks } = props
  const [drag, setDrag] = useState<{ from: number; to: number }>()
  const place = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return (event.clientX - box.left) / Math.max(1, box.width)
  }
  const end = () => {
    if (drag !== undefined && Math.abs(drag.to - drag.from) > 0.01) {
      const width = window.to - window.from
      onWindow(windowBetween(window.from + drag.from * width, window.from + drag.to * width))
    }
    setDrag(undefined)
  }
  return (
    <div
      className={styles.axis}
      title="Drag to look at a part of the time"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrag({ from: place(event), to: place(event) })
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: place(event) })}
      onPointerUp={end}
      onPointerCancel={() => setDrag(undefined)}
    >
      {marks.map((at) => {
        const left = shareOf(at, window, view.durationNano)
        return (
          <span key={at} className={styles.mark} data-last={left > 0.97} style={{ left: `${left * 100}%` }}>
            {printDuration(at)}
          </span>
        )
      })}
      {drag && (
        <span
          className={styles.drag}
          style={{ left: `${Math.min(drag.from, drag.to) * 100}%`, width: `${Math.abs(drag.to - drag.from) * 100}%` }}
        />
      )}
      {!isWhole(window) && (
        <ActionIcon
          className={styles.whole ?? ''}
          size={20}
          aria-label="Look at the whole trace"
          title="The whole trace ( 0 )"
          onPointerDown={(event) => event.stopPropagation()}
          onClick={() => onWindow(wholeWindow)}
        >
          <IconArrowsMaximize size={13} />
        </ActionIcon>
      )}
    </div>
  )
}

function Divider(props: { leftPx: number; widthPx: number; onShare: (share: number) => void }) {
  return (
    <div
      className={styles.divider}
      style={{ left: props.leftPx }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
        const box = event.currentTarget.parentElement?.getBoundingClientRect()
        if (box === undefined) return
        props.onShare(Math.max(0.15, Math.min(0.75, (event.clientX - box.left) / props.widthPx)))
      }}
      aria-hidden
    />
  )
}
