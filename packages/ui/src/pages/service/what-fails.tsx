import type { ServiceErrorsAnswer } from '@wakeline/protocol'
import { askServiceErrors } from '@wakeline/protocol'
import { useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { toTrace, toTraces } from '../../links.ts'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { searchTerm } from '../../parts/attribute-text.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Link, useGo } from '../../parts/link.tsx'
import { printCount } from '../../parts/units.ts'
import { useClockWidth } from '../../time/time-label.tsx'
import { type CausedError, howFar, inOrderOfCause, printError } from './order-of-cause.ts'
import { seenColumn } from './seen-column.tsx'
import styles from './service-page.module.css'

/** Failed spans, those alike together: what goes wrong, where it began, since when, with which version. A row leads to the latest, in its trace. */
export function WhatFails({ service, at }: { service: string; at: { fromMs: number; toMs: number } }) {
  const answer = useAnswer(askServiceErrors(service, at))
  return (
    <section className={styles.fails}>
      <h2>What fails</h2>
      <Answer of={answer} skeleton={<SkeletonRows rows={2} />}>
        {(data) => <Errors service={service} answer={data} />}
      </Answer>
    </section>
  )
}

function Errors({ service, answer }: { service: string; answer: ServiceErrorsAnswer }) {
  const { errors, errorsTotal } = answer
  const go = useGo()
  const clockWidth = useClockWidth()
  const columns = useMemo(() => errorColumns(service, clockWidth), [service, clockWidth])
  const rows = useMemo(() => inOrderOfCause(errors), [errors])
  const more = errorsTotal - errors.length
  if (errors.length === 0) return <div className={`${styles.callsNote} quiet`}>No span of it failed in this time.</div>
  return (
    <DataTable
      name="What fails"
      rows={rows}
      columns={columns}
      rowKey={({ operation, type, message }) => JSON.stringify([operation, type, message])}
      onOpen={({ traceId, spanId }) => go(toTrace(traceId, spanId))}
      height="content"
      rowHeightPx={44}
      measured
      footer={more > 0 ? `${printCount(more)} more kinds of errors are rarer.` : undefined}
    />
  )
}

function errorColumns(service: string, clockWidth: string): Column<CausedError>[] {
  return [
    {
      id: 'error',
      title: 'Error',
      hint: 'As the latest span has it; others together with it differ in ids and numbers',
      width: 'minmax(120px, 5fr)',
      choice: 'always',
      render: (error) => <Said error={error} />,
    },
    {
      id: 'spans',
      title: 'Spans',
      width: 'minmax(50px, 84px)',
      align: 'right',
      render: ({ spans, operation }) => (
        <Link
          href={toTraces({ service, q: `${searchTerm('name', operation)} status:error` })}
          title="To the error traces of this operation"
          style={{ color: 'inherit' }}
        >
          <span className="data">{printCount(spans)}</span>
        </Link>
      ),
    },
    {
      id: 'versions',
      title: 'Versions',
      hint: 'Of the instances that it came from',
      width: 'minmax(80px, 1fr)',
      fromWidth: 700,
      render: ({ versions }) => (
        <span className="data" title={versions.join(', ')}>
          {versions.join(', ') || <span className="quiet">not given</span>}
        </span>
      ),
    },
    seenColumn({
      id: 'first',
      title: 'First seen',
      hint: 'In the time range',
      width: clockWidth,
      fromWidth: 560,
      value: ({ firstSeenMs }) => firstSeenMs,
    }),
    seenColumn({
      id: 'last',
      title: 'Last seen',
      width: clockWidth,
      fromWidth: 460,
      value: ({ lastSeenMs }) => lastSeenMs,
    }),
  ]
}

function Said({ error }: { error: CausedError }) {
  const { operation, began, isConsequence } = error
  const says = printError(error)
  return (
    <span className={styles.said} title={`${operation}\n${says}`} data-consequence={isConsequence}>
      <span className="data cut">{says}</span>
      <span className="quiet cut">
        {isConsequence ? `${operation}, which came of the one above${howFar(error)}` : operation}
      </span>
      {began && !isConsequence && (
        <span className={`${styles.began} cut`}>
          Began in{' '}
          <Link href={toTrace(began.traceId, began.spanId)} title="To the span that failed first">
            {began.service}, {began.operation}: {printError(began)}
          </Link>
          {howFar(error)}
        </span>
      )}
    </span>
  )
}
