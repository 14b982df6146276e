import { ActionIcon, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type Choices, type DashboardPanel, type DashboardQuestion, fillPromql } from '@wakeline/protocol'
import { useEffect, useMemo, useRef } from 'react'
import { useDoor } from '../../api/ask-context.tsx'
import { useCompletion } from '../../api/use-completion.ts'
import { Choice } from '../../parts/choice.tsx'
import { Editor } from '../../parts/editor/editor.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { promqlLanguage } from '../../shell/promql-language.ts'
import styles from './dashboard-page.module.css'

const sources = [
  { value: 'metrics', title: 'Metrics' },
  { value: 'logs', title: 'Logs' },
  { value: 'spans', title: 'Spans' },
] as const

type Props = {
  question: DashboardQuestion
  kind: DashboardPanel['kind']
  choices: Choices
  onChange: (question: DashboardQuestion) => void
  onLeaveOut: (() => void) | undefined
}

export function QuestionInput({ question, kind, choices, onChange, onLeaveOut }: Props) {
  const { of, ask } = question
  const set = (patch: Partial<DashboardQuestion>) => onChange({ ...question, ...patch })
  return (
    <div className={styles.question}>
      <div className={styles.inputs}>
        <Choice label="Asked of" value={of} options={sources} onChange={(next) => set({ of: next, ask: '' })} />
        <span className={`quiet ${styles.long}`}>{hintOf(of, kind)}</span>
        {onLeaveOut !== undefined && (
          <ActionIcon aria-label="Leave this question out" onClick={onLeaveOut}>
            <IconX size={14} aria-hidden />
          </ActionIcon>
        )}
      </div>
      {of === 'metrics' ? (
        <Promql ask={ask} choices={choices} onChange={(next) => set({ ask: next })} />
      ) : (
        <Search key={of} of={of} ask={ask} kind={kind} onChange={(next) => set({ ask: next })} />
      )}
      <TextInput
        aria-label="Legend"
        placeholder="Names of its series, as {{job}} {{http_route}}"
        value={question.legend ?? ''}
        onChange={({ target }) => set({ legend: target.value })}
      />
    </div>
  )
}

function hintOf(of: DashboardQuestion['of'], kind: DashboardPanel['kind']): string {
  if (of === 'metrics') return 'PromQL, with $variables and [$__rate_interval].'
  return kind === 'timeseries'
    ? 'A search whose pipes make figures over time, as level:error | count by (service) | timeseries.'
    : 'A search whose pipes make figures, as level:error | count by (service).'
}

function Promql(props: { ask: string; choices: Choices; onChange: (ask: string) => void }) {
  const { ask: door } = useDoor()
  const latest = useRef(props.choices)
  latest.current = props.choices
  const language = useMemo(
    () =>
      promqlLanguage(door, (text) => {
        const filled = fillPromql(text, latest.current)
        return 'text' in filled ? filled.text : undefined
      }),
    [door],
  )
  useEffect(() => () => language.close(), [language])
  return (
    <Editor
      label="PromQL"
      placeholder={'sum by (job) (rate(http_requests_total{job=~"$service"}[$__rate_interval]))'}
      value={props.ask}
      language={language.extension}
      enterRuns={false}
      onRun={props.onChange}
      onChange={props.onChange}
    />
  )
}

function Search(props: {
  of: 'logs' | 'spans'
  ask: string
  kind: DashboardPanel['kind']
  onChange: (ask: string) => void
}) {
  const complete = useCompletion(props.of)
  return (
    <div className={styles.search}>
      <SearchBox
        value={props.ask}
        onRun={props.onChange}
        placeholder={props.of === 'logs' ? 'Search log records' : 'Search spans'}
        complete={complete}
        live
      />
    </div>
  )
}
