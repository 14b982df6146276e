import { Button } from '@mantine/core'
import { IconAlertTriangleFilled, IconArrowUpRight, IconZoomIn } from '@tabler/icons-react'
import type { Attributes, SpanLink, SpanRecord } from '@wakeline/protocol'
import type { ReactNode } from 'react'
import { toTrace, toTraces } from '../../links.ts'
import { AttributeTable } from '../../parts/attribute-table.tsx'
import { searchTerm } from '../../parts/attribute-text.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Duration, ServiceLabel } from '../../parts/labels.tsx'
import { Link, useGo } from '../../parts/link.tsx'
import { TextButton } from '../../parts/text-button.tsx'
import { printDuration } from '../../time/format.ts'
import { TimeLabel } from '../../time/time-label.tsx'
import { ProblemText } from './problems.tsx'
import { Section } from './section.tsx'
import { skewOf } from './skew.ts'
import { SpanEvents } from './span-events.tsx'
import { SpanLogs } from './span-logs.tsx'
import styles from './span-panel.module.css'
import type { SpanRow, TraceView } from './trace-view.ts'

export type SpanPanelProps = {
  view: TraceView
  row: SpanRow
  onZoom: (row: SpanRow) => void
  onSelect: (index: number) => void
}

export function SpanTitle({ span }: { span: SpanRecord }) {
  return (
    <div className={styles.title}>
      <ServiceLabel service={span.service} />
      <strong className="cut" title={span.name}>
        {span.name}
      </strong>
    </div>
  )
}

/** Everything that is known of one span, what matters most first. */
export function SpanPanel({ view, row, onZoom, onSelect }: SpanPanelProps) {
  const { span } = row
  const go = useGo()
  const filter = (key: string, text: string, how: 'with' | 'without') => go(toTraces({ q: searchTerm(key, text, how) }))
  const resource = view.answer.resources[span.resourceId]
  const scope = view.answer.scopes[span.scopeId]
  return (
    <div className={styles.panel}>
      <Status span={span} />
      <Facts view={view} row={row} onZoom={onZoom} onSelect={onSelect} />
      <PartOf view={view} row={row} />
      {span.events.length > 0 && <SpanEvents view={view} row={row} />}
      <Section title="Attributes" count={Object.keys(span.attributes).length} dropped={span.droppedAttributes}>
        <AttributeTable attributes={span.attributes} onFilter={filter} />
      </Section>
      <SpanLogs view={view} span={span} />
      {span.links.length > 0 && (
        <Section title="Links" count={span.links.length} dropped={span.droppedLinks}>
          <Links links={span.links} />
        </Section>
      )}
      <Section title="Resource" dropped={resource?.droppedAttributes ?? 0}>
        <AttributeTable
          attributes={resource?.attributes ?? none}
          onFilter={(key, text, how) => filter(`resource.${key}`, text, how)}
        />
      </Section>
      <Section title="Scope" dropped={scope?.droppedAttributes ?? 0}>
        <div className="data">
          {scope === undefined || scope.name === '' ? <span className="quiet">not named</span> : scope.name}{' '}
          <span className="quiet">{scope?.version}</span>
        </div>
        {scope !== undefined && Object.keys(scope.attributes).length > 0 && (
          <AttributeTable attributes={scope.attributes} />
        )}
      </Section>
      <Ids span={span} />
    </div>
  )
}

const none: Attributes = {}

function Status({ span }: { span: SpanRecord }) {
  if (span.status !== 'error') return null
  return (
    <div className={styles.status} role="note">
      <IconAlertTriangleFilled size={14} aria-hidden />
      <span>{span.statusMessage === '' ? 'This span failed; it gives no message.' : span.statusMessage}</span>
    </div>
  )
}

