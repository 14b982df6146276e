import { Textarea, TextInput } from '@mantine/core'
import { annotationNames, problemAt } from './draft.ts'
import type { Inputs } from './rule-editor.tsx'
import styles from './rule-page.module.css'

const titles: Readonly<Record<(typeof annotationNames)[number], { label: string; placeholder: string }>> = {
  summary: { label: 'Summary', placeholder: '{{ $labels.service }}: {{ $value }}, more than {{ $threshold }}' },
  description: { label: 'Description', placeholder: 'What it means, and what to look at first' },
  runbook_url: { label: 'Runbook', placeholder: 'https://' },
}

/** What is told, and the labels by which it is known who is to be told. */
export function TextInputs({ form, set, problems }: Inputs) {
  return (
    <section className={styles.section} aria-label="Texts">
      <h2>What is told</h2>
      {annotationNames.map((name) => (
        <TextInput
          key={name}
          label={titles[name].label}
          placeholder={titles[name].placeholder}
          value={form.annotations[name] ?? ''}
          error={problemAt(problems, `annotations.${name}`)?.message}
          onChange={({ target }) => set({ annotations: { ...form.annotations, [name]: target.value } })}
        />
      ))}
      <Textarea
        size="xs"
        label="Labels, one a line"
        placeholder="team=shop"
        autosize
        minRows={2}
        value={form.labels}
        error={problemAt(problems, 'labels')?.message}
        onChange={({ target }) => set({ labels: target.value })}
      />
    </section>
  )
}
