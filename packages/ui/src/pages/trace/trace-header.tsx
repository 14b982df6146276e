import { ActionIcon, Button } from '@mantine/core'
import { IconAlertTriangleFilled, IconRefresh, IconUnlink } from '@tabler/icons-react'
import { coverageMin, shiftMaxNano } from '@wakeline/analysis'
import type { ReactNode } from 'react'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Duration } from '../../parts/labels.tsx'
import { printBytes, printCount, printRatio } from '../../parts/units.ts'
import { nameColour } from '../../theme/colours.ts'
import { printDuration } from '../../time/format.ts'
import { TimeLabel } from '../../time/time-label.tsx'
import { StillArriving } from './still-arriving.tsx'
import styles from './trace-header.module.css'
import type { TraceView } from './trace-view.ts'

export type TraceHeaderProps = {
  view: TraceView
  hidden: ReadonlySet<string>
  onHide: (hidden: string[]) => void
  refresh: () => void
  refreshing: boolean
}

/** The trace in one line of figures, and its services: a click hides one, with Shift it alone stays. */
export function TraceHeader(props: TraceHeaderProps) {
  const { view } = props
  const { traceId, spansTotal, cost } = view.answer
  const cut = spansTotal - view.answer.spans.length
  return (
    <div className={styles.header}>
      <div className={styles.top}>
        <dl className={styles.figures}>
          <Figure name="Start">{view.root && <TimeLabel at={String(view.startUnixNano)} as="full" />}</Figure>
          <Figure name="Duration">
            <Duration nano={view.durationNano} />
          </Figure>
          <Figure name="Spans">
            <span className="data">{printCount(spansTotal)}</span>
          </Figure>
          <Figure name="Depth">
            <span className="data">{view.depthMax + 1}</span>
          </Figure>
          <Figure name="Errors">
            <span className={view.errors > 0 ? `data ${styles.errors}` : 'data quiet'}>
              {view.errors > 0 && <IconAlertTriangleFilled size={12} aria-hidden />} {printCount(view.errors)}
            </span>
          </Figure>
          <Figure name="Trace id">
            <span className={styles.id}>
              <span className="data cut" title={traceId}>
                {traceId}
              </span>
              <CopyButton text={traceId} label="Copy the trace id" />
            </span>
          </Figure>
        </dl>
        <span className={styles.tools} title={costText(cost)}>
          <StillArriving view={view} refresh={props.refresh} />
          <CopyLink />
          <ActionIcon
            aria-label="Ask for spans that came since"
            title="Ask for spans that came since ( r )"
            onClick={props.refresh}
            loading={props.refreshing}
          >
            <IconRefresh size={15} />
          </ActionIcon>
        </span>
      </div>
      <Services {...props}>
        {cut > 0 && (
          <span className={styles.note}>
            The first {printCount(view.answer.spans.length)} of {printCount(spansTotal)} spans are shown.
          </span>
        )}
        {view.missingParents > 0 && (
          <span className={styles.note}>
            <IconUnlink size={12} aria-hidden /> {printCount(view.missingParents)}{' '}
            {view.missingParents === 1 ? 'span names a parent that was' : 'spans name parents that were'} not received
          </span>
        )}
        <Prepared view={view} />
      </Services>
    </div>
  )
}

/** What had to be done to the trace before it could be drawn, and how far it is known. */
function Prepared({ view }: { view: TraceView }) {
  const { shiftMostNano, shiftsRefused, repeated, coverage } = view.prepared
  const moved = view.rows.filter(({ shiftNano }) => shiftNano !== 0).length
  const notes = [
    moved > 0 &&
      `Clocks differ: ${printCount(moved)} ${moved === 1 ? 'span is' : 'spans are'} moved, by up to ${printDuration(Math.abs(shiftMostNano))}`,
    shiftsRefused > 0 &&
      `Clocks differ by more than ${printDuration(shiftMaxNano)}: ${printCount(shiftsRefused)} ${shiftsRefused === 1 ? 'span stays' : 'spans stay'} as received`,
    repeated > 0 && `${printCount(repeated)} ${repeated === 1 ? 'span was' : 'spans were'} sent twice`,
    coverage < coverageMin && `Incomplete trace: of ${printRatio(1 - coverage)} of its time it is not known who waited`,
  ]
  return notes.map(
    (note) =>
      note !== false && (
        <span key={note} className={styles.note}>
          {note}
        </span>
      ),
  )
}

function costText(cost: TraceView['answer']['cost']): string {
  return `Read ${printCount(cost.rowsRead)} rows, ${printBytes(cost.bytesRead)} in ${printDuration(cost.elapsedMs * 1e6)}`
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.figure}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** The address as it is: with the selected span, what was looked for, and the tab. */
function CopyLink() {
  return (
    <span className={styles.copyLink}>
      link <CopyButton of="link" text={() => globalThis.location.href} label="Copy the link" />
    </span>
  )
}

function Services({ view, hidden, onHide, children }: TraceHeaderProps & { children: ReactNode }) {
  const names = view.services.map(({ service }) => service)
  const click = (service: string, alone: boolean) => {
    if (alone) return onHide(names.filter((name) => name !== service))
    onHide(hidden.has(service) ? [...hidden].filter((name) => name !== service) : [...hidden, service])
  }
  return (
    <div className={styles.services}>
      {view.services.map(({ service, spans, errors }) => (
        <button
          key={service}
          type="button"
          className={styles.service}
          aria-pressed={!hidden.has(service)}
          title={`${hidden.has(service) ? 'Show' : 'Hide'} the spans of ${service}; with Shift, show only them`}
          onClick={(event) => click(service, event.shiftKey)}
        >
          <span className={styles.swatch} style={{ background: nameColour(service) }} aria-hidden />
          <span className="cut">{service === '' ? '(no service name)' : service}</span>
          <span className="quiet figures">{printCount(spans)}</span>
          {errors > 0 && (
            <span className={styles.errors}>
              <IconAlertTriangleFilled size={10} aria-label="errors" /> {printCount(errors)}
            </span>
          )}
        </button>
      ))}
      {hidden.size > 0 && (
        <Button size="compact-xs" onClick={() => onHide([])}>
          Show all
        </Button>
      )}
      {children}
    </div>
  )
}