function Facts({ view, row, onZoom, onSelect }: SpanPanelProps) {
  const { span, node } = row
  const skew = skewOf(view, row)
  const parent = view.rows[row.parent]
  const share = (nano: number) => (span.durationNano > 0 ? `${Math.round((nano / span.durationNano) * 100)} %` : '')
  return (
    <>
      <dl className={styles.facts}>
        <Fact name="Duration">
          <Duration nano={span.durationNano} />
        </Fact>
        <Fact name="Self time" hint="Not covered by its children">
          <Duration nano={node.selfNano} /> <span className="quiet">{share(node.selfNano)}</span>
        </Fact>
        <Fact name="Critical" hint="How long the whole trace was waiting for just this span">
          <Duration nano={row.criticalNano} />
        </Fact>
        <WhatIf view={view} row={row} />
        <Fact name="Starts" hint={`After the start of the trace`}>
          <span className="data">+{printDuration(node.offsetNano)}</span>
        </Fact>
        <Fact name="Kind">{span.kind}</Fact>
        <Fact name="Status">{span.status}</Fact>
      </dl>
      <div className={styles.at}>
        <TimeLabel at={span.startUnixNano} as="full" />
        <Button size="compact-xs" leftSection={<IconZoomIn size={13} />} onClick={() => onZoom(row)} title="Zoom ( z )">
          Zoom to it
        </Button>
      </div>
      {parent !== undefined && (
        <div className={styles.parent}>
          <span className="quiet">Called by</span>
          <TextButton onClick={() => onSelect(parent.index)}>
            {parent.span.service}: {parent.span.name}
          </TextButton>
        </div>
      )}
      {node.missingParent && (
        <div className={styles.note}>
          Its parent, span <span className="data">{span.parentSpanId}</span>, was not received: it may still be running,
          was not sampled, or its service does not send here.
        </div>
      )}
      {skew !== undefined && <div className={styles.note}>{skew}</div>}
    </>
  )
}

/** What its duration means for the whole: how much can be won here, or how much longer it may take for nothing. */
function WhatIf({ view, row }: { view: TraceView; row: SpanRow }) {
  const { node } = row
  const slackNano = view.schedule.slackNano(node)
  if (slackNano > 0 && row.criticalNano === 0)
    return (
      <Fact name="Slack" hint="So much longer it could have taken, and the trace would have ended no later">
        {slackNano === Number.POSITIVE_INFINITY ? 'not waited for' : <Duration nano={slackNano} />}
      </Fact>
    )
  const [half, none] = [0.5, 0].map((factor) => view.schedule.savedNano([node], factor))
  return (
    <Fact
      name="2× faster saves"
      hint={`So much sooner the trace would have ended, had this span with all below it taken half as long; ${printDuration(none ?? 0)} had it taken no time (its drag)`}
    >
      <Duration nano={half ?? 0} /> <span className="quiet">of {printDuration(view.durationNano)}</span>
    </Fact>
  )
}

function PartOf({ view, row }: { view: TraceView; row: SpanRow }) {
  const problems = row.problems.flatMap((place) => view.problems[place] ?? [])
  if (problems.length === 0) return null
  return (
    <Section title={problems.length === 1 ? 'Problem' : 'Problems'}>
      {problems.map(({ figures }) => (
        <ProblemText key={figures.kind + figures.subject} figures={figures} />
      ))}
    </Section>
  )
}

function Fact({ name, hint, children }: { name: string; hint?: string; children: ReactNode }) {
  return (
    <div title={hint}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Links({ links }: { links: readonly SpanLink[] }) {
  return links.map((link, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: links have no id and never move.
    <div key={at} className={styles.link}>
      <Link href={toTrace(link.traceId, link.spanId)} className="data">
        <IconArrowUpRight size={13} aria-hidden /> trace {link.traceId.slice(0, 8)}…, span {link.spanId}
      </Link>
      {Object.keys(link.attributes).length > 0 && <AttributeTable attributes={link.attributes} />}
    </div>
  ))
}

function Ids({ span }: { span: SpanRecord }) {
  const ids = [
    ['Span id', span.spanId],
    ['Parent id', span.parentSpanId],
    ['Trace state', span.traceState],
  ] as const
  return (
    <Section title="Ids">
      {ids.map(([name, id]) =>
        id === '' ? null : (
          <div key={name} className={styles.id}>
            <span className="quiet">{name}</span> <span className="data">{id}</span>
            <CopyButton text={id} label={`Copy ${name.toLowerCase()}`} />
          </div>
        ),
      )}
    </Section>
  )
}
