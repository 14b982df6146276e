import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Failure, type RuleProblem, type RuleSaved } from '@wakeline/protocol'
import { useState } from 'react'
import { useDoor } from '../../api/ask-context.tsx'
import { toAlerts } from '../../links.ts'
import { Link, useGo } from '../../parts/link.tsx'
import { ConditionInputs } from './condition-inputs.tsx'
import { draftOf, type RuleForm } from './draft.ts'
import { Preview } from './preview.tsx'
import { QuestionInput } from './question-input.tsx'
import styles from './rule-page.module.css'
import { TextInputs } from './text-inputs.tsx'
import { usePreview } from './use-preview.ts'

/** What every group of inputs is given. */
export type Inputs = {
  form: RuleForm
  set: (patch: Partial<RuleForm>) => void
  problems: readonly RuleProblem[]
}

/** Words of a rule that have an input, which tells what is wrong with them. */
const told =
  /^(alert|expr|search|window|step|match|thresholds\.\d|no_data|for|keep_firing_for|interval|labels|annotations\.(summary|description|runbook_url))/

export function RuleEditor({ initial, saved }: { initial: RuleForm; saved?: RuleSaved }) {
  const [form, setForm] = useState(initial)
  const [refused, setRefused] = useState<Failure>()
  const { save, saving } = useSaving(saved, setRefused)
  const preview = usePreview(form)
  // What a save was refused for holds until the next change; before that what the preview says as one types.
  const problems = refused?.problems ?? preview.problems
  const set = (patch: Partial<RuleForm>) => {
    setRefused(undefined)
    setForm((before) => ({ ...before, ...patch }))
  }
  const inputs: Inputs = { form, set, problems }
  const others = problems.filter(({ at }) => !told.test(at))
  return (
    <div className={styles.page}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          void save(form)
        }}
      >
        <QuestionInput {...inputs} />
        <ConditionInputs {...inputs} />
        <TextInputs {...inputs} />
        <div className={styles.end}>
          <Button type="submit" variant="filled" loading={saving}>
            {saved === undefined ? 'Make the rule' : 'Save'}
          </Button>
          <Link href={toAlerts()}>Cancel</Link>
          {others.map(({ at, message }) => (
            <span key={`${at} ${message}`} className={styles.wrong} role="alert">
              {message}
            </span>
          ))}
          {refused !== undefined && refused.problems === undefined && (
            <span className={styles.wrong} role="alert">
              {refused.message}
            </span>
          )}
        </div>
      </form>
      <Preview preview={preview} form={form} />
    </div>
  )
}

function useSaving(saved: RuleSaved | undefined, setRefused: (failure: Failure | undefined) => void) {
  const { ask } = useDoor()
  const client = useQueryClient()
  const go = useGo()
  const [saving, setSaving] = useState(false)
  const save = async (form: RuleForm) => {
    setSaving(true)
    const rule = draftOf(form)
    const [method, path] = saved === undefined ? (['POST', 'rules'] as const) : (['PUT', `rules/${saved.id}`] as const)
    try {
      await ask.change(method, path, saved === undefined ? { rule } : { rule, revision: saved.revision })
      await client.invalidateQueries()
      go(toAlerts())
    } catch (error) {
      setSaving(false)
      setRefused(error instanceof Failure ? error : new Failure('unknown', 0, String(error)))
    }
  }
  return { save, saving }
}
