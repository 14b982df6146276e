import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { operators, problemAt, type RuleForm, type ThresholdForm } from './draft.ts'
import type { Inputs } from './rule-editor.tsx'
import styles from './rule-page.module.css'

const nextThreshold: ThresholdForm = { severity: 'warning', operator: 'above', value: '', recovery: '' }

/** A line for each threshold, the worst on top. */
export function ThresholdInputs({ form, set, problems }: Inputs) {
  const { thresholds, signal } = form
  const change = (place: number, patch: Partial<ThresholdForm>) =>
    set({ thresholds: thresholds.map((each, i) => (i === place ? { ...each, ...patch } : each)) })
  const add = () =>
    set({ thresholds: [...thresholds, { ...nextThreshold, operator: thresholds.at(-1)?.operator ?? 'above' }] })
  const none = thresholds.length === 0 ? problemAt(problems, 'thresholds')?.message : undefined
  return (
    <>
      {[...thresholds.entries()].map(([place, threshold]) => (
        <Line
          key={place}
          threshold={threshold}
          signal={signal}
          error={problemAt(problems, `thresholds.${place}`)?.message}
          change={(patch) => change(place, patch)}
          leaveOut={() => set({ thresholds: thresholds.filter((_, i) => i !== place) })}
        />
      ))}
      <div className={styles.row}>
        <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
          A threshold
        </Button>
        {none !== undefined && <span className={styles.wrong}>{none}</span>}
      </div>
    </>
  )
}

type LineProps = {
  threshold: ThresholdForm
  signal: RuleForm['signal']
  error: string | undefined
  change: (patch: Partial<ThresholdForm>) => void
  leaveOut: () => void
}

function Line({ threshold, signal, error, change, leaveOut }: LineProps) {
  return (
    <div className={styles.row}>
      <TextInput
        label="Severity"
        className={styles.short}
        placeholder="critical"
        value={threshold.severity}
        onChange={({ target }) => change({ severity: target.value })}
      />
      <Select
        label="when it is"
        className={styles.short}
        data={operators}
        allowDeselect={false}
        value={threshold.operator}
        onChange={(operator) => change({ operator: operator ?? 'above' })}
      />
      <TextInput
        label="Threshold"
        className={styles.short}
        placeholder={signal === 'traces' ? '50 or 250ms' : '50'}
        value={threshold.value}
        error={error}
        onChange={({ target }) => change({ value: target.value })}
      />
      <TextInput
        label="Recovers at"
        className={styles.short}
        placeholder="the threshold"
        value={threshold.recovery}
        onChange={({ target }) => change({ recovery: target.value })}
      />
      <ActionIcon
        className={styles.leaveOut}
        aria-label={`Leave out the threshold ${threshold.severity}`}
        onClick={leaveOut}
      >
        <IconX size={14} />
      </ActionIcon>
    </div>
  )
}
