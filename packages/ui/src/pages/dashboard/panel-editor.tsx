import { ActionIcon, Button, Modal, NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { DashboardPanel, DashboardQuestion, DashboardThreshold } from '@wakeline/protocol'
import { useState } from 'react'
import { Choice } from '../../parts/choice.tsx'
import styles from './dashboard-page.module.css'
import { sizeOf } from './edit.ts'
import { PanelView, type PanelWorld } from './panel-view.tsx'
import { QuestionInput } from './question-input.tsx'

const kinds = [
  { value: 'timeseries', title: 'Over time' },
  { value: 'value', title: 'Value' },
  { value: 'bars', title: 'Bars' },
  { value: 'table', title: 'Table' },
  { value: 'text', title: 'Text' },
  { value: 'heading', title: 'Heading' },
] as const

const typingMs = 500

/** One panel: what it shows as it is written, and everything that can be said of it below. */
export function PanelEditor(props: {
  panel: DashboardPanel
  world: PanelWorld
  onDone: (panel: DashboardPanel) => void
  onCancel: () => void
}) {
  const { world } = props
  const [panel, setPanel] = useState(props.panel)
  const [tried] = useDebouncedValue(panel, typingMs)
  const set = (patch: Partial<DashboardPanel>) => setPanel((before) => ({ ...before, ...patch }))
  const isAsking = panel.kind !== 'text' && panel.kind !== 'heading'
  return (
    <Modal opened onClose={props.onCancel} title="Panel" size="min(1040px, 96vw)" transitionProps={{ duration: 0 }}>
      <form
        className={styles.editor}
        onSubmit={(event) => {
          event.preventDefault()
          props.onDone(panel)
        }}
      >
        <div className={styles.preview} data-kind={panel.kind}>
          <PanelView key={tried.kind} panel={tried} world={world} />
        </div>
        <div>
          <Choice label="Kind" value={panel.kind} options={kinds} onChange={(kind) => set({ kind })} />
        </div>
        <TextInput
          label="Title"
          data-autofocus
          placeholder="Requests by service"
          value={panel.title}
          onChange={({ target }) => set({ title: target.value })}
        />
        {panel.kind === 'text' && (
          <Textarea
            label="Text"
            autosize
            minRows={4}
            value={panel.text ?? ''}
            onChange={({ target }) => set({ text: target.value })}
          />
        )}
        {isAsking && <Questions panel={panel} world={world} set={set} />}
        {isAsking && <Looks panel={panel} set={set} replace={setPanel} />}
        <Sizes panel={panel} set={set} />
        <div className={styles.acts}>
          <Button type="submit" variant="filled">
            Apply
          </Button>
          <Button onClick={props.onCancel}>Cancel</Button>
          <span className="quiet">It is kept when the dashboard is saved.</span>
        </div>
      </form>
    </Modal>
  )
}

type Inputs = { panel: DashboardPanel; set: (patch: Partial<DashboardPanel>) => void }

function Questions({ panel, world, set }: Inputs & { world: PanelWorld }) {
  const questions = panel.questions ?? []
  const change = (at: number, question: DashboardQuestion) =>
    set({ questions: questions.map((each, i) => (i === at ? question : each)) })
  return (
    <>
      {[...questions.entries()].map(([at, question]) => (
        <QuestionInput
          key={at}
          question={question}
          kind={panel.kind}
          choices={world.choices}
          onChange={(next) => change(at, next)}
          onLeaveOut={questions.length > 1 ? () => set({ questions: questions.toSpliced(at, 1) }) : undefined}
        />
      ))}
      <div>
        <Button
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => set({ questions: [...questions, { ask: '', of: questions.at(-1)?.of ?? 'metrics' }] })}
        >
          Another question
        </Button>
      </div>
    </>
  )
}

