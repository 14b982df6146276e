import { askSql } from '@wakeline/protocol'
import { useEffect, useMemo, useState } from 'react'
import { useDoor } from '../../../api/ask-context.tsx'
import { useAnswer } from '../../../api/use-answer.ts'
import { Answer } from '../../../parts/answer.tsx'
import { Empty } from '../../../parts/empty.tsx'
import { usePageSearch } from '../../../parts/use-page-search.ts'
import { AskBox } from '../ask-box.tsx'
import { Examples } from '../examples.tsx'
import styles from '../query-page.module.css'
import { queryUrl } from '../url.ts'
import { CostBefore } from './cost-before.tsx'
import { sqlLanguage } from './language.ts'
import { sqlWrong } from './rows.ts'
import { SqlRows } from './sql-rows.tsx'
import { sqlExamples, sqlTables } from './tables.ts'

/** One SELECT over the tables of telemetry, with its cost said before it is run. */
export function SqlTab() {
  const { ask } = useDoor()
  const [{ sql }, setSearch] = usePageSearch(queryUrl)
  const [text, setText] = useState(sql)
  const language = useMemo(() => sqlLanguage(ask), [ask])
  useEffect(() => () => language.close(), [language])
  const answer = useAnswer(askSql(sql), { enabled: sql !== '', keepOld: false })
  const wrong = useMemo(() => sqlWrong(answer.error), [answer.error])
  const run = (query: string) => {
    if (query === sql) answer.retry()
    else setSearch({ sql: query })
  }
  return (
    <div className={styles.tab}>
      <AskBox
        text={text}
        label="SQL"
        placeholder="SELECT … FROM spans, logs, samples, … Ctrl+Enter runs it."
        value={sql}
        language={language.extension}
        enterRuns={false}
        wrong={wrong}
        onRun={run}
        onChange={setText}
      >
        <CostBefore text={text} />
      </AskBox>
      {sql === '' ? (
        <NothingAsked onChoose={run} />
      ) : (
        <Answer of={answer} fill>
          {(data) => <SqlRows answer={data} />}
        </Answer>
      )}
    </div>
  )
}

function NothingAsked({ onChoose }: { onChoose: (query: string) => void }) {
  return (
    <div className={styles.start}>
      <Empty title="Ask everything in SQL">
        <div>
          One SELECT in ClickHouse's SQL, read-only, over the tables below. Say a time (ts &gt; now() - …): it is what
          makes a question cheap.
        </div>
        <Examples examples={sqlExamples} onChoose={onChoose} />
        <h3>Tables</h3>
        <dl className={styles.tables}>
          {sqlTables.map(({ name, says }) => [<dt key={name}>{name}</dt>, <dd key={`${name} says`}>{says}</dd>])}
        </dl>
      </Empty>
    </div>
  )
}
