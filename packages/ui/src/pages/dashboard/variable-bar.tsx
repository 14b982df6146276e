import { MultiSelect, Select } from '@mantine/core'
import type {
  Choices,
  CompletionAnswer,
  Dashboard,
  DashboardVariable,
  PrometheusAnswer,
  Question,
} from '@wakeline/protocol'
import { useEffect } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { useTime } from '../../time/time-context.tsx'
import { valuesAsked } from './choices.ts'
import styles from './dashboard-page.module.css'
import { allValues, type DashboardSearch } from './url.ts'

type BarProps = {
  dashboard: Dashboard
  choices: Choices
  chosen: DashboardSearch['chosen']
  onChoose: (name: string, values: string[]) => void
  /** Told of the first value that is offered, which is chosen where nothing else is. */
  onFirst: (name: string, first: string) => void
}

/** What the dashboard is about: a choice for each of its variables. */
export function VariableBar({ dashboard, choices, chosen, onChoose, onFirst }: BarProps) {
  const { variables = [] } = dashboard
  if (variables.length === 0) return null
  return (
    <section className={styles.variables} aria-label="Variables">
      {variables.map((variable) => (
        <VariableChoice
          key={variable.name}
          variable={variable}
          choices={choices}
          taken={chosen[variable.name] ?? []}
          onChoose={(values) => onChoose(variable.name, values)}
          onFirst={onFirst}
        />
      ))}
    </section>
  )
}

type ChoiceProps = {
  variable: DashboardVariable
  choices: Choices
  taken: readonly string[]
  onChoose: (values: string[]) => void
  onFirst: BarProps['onFirst']
}

function VariableChoice({ variable, choices, taken, onChoose, onFirst }: ChoiceProps) {
  const { name, several = false } = variable
  const label = variable.label ?? name
  const { offered, error, waiting } = useOffered(variable, choices)
  const present = choices.get(name)
  const values = present?.values ?? []
  const first = offered?.[0]
  useEffect(() => {
    if (first !== undefined) onFirst(name, first)
    // Without a value there is nothing to wait for: panels then say that they found nothing.
    else if (offered !== undefined) onFirst(name, '')
  }, [first, offered, name, onFirst])
  const data = [...new Set([...(offered ?? []), ...values])].filter((value) => value !== '')
  const shared = {
    'aria-label': label,
    data,
    size: 'xs',
    searchable: true,
    disabled: error !== undefined,
    title: error ?? (waiting ? 'Asking for its values' : `$${name}`),
    nothingFoundMessage: 'No such value in this time',
    comboboxProps: { transitionProps: { duration: 0 } },
  }
  return (
    <div className={styles.variable}>
      <span className={styles.variableName}>{label}</span>
      {several ? (
        <MultiSelect
          {...shared}
          className={styles.severalValues ?? ''}
          placeholder={present?.isAll === true ? 'All' : ''}
          value={[...values]}
          onChange={(next) => onChoose(next.length === 0 ? [allValues] : next)}
          clearable
        />
      ) : (
        <Select
          {...shared}
          className={styles.oneValue ?? ''}
          value={values[0] ?? null}
          allowDeselect={taken.length > 0}
          onChange={(next) => onChoose(next === null ? [] : [next])}
        />
      )}
      {error !== undefined && <span className={styles.wrong}>{error}</span>}
    </div>
  )
}

/** Never asked. */
const noLabels: Question<PrometheusAnswer<string[]>> = { path: '', search: '' }
const noKeys: Question<CompletionAnswer> = { path: '', search: '' }

type Offered = { offered: readonly string[] | undefined; error: string | undefined; waiting: boolean }

function useOffered(variable: DashboardVariable, choices: Choices): Offered {
  const { fromMs, toMs } = useTime()
  const asked = valuesAsked(variable, choices, { fromMs, toMs })
  const labels = useAnswer(asked.is === 'label' ? asked.question : noLabels, { enabled: asked.is === 'label' })
  const keys = useAnswer(asked.is === 'key' ? asked.question : noKeys, { enabled: asked.is === 'key' })
  switch (asked.is) {
    case 'list':
      return { offered: asked.list, error: undefined, waiting: false }
    case 'wrong':
      return { offered: [], error: `Cannot ask for values: ${asked.message}.`, waiting: false }
    case 'label':
      return { offered: labels.data?.data, error: labels.error?.message, waiting: labels.waiting }
    case 'key':
      return { offered: keys.data?.items.map(({ text }) => text), error: keys.error?.message, waiting: keys.waiting }
  }
}
