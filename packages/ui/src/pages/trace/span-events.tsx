import type { SpanEvent } from '@wakeline/protocol'
import { useState } from 'react'
import { AttributeTable } from '../../parts/attribute-table.tsx'
import { printAttribute } from '../../parts/attribute-text.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { TextButton } from '../../parts/text-button.tsx'
import { printDuration } from '../../time/format.ts'
import { TimeLabel } from '../../time/time-label.tsx'
import { Section } from './section.tsx'
import styles from './span-panel.module.css'
import { type Exception, exceptionOf } from './stack.ts'
import { offsetOf, type SpanRow, type TraceView } from './trace-view.ts'

const eventsShownMax = 50

/** A span's events in order; exceptions as people read them. */
export function SpanEvents({ view, row }: { view: TraceView; row: SpanRow }) {
  const { span, node } = row
  const [shown, setShown] = useState(eventsShownMax)
  const more = span.events.length - shown
  const startNano = node.offsetNano - row.shiftNano
  return (
    <Section title="Events" count={span.events.length} dropped={span.droppedEvents}>
      {span.events.slice(0, shown).map((event, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events have no id and never move.
        <EventLine key={at} event={event} offsetNano={offsetOf(view, event.timeUnixNano) - startNano} />
      ))}
      {more > 0 && (
        <TextButton onClick={() => setShown(shown + 500)}>
          Show {Math.min(500, more)} more of {span.events.length}
        </TextButton>
      )}
    </Section>
  )
}

/** `offsetNano` is counted from the start of the span. */
function EventLine({ event, offsetNano }: { event: SpanEvent; offsetNano: number }) {
  const exception = exceptionOf(event)
  const rest = Object.fromEntries(
    Object.entries(event.attributes).filter(([key]) => exception === undefined || !said.has(key)),
  )
  return (
    <div className={styles.event}>
      <div className={styles.eventHead}>
        <span className="data quiet" title="After the start of the span">
          {offsetNano < 0 ? '' : '+'}
          {printDuration(offsetNano)}
        </span>
        <strong>{event.name}</strong>
        <span className={`quiet ${styles.action}`}>
          <TimeLabel at={event.timeUnixNano} />
        </span>
      </div>
      {exception && <ExceptionText exception={exception} stack={event.attributes['exception.stacktrace']} />}
      {Object.keys(rest).length > 0 && <AttributeTable attributes={rest} />}
    </div>
  )
}

const said = new Set(['exception.type', 'exception.message', 'exception.stacktrace'])

function ExceptionText(props: { exception: Exception; stack: SpanEvent['attributes'][string] | undefined }) {
  const { type, message, lines } = props.exception
  const [whole, setWhole] = useState(false)
  const library = lines.filter(({ kind }) => kind === 'library').length
  // Frames of packages say little; they are folded only where own ones remain to be read.
  const folds = library > 3 && library < lines.length
  const shown = folds && !whole ? lines.filter(({ kind }) => kind !== 'library') : lines
  return (
    <div className={styles.exception}>
      <div className={styles.exceptionHead}>
        <strong>{type || 'Exception'}</strong> {message}
        {props.stack !== undefined && <CopyButton text={printAttribute(props.stack)} label="Copy the stack trace" />}
      </div>
      {shown.length > 0 && (
        <pre className={styles.stack}>
          {shown.map(({ kind, text }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines never move.
            <div key={at} data-kind={kind}>
              {text}
            </div>
          ))}
        </pre>
      )}
      {folds && (
        <TextButton onClick={() => setWhole(!whole)}>
          {whole ? 'Hide' : 'Show'} {library} frames of packages and the runtime
        </TextButton>
      )}
    </div>
  )
}
