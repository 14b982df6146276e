import { IconAlertTriangleFilled, IconBulb, IconChevronDown, IconChevronRight, IconUnlink } from '@tabler/icons-react'
import { memo } from 'react'
import { nameColour } from '../../theme/colours.ts'
import { printDuration } from '../../time/format.ts'
import { barPlace, type TimeWindow } from './time-window.ts'
import type { SpanRow } from './trace-view.ts'
import styles from './waterfall.module.css'

export type WaterfallRowProps = {
  id: string
  row: SpanRow
  topPx: number
  window: TimeWindow
  wholeNano: number
  startUnixNano: bigint
  indentPx: number
  collapsed: boolean
  chosen: boolean
  found: boolean
  critical: boolean
  onToggle: (index: number) => void
  onOpen: (index: number) => void
}

/** A span's row. Memoised: while scrolling only rows that come into sight are made. */
export const WaterfallRow = memo(function WaterfallRow(props: WaterfallRowProps) {
  const { row, chosen, found } = props
  const { node, span } = row
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the page hears the keys for all rows.
    <div
      id={props.id}
      className={styles.row}
      data-chosen={chosen}
      data-found={found}
      data-failed={span.status === 'error'}
      style={{ transform: `translateY(${props.topPx}px)` }}
      role="row"
      tabIndex={-1}
      aria-level={node.depth + 1}
      aria-selected={chosen}
      {...(node.children.length > 0 ? { 'aria-expanded': !props.collapsed } : {})}
      onClick={() => props.onOpen(row.index)}
    >
      <Name {...props} />
      <div className={styles.timeline} role="gridcell">
        <Bar {...props} />
      </div>
    </div>
  )
})

/** Its sentence stands above the waterfall, and in the details of the span. */
const problemTitle = 'Part of a problem, see above and in the details of the span'

function Name({ row, indentPx, collapsed, onToggle }: WaterfallRowProps) {
  const { node, span } = row
  const Caret = collapsed ? IconChevronRight : IconChevronDown
  const says = `${span.service}: ${span.name}`
  return (
    <div className={styles.name} role="gridcell" title={says}>
      <span
        className={styles.indent}
        style={{ width: node.depth * indentPx, backgroundSize: `${indentPx}px 100%` }}
        aria-hidden
      />
      {node.children.length > 0 ? (
        <button
          type="button"
          className={styles.caret}
          tabIndex={-1}
          aria-label={collapsed ? 'Expand' : 'Collapse'}
          title={`${collapsed ? 'Expand' : 'Collapse'}: ${node.descendants} spans below`}
          onClick={(event) => {
            event.stopPropagation()
            onToggle(row.index)
          }}
        >
          <Caret size={12} />
          {collapsed && <span className={styles.below}>{node.descendants}</span>}
        </button>
      ) : (
        <span className={styles.leaf} />
      )}
      <span className={styles.stripe} style={{ background: nameColour(span.service) }} aria-hidden />
      {span.status === 'error' && <IconAlertTriangleFilled size={12} className={styles.failed} aria-label="error" />}
      {row.problems.length > 0 && (
        <span className={styles.problem} title={problemTitle}>
          <IconBulb size={13} aria-label="part of a problem" />
        </span>
      )}
      {node.missingParent && (
        <span className={styles.missing} title={`Its parent, span ${span.parentSpanId}, was not received`}>
          <IconUnlink size={12} aria-hidden /> parent not received
        </span>
      )}
      <span className={styles.service}>{span.service}</span>
      <span className={styles.operation}>{span.name}</span>
    </div>
  )
}

function Bar({ row, window, wholeNano, startUnixNano, critical }: WaterfallRowProps) {
  const { node, span } = row
  const fromNano = node.offsetNano
  const place = barPlace({ fromNano, toNano: fromNano + span.durationNano }, window, wholeNano)
  if (place === undefined) return <Beyond before={fromNano / wholeNano < window.from} />
  return (
    <>
      <span
        className={styles.bar}
        data-cut-left={place.cutLeft}
        data-cut-right={place.cutRight}
        style={{ left: `${place.left}%`, width: `${place.width}%`, background: nameColour(span.service) }}
      />
      {critical &&
        row.critical.map((part) => <Critical key={part.fromNano} part={part} window={window} wholeNano={wholeNano} />)}
      {span.events.length > 0 && (
        <Events
          events={span.events}
          window={window}
          wholeNano={wholeNano}
          startUnixNano={startUnixNano}
          shiftNano={row.shiftNano}
        />
      )}
      <span className={styles.label} style={{ left: `${place.left + place.width}%` }}>
        {printDuration(span.durationNano)}
      </span>
    </>
  )
}

/** A span outside of the window that is looked at: which way it lies. */
function Beyond({ before }: { before: boolean }) {
  return (
    <span className={styles.beyond} style={before ? { left: 4 } : { right: 2 }} aria-hidden>
      {before ? '‹' : '›'}
    </span>
  )
}

function Critical(props: { part: SpanRow['critical'][number]; window: TimeWindow; wholeNano: number }) {
  const place = barPlace(props.part, props.window, props.wholeNano)
  if (place === undefined) return null
  return <span className={styles.critical} style={{ left: `${place.left}%`, width: `${place.width}%` }} />
}

/** More ticks than this on one bar tell nothing more. */
const ticksMax = 100

function Events(props: {
  events: SpanRow['span']['events']
  window: TimeWindow
  wholeNano: number
  startUnixNano: bigint
  shiftNano: number
}) {
  return props.events.slice(0, ticksMax).map((event, at) => {
    const atNano = Number(BigInt(event.timeUnixNano) - props.startUnixNano) + props.shiftNano
    const place = barPlace({ fromNano: atNano, toNano: atNano }, props.window, props.wholeNano)
    if (place === undefined) return null
    return (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: events have no id and never move.
        key={at}
        className={styles.tick}
        data-exception={event.name === 'exception'}
        style={{ left: `${place.left}%` }}
        title={`${event.name}, ${printDuration(atNano)} after the start of the trace`}
      />
    )
  })
}