/** UCUM, and as people name them. */
const units = [
  { value: '', label: 'a number' },
  { value: 's', label: 'seconds' },
  { value: 'ms', label: 'milliseconds' },
  { value: 'ns', label: 'nanoseconds' },
  { value: 'By', label: 'bytes' },
  { value: 'By/s', label: 'bytes a second' },
  { value: '/s', label: 'a second' },
  { value: 'ratio', label: 'a share of one, as %' },
  { value: '%', label: 'per cent' },
]
const asAnswered = 'as the answer says'

function Looks({ panel, set, replace }: Inputs & { replace: (panel: DashboardPanel) => void }) {
  const { unit, thresholds = [] } = panel
  const known = units.some(({ value }) => value === unit) || unit === undefined
  const data = [{ value: asAnswered, label: asAnswered }, ...units, ...(known ? [] : [{ value: unit, label: unit }])]
  const setUnit = (next: string | null) => {
    const { unit: _, ...rest } = panel
    replace(next === null || next === asAnswered ? rest : { ...rest, unit: next })
  }
  const change = (at: number, threshold: DashboardThreshold) =>
    set({ thresholds: thresholds.map((each, i) => (i === at ? threshold : each)) })
  return (
    <div className={styles.inputs}>
      <Select
        label="Unit"
        data={data}
        value={unit ?? asAnswered}
        allowDeselect={false}
        onChange={setUnit}
        comboboxProps={{ transitionProps: { duration: 0 } }}
      />
      {panel.kind === 'timeseries' && (
        <Switch
          label="Stacked"
          className={styles.switch ?? ''}
          checked={panel.stacked === true}
          onChange={({ currentTarget }) => set({ stacked: currentTarget.checked })}
        />
      )}
      <fieldset className={styles.thresholds}>
        <legend>Thresholds</legend>
        {[...thresholds.entries()].map(([at, threshold]) => (
          <Threshold
            key={at}
            threshold={threshold}
            onChange={(next) => change(at, next)}
            onLeaveOut={() => set({ thresholds: thresholds.toSpliced(at, 1) })}
          />
        ))}
        <Button
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => set({ thresholds: [...thresholds, { from: 1, is: 'warn' }] })}
        >
          A threshold
        </Button>
      </fieldset>
    </div>
  )
}

const severities = [
  { value: 'ok', label: 'well' },
  { value: 'warn', label: 'a warning' },
  { value: 'error', label: 'an error' },
]

function Threshold(props: {
  threshold: DashboardThreshold
  onChange: (threshold: DashboardThreshold) => void
  onLeaveOut: () => void
}) {
  const { threshold } = props
  return (
    <div className={styles.threshold}>
      <span>from</span>
      <NumberInput
        aria-label="From"
        size="xs"
        placeholder="the lowest"
        hideControls
        value={threshold.from ?? ''}
        onChange={(next) => props.onChange({ is: threshold.is, ...(typeof next === 'number' && { from: next }) })}
      />
      <span>on it is</span>
      <Select
        aria-label="It is"
        data={severities}
        value={threshold.is}
        allowDeselect={false}
        onChange={(next) =>
          props.onChange({ ...threshold, is: next === 'error' ? 'error' : next === 'warn' ? 'warn' : 'ok' })
        }
        comboboxProps={{ transitionProps: { duration: 0 } }}
      />
      <ActionIcon aria-label="Leave it out" onClick={props.onLeaveOut}>
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </div>
  )
}

function Sizes({ panel, set }: Inputs) {
  const { width, height } = sizeOf(panel)
  return (
    <div className={styles.inputs}>
      <NumberInput
        label="Columns, of 24"
        size="xs"
        className={styles.short ?? ''}
        min={1}
        max={24}
        clampBehavior="strict"
        value={width}
        onChange={(next) => typeof next === 'number' && set({ width: next })}
      />
      <NumberInput
        label="Rows"
        size="xs"
        className={styles.short ?? ''}
        min={1}
        max={40}
        clampBehavior="strict"
        value={height}
        onChange={(next) => typeof next === 'number' && set({ height: next })}
      />
      <TextInput
        label="What it means, on hover"
        className={styles.long ?? ''}
        value={panel.description ?? ''}
        onChange={({ target }) => set({ description: target.value })}
      />
    </div>
  )
}
