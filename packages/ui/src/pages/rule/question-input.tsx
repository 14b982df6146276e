import { TextInput } from '@mantine/core'
import { useEffect, useMemo } from 'react'
import { useDoor } from '../../api/ask-context.tsx'
import { useCompletion } from '../../api/use-completion.ts'
import { Choice } from '../../parts/choice.tsx'
import { Editor } from '../../parts/editor/editor.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { promqlLanguage } from '../../shell/promql-language.ts'
import { problemAt, type RuleForm } from './draft.ts'
import type { Inputs } from './rule-editor.tsx'
import styles from './rule-page.module.css'

const signals = [
  { value: 'metrics', title: 'Metrics' },
  { value: 'logs', title: 'Logs' },
  { value: 'traces', title: 'Traces' },
] as const

/** The name, and what is asked. */
export function QuestionInput({ form, set, problems }: Inputs) {
  const { signal } = form
  return (
    <section className={styles.section} aria-label="Question">
      <TextInput
        label="Name"
        placeholder="CheckoutErrors"
        value={form.name}
        error={problemAt(problems, 'alert')?.message}
        onChange={({ target }) => set({ name: target.value })}
      />
      <div className={styles.row}>
        <Choice label="Asked of" value={signal} options={signals} onChange={(next) => set({ signal: next })} />
        <span className="quiet">
          {signal === 'metrics'
            ? 'An expression in PromQL. With a comparison in it, as up == 0, it needs no threshold.'
            : 'A search whose pipes make a figure, as level:error | count by (service).'}
        </span>
      </div>
      {signal === 'metrics' ? (
        <Expression form={form} set={set} problems={problems} />
      ) : (
        <Search key={signal} signal={signal} form={form} set={set} problems={problems} />
      )}
    </section>
  )
}

function Expression({ form, set, problems }: Inputs) {
  const { ask } = useDoor()
  const language = useMemo(() => promqlLanguage(ask), [ask])
  useEffect(() => () => language.close(), [language])
  const wrong = problemAt(problems, 'expr')
  return (
    <div>
      <Editor
        label="PromQL"
        placeholder="sum by (job) (rate(http_requests_total[5m]))"
        value={form.expr}
        language={language.extension}
        enterRuns={false}
        wrong={wrong}
        onRun={(expr) => set({ expr })}
        onChange={(expr) => set({ expr })}
      />
      {wrong !== undefined && <div className={styles.wrong}>{wrong.message}</div>}
    </div>
  )
}

function Search({ signal, form, set, problems }: Inputs & { signal: Exclude<RuleForm['signal'], 'metrics'> }) {
  const complete = useCompletion(signal === 'logs' ? 'logs' : 'spans')
  const wrong = problemAt(problems, 'search')
  return (
    <div>
      <div className={styles.search}>
        <SearchBox
          value={form.search}
          onRun={(search) => set({ search })}
          placeholder={signal === 'logs' ? 'Search log records' : 'Search spans'}
          complete={complete}
          error={wrong}
          live
        />
      </div>
      {wrong !== undefined && <div className={styles.wrong}>{wrong.message}</div>}
    </div>
  )
}
