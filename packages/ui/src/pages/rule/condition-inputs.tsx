import { Select, TextInput } from '@mantine/core'
import { matches, problemAt } from './draft.ts'
import type { Inputs } from './rule-editor.tsx'
import styles from './rule-page.module.css'
import { ThresholdInputs } from './threshold-inputs.tsx'

/** When what is found is an alert. */
export function ConditionInputs(inputs: Inputs) {
  return (
    <section className={styles.section} aria-label="Condition">
      <h2>It is an alert</h2>
      <ThresholdInputs {...inputs} />
      <WindowInputs {...inputs} />
      <TimeInputs {...inputs} />
    </section>
  )
}

function WindowInputs({ form, set, problems }: Inputs) {
  const { match, signal } = form
  return (
    <div className={styles.row}>
      <Select
        label="Holds"
        className={styles.middle}
        data={matches}
        allowDeselect={false}
        value={match}
        error={problemAt(problems, 'match')?.message}
        onChange={(next) => set({ match: next ?? '' })}
      />
      {(signal !== 'metrics' || match !== '') && (
        <TextInput
          label="in a window of"
          className={styles.short}
          value={form.window}
          error={problemAt(problems, 'window')?.message}
          onChange={({ target }) => set({ window: target.value })}
        />
      )}
      {match !== '' && (
        <TextInput
          label="in steps of"
          className={styles.short}
          placeholder="1m"
          value={form.step}
          error={problemAt(problems, 'step')?.message}
          onChange={({ target }) => set({ step: target.value })}
        />
      )}
    </div>
  )
}

const times = [
  { of: 'hold', at: 'for', label: 'for', placeholder: 'at once' },
  { of: 'keepFiring', at: 'keep_firing_for', label: 'Fires on for', placeholder: '0s' },
  { of: 'interval', at: 'interval', label: 'Looked at every', placeholder: '1m' },
  { of: 'noData', at: 'no_data', label: 'Without data', placeholder: 'ok, keep, or alert after 10m' },
] as const

function TimeInputs({ form, set, problems }: Inputs) {
  return (
    <div className={styles.row}>
      {times.map(({ of, at, label, placeholder }) => (
        <TextInput
          key={of}
          label={label}
          placeholder={placeholder}
          className={of === 'noData' ? styles.middle : styles.short}
          value={form[of]}
          error={problemAt(problems, at)?.message}
          onChange={({ target }) => set({ [of]: target.value })}
        />
      ))}
    </div>
  )
}
