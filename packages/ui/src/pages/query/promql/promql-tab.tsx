import { Button, Menu } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { askPromql, askPromqlRange } from '@wakeline/protocol'
import { useEffect, useMemo, useState } from 'react'
import { useDoor } from '../../../api/ask-context.tsx'
import { useAnswer } from '../../../api/use-answer.ts'
import { Answer, SkeletonRows } from '../../../parts/answer.tsx'
import { Choice } from '../../../parts/choice.tsx'
import { usePageSearch } from '../../../parts/use-page-search.ts'
import { isStrings, useStored } from '../../../parts/use-stored.ts'
import { promqlLanguage, promqlWrong } from '../../../shell/promql-language.ts'
import { stepFor } from '../../../time/step.ts'
import { useTime } from '../../../time/time-context.tsx'
import { AskBox } from '../ask-box.tsx'
import styles from '../query-page.module.css'
import { queryUrl } from '../url.ts'
import { GraphAnswer } from './graph-answer.tsx'
import { InstantAnswer } from './instant-answer.tsx'
import { PromqlExamples } from './promql-examples.tsx'

/** Of more series than that, the first come, and a warning says so. */
const asking = { limit: 1000, stats: 'all' } as const
const recentMax = 20
/** A query that is run this long after the page was looked at is asked of the time until now. */
const nowKeptMs = 5000

/** Metrics in PromQL: as a graph over the time range, or as a table of the values at its end. */
export function PromqlTab() {
  const { ask } = useDoor()
  const { fromMs, toMs, nowMs, refresh } = useTime()
  const [{ promql, as }, setSearch] = usePageSearch(queryUrl)
  const [text, setText] = useState(promql)
  const [recent, setRecent] = useStored('promql.recent', none, isStrings)
  const language = useMemo(() => promqlLanguage(ask), [ask])
  useEffect(() => () => language.close(), [language])
  const at = useMemo(() => stepsOf(fromMs, toMs), [fromMs, toMs])
  const enabled = promql !== ''
  const graph = useAnswer(askPromqlRange(promql, at, at.stepMs, asking), { enabled: enabled && as === 'graph' })
  const table = useAnswer(askPromql(promql, toMs, asking), { enabled: enabled && as === 'table' })
  const answer = as === 'graph' ? graph : table
  const wrong = useMemo(() => promqlWrong(answer.error, promql), [answer.error, promql])
  const run = (query: string) => {
    if (query !== promql) setSearch({ promql: query })
    if (query === promql || Date.now() - nowMs > nowKeptMs) refresh()
    if (query !== '') setRecent([query, ...recent.filter((other) => other !== query)].slice(0, recentMax))
  }
  return (
    <div className={styles.tab}>
      <AskBox
        text={text}
        label="PromQL"
        placeholder="A PromQL expression. Enter runs it, Shift+Enter breaks the line."
        value={promql}
        language={language.extension}
        enterRuns
        wrong={wrong}
        onRun={run}
        onChange={setText}
      >
        <Choice label="Show as" value={as} options={shapes} onChange={(next) => setSearch({ as: next })} />
        <Recent queries={recent} onChoose={run} />
      </AskBox>
      {promql === '' ? (
        <PromqlExamples onChoose={run} />
      ) : as === 'graph' ? (
        <Answer of={graph} skeleton={<SkeletonRows rows={1} height={260} />} fill>
          {(data) => <GraphAnswer answer={data} at={at} />}
        </Answer>
      ) : (
        <Answer of={table} fill>
          {(data) => <InstantAnswer answer={data} atMs={toMs} />}
        </Answer>
      )}
    </div>
  )
}

const none: string[] = []
const shapes = [
  { value: 'graph', title: 'Graph' },
  { value: 'table', title: 'Table' },
] as const

/** The last step stands on the end of the range: what is newest is seen. */
function stepsOf(fromMs: number, toMs: number) {
  const stepMs = stepFor(fromMs, toMs)
  return { fromMs: toMs - Math.floor((toMs - fromMs) / stepMs) * stepMs, toMs, stepMs }
}

function Recent({ queries, onChoose }: { queries: readonly string[]; onChoose: (query: string) => void }) {
  if (queries.length === 0) return null
  return (
    <Menu position="bottom-start" width="min(720px, 92vw)">
      <Menu.Target>
        <Button variant="subtle" leftSection={<IconHistory size={14} aria-hidden />}>
          Recent
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={styles.recent ?? ''}>
        {queries.map((query) => (
          <Menu.Item key={query} onClick={() => onChoose(query)}>
            <span className={`data ${styles.recentText}`}>{query}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
