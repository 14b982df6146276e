import type { ServiceProblem, ServiceProblemsAnswer } from '@wakeline/protocol'
import { askServiceProblems } from '@wakeline/protocol'
import { useMemo, useState } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { toTrace } from '../../links.ts'
import { Answer, SkeletonRows } from '../../parts/answer.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Duration } from '../../parts/labels.tsx'
import { Link, useGo } from '../../parts/link.tsx'
import { TextButton } from '../../parts/text-button.tsx'
import { printCount } from '../../parts/units.ts'
import styles from './service-page.module.css'

/** What is wrong in a sample of the service's traces, what costs most first. A row leads to the trace where it costs most. */
export function Problems({ service, at }: { service: string; at: { fromMs: number; toMs: number } }) {
  const answer = useAnswer(askServiceProblems(service, '', at))
  return (
    <section className={styles.fails}>
      <h2>
        Problems in traces {answer.data && <span className={`quiet ${styles.looked}`}>{lookedAt(answer.data)}</span>}
      </h2>
      <Answer of={answer} skeleton={<SkeletonRows rows={2} />}>
        {(data) => <Found answer={data} />}
      </Answer>
    </section>
  )
}

function lookedAt({ tracesLookedAt, tracesTotal, tracesCut }: ServiceProblemsAnswer): string {
  const cut = tracesCut > 0 ? `, of ${printCount(tracesCut)} the first spans` : ''
  if (tracesLookedAt === tracesTotal) return `looked at all ${printCount(tracesTotal)} traces${cut}`
  return `looked at ${printCount(tracesLookedAt)} of ${printCount(tracesTotal)} traces${cut}: the slowest, failed ones and others by chance`
}

function Found({ answer }: { answer: ServiceProblemsAnswer }) {
  const { problems, problemsTotal } = answer
  const go = useGo()
  const [all, setAll] = useState(false)
  const shown = all ? problems : problems.slice(0, shownAtFirst)
  const columns = useMemo(() => problemColumns(answer.tracesLookedAt), [answer.tracesLookedAt])
  if (problems.length === 0)
    return (
      <div className={`${styles.callsNote} quiet`}>No repeated calls, retries, slow queries or needless waits.</div>
    )
  return (
    <DataTable
      name="Problems in traces"
      rows={shown}
      columns={columns}
      rowKey={({ kind, service, operation, subject }) => JSON.stringify([kind, service, operation, subject])}
      onOpen={({ examples }) => examples[0] && go(toTrace(examples[0].traceId, examples[0].spanId))}
      height="content"
      rowHeightPx={62}
      measured
      footer={
        problemsTotal > shown.length ? (
          <TextButton onClick={() => setAll(true)} disabled={all}>
            {printCount(problemsTotal - shown.length)} more {all ? 'cost less' : 'problems'}
          </TextButton>
        ) : undefined
      }
    />
  )
}

const shownAtFirst = 8

function problemColumns(tracesLookedAt: number): Column<ServiceProblem>[] {
  return [
    {
      id: 'problem',
      title: 'Problem',
      hint: 'As the trace in the middle of those that have it shows it',
      width: 'minmax(120px, 5fr)',
      choice: 'always',
      render: (problem) => <Said problem={problem} />,
    },
    {
      id: 'traces',
      title: 'Traces',
      hint: `Of the ${printCount(tracesLookedAt)} traces looked at, those that have it`,
      width: 'minmax(60px, 84px)',
      align: 'right',
      render: ({ traces }) => <span className="data">{printCount(traces)}</span>,
    },
    {
      id: 'saving',
      title: 'Could save',
      hint: 'How much sooner such a trace would end without it, roughly',
      width: 'minmax(70px, 96px)',
      align: 'right',
      render: ({ savingNano }) =>
        savingNano === undefined ? <span className="quiet">–</span> : <Duration nano={savingNano} />,
    },
    {
      id: 'examples',
      title: 'Examples',
      width: 'minmax(110px, 150px)',
      fromWidth: 700,
      render: ({ examples }) => <Examples examples={examples} />,
    },
  ]
}

function Said({ problem }: { problem: ServiceProblem }) {
  const { name, sentence, advice } = problem
  return (
    <span className={styles.said} title={`${sentence}\n\n${advice}`}>
      <strong className="cut">{name}</strong>
      <span className="cut">{sentence}</span>
      <span className="quiet cut">{advice}</span>
    </span>
  )
}

function Examples({ examples }: { examples: ServiceProblem['examples'] }) {
  return (
    <span className={styles.examples}>
      {examples.map(({ traceId, spanId }) => (
        <Link key={traceId} href={toTrace(traceId, spanId)} className="data" title={`To trace ${traceId}`}>
          {traceId.slice(0, 8)}
        </Link>
      ))}
    </span>
  )
}
