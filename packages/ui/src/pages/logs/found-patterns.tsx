import { ActionIcon, Badge } from '@mantine/core'
import { IconMinus } from '@tabler/icons-react'
import { askLogPatterns, type LogPatternSummary, type LogPatternsAnswer } from '@wakeline/protocol'
import { type ReactNode, useMemo } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { Sparkline } from '../../chart/sparkline.tsx'
import { Answer } from '../../parts/answer.tsx'
import { CostLine } from '../../parts/cost-line.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ServiceLabels, SeverityLabel } from '../../parts/labels.tsx'
import { ListBar } from '../../parts/list-bar.tsx'
import { printCount, printRatio } from '../../parts/units.ts'
import { severityColours } from '../../theme/colours.ts'
import { useTime } from '../../time/time-context.tsx'
import { TimeLabel, useClockWidth } from '../../time/time-label.tsx'
import styles from './logs-page.module.css'

/** What the lines of a search say, those alike together: a click looks at the lines of one, another leaves them out. */
export function FoundPatterns(props: { q: string; controls: ReactNode; onTerm: (term: string) => void }) {
  const { q, controls, onTerm } = props
  const { fromMs, toMs } = useTime()
  const answer = useAnswer(askLogPatterns(q, { fromMs, toMs }))
  return (
    <>
      <ListBar controls={controls}>
        {answer.data && <Looked answer={answer.data} />}
        {answer.data && <CostLine costs={[answer.data.cost]} />}
      </ListBar>
      <Answer of={answer} fill>
        {(data) =>
          data.patterns.length === 0 ? (
            <Empty title="No log record like this in this time">
              <div>Try a longer time range, or a search that finds more.</div>
            </Empty>
          ) : (
            <Patterns answer={data} onTerm={onTerm} />
          )
        }
      </Answer>
    </>
  )
}

function Looked({ answer }: { answer: LogPatternsAnswer }) {
  const { records, recordsLookedAt, before, patterns, patternsTotal } = answer
  const all = recordsLookedAt >= records
  const shown = patternsTotal > patterns.length ? `${printCount(patterns.length)} of ` : ''
  return (
    <>
      <span>
        {shown}
        {printCount(patternsTotal)} {patternsTotal === 1 ? 'pattern' : 'patterns'}
      </span>
      <span title={all ? undefined : 'A fair sample; counts with ~ are estimates'}>
        of {all ? '' : `${printCount(recordsLookedAt)} of `}
        {printCount(records)} lines
      </span>
      {before.records > 0 && (
        <span
          title={`Looked at before the range: ${printCount(before.recordsLookedAt)} of ${printCount(before.records)} lines`}
        >
          new since <TimeLabel at={before.fromMs} />
        </span>
      )}
    </>
  )
}

function Patterns({ answer, onTerm }: { answer: LogPatternsAnswer; onTerm: (term: string) => void }) {
  const clockWidth = useClockWidth()
  const columns = useMemo(() => patternColumns(clockWidth, onTerm), [clockWidth, onTerm])
  return (
    <DataTable
      name="Log patterns"
      rows={answer.patterns}
      columns={columns}
      rowKey={({ search }) => search}
      onOpen={({ search }) => onTerm(search)}
      rowHeightPx={30}
      measured
      pageKeys
    />
  )
}

const patternFacts: Column<LogPatternSummary>[] = [
  {
    id: 'records',
    title: 'Lines',
    hint: 'With ~ an estimate from the lines that were looked at',
    width: '84px',
    align: 'right',
    choice: 'always',
    render: ({ records, isEstimate, share }) => (
      <span className="data" title={printRatio(share)}>
        {isEstimate && '~'}
        {printCount(records)}
      </span>
    ),
  },
  {
    id: 'share',
    title: 'Share',
    width: '66px',
    align: 'right',
    fromWidth: 760,
    render: ({ share }) => <span className="data">{printRatio(share)}</span>,
  },
  {
    id: 'time',
    title: 'Over time',
    width: '120px',
    fromWidth: 620,
    render: ({ counts, levels }) => (
      <Sparkline
        values={counts}
        colour={severityColours[levels[0]?.level ?? 'unset']}
        shape="bar"
        label="Lines over time"
      />
    ),
  },
  {
    id: 'level',
    title: 'Severity',
    hint: 'The worst among its lines',
    width: '72px',
    fromWidth: 480,
    render: ({ levels }) => <SeverityLabel severity={levels[0]?.level ?? 'unset'} />,
  },
  {
    id: 'services',
    title: 'Services',
    width: 'minmax(90px, 150px)',
    fromWidth: 860,
    render: ({ services }) => <ServiceLabels services={services} />,
  },
  {
    id: 'pattern',
    title: 'Pattern',
    width: 'minmax(0, 1fr)',
    choice: 'always',
    render: (row) => <PatternText row={row} />,
  },
]

function patternColumns(clockWidth: string, onTerm: (term: string) => void): Column<LogPatternSummary>[] {
  return [
    ...patternFacts,
    {
      id: 'last',
      title: 'Last seen',
      hint: 'Of the lines that were looked at',
      width: clockWidth,
      align: 'right',
      fromWidth: 980,
      render: ({ lastSeenMs }) => <TimeLabel at={lastSeenMs} />,
    },
    {
      id: 'without',
      title: '',
      hint: 'Leave its lines out of the search',
      width: '40px',
      choice: 'always',
      render: ({ search }) => (
        <ActionIcon
          size={20}
          aria-label="Leave its lines out of the search"
          title="Leave its lines out of the search"
          onClick={(event) => {
            event.stopPropagation()
            onTerm(`-${search}`)
          }}
        >
          <IconMinus size={13} />
        </ActionIcon>
      ),
    },
  ]
}

/** What differs stands back; what is the same is what one reads. */
function PatternText({ row: { pattern, isNew, example } }: { row: LogPatternSummary }) {
  return (
    <span className={`data ${styles.pattern}`} title={`For example:\n${example}`}>
      {isNew && (
        <Badge size="xs" className={styles.new ?? ''} title="No such line in as long a time before">
          new
        </Badge>
      )}
      {pieces(pattern).map(({ key, text, differs }) => (
        <span key={key} className={differs ? styles.differs : undefined}>
          {text}
        </span>
      ))}
    </span>
  )
}

const pieces = (pattern: string): { key: number; text: string; differs: boolean }[] =>
  pattern
    .split(/(<\*>)/)
    .map((text, key) => ({ key, text: text === '<*>' ? '∗' : text, differs: text === '<*>' }))
    .filter(({ text }) => text !== '')
