import { ActionIcon, Button, Modal, Select, Switch, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { DashboardValues, DashboardVariable } from '@wakeline/protocol'
import { useState } from 'react'
import styles from './dashboard-page.module.css'

const sources = [
  { value: 'label', label: 'a label of metrics' },
  { value: 'logs', label: 'a key of logs' },
  { value: 'spans', label: 'a key of spans' },
  { value: 'list', label: 'a list' },
]
const isName = /^[A-Za-z_]\w*$/

/** What questions can name as `$name`. */
export function VariablesEditor(props: {
  variables: readonly DashboardVariable[]
  onDone: (variables: DashboardVariable[]) => void
  onCancel: () => void
}) {
  const [variables, setVariables] = useState(props.variables)
  const names = variables.map(({ name }) => name)
  const isRight = names.every((name, i) => isName.test(name) && names.indexOf(name) === i)
  const change = (at: number, next: DashboardVariable) =>
    setVariables(variables.map((each, i) => (i === at ? next : each)))
  return (
    <Modal opened onClose={props.onCancel} title="Variables" size="min(860px, 96vw)" transitionProps={{ duration: 0 }}>
      <div className={styles.editor}>
        <div className="quiet">
          A question names one as <span className="data">$name</span>:{' '}
          <span className="data">{'{job=~"$service"}'}</span> in PromQL, <span className="data">service:$service</span>{' '}
          in a search. One may be of those above it.
        </div>
        {[...variables.entries()].map(([at, variable]) => (
          <VariableInput
            key={at}
            variable={variable}
            error={
              !isName.test(variable.name)
                ? 'Letters, digits and _'
                : names.indexOf(variable.name) === at
                  ? undefined
                  : 'There is one of this name'
            }
            onChange={(next) => change(at, next)}
            onLeaveOut={() => setVariables(variables.toSpliced(at, 1))}
          />
        ))}
        <div>
          <Button
            size="compact-sm"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() =>
              setVariables([
                ...variables,
                {
                  name: names.includes('service') ? '' : 'service',
                  values: { is: 'label', label: 'job' },
                  several: true,
                },
              ])
            }
          >
            A variable
          </Button>
        </div>
        <div className={styles.acts}>
          <Button variant="filled" disabled={!isRight} onClick={() => props.onDone([...variables])}>
            Apply
          </Button>
          <Button onClick={props.onCancel}>Cancel</Button>
        </div>
      </div>
    </Modal>
  )
}

type InputProps = {
  variable: DashboardVariable
  error: string | undefined
  onChange: (variable: DashboardVariable) => void
  onLeaveOut: () => void
}

function VariableInput({ variable, error, onChange, onLeaveOut }: InputProps) {
  const { values } = variable
  const source = values.is === 'key' ? values.signal : values.is
  return (
    <div className={styles.inputs}>
      <TextInput
        label="Name"
        className={styles.short ?? ''}
        value={variable.name}
        error={error}
        onChange={({ target }) => onChange({ ...variable, name: target.value })}
      />
      <Select
        label="Values of"
        data={sources}
        value={source}
        allowDeselect={false}
        onChange={(next) => {
          // What was chosen at first is a value of the other source.
          const { initial: _, ...rest } = variable
          onChange({ ...rest, values: valuesOf(next ?? 'list') })
        }}
        comboboxProps={{ transitionProps: { duration: 0 } }}
      />
      <ValuesInput values={values} onChange={(next) => onChange({ ...variable, values: next })} />
      <Switch
        label="Several"
        className={styles.switch ?? ''}
        checked={variable.several === true}
        onChange={({ currentTarget }) => onChange({ ...variable, several: currentTarget.checked })}
      />
      <ActionIcon aria-label={`Leave $${variable.name} out`} className={styles.switch ?? ''} onClick={onLeaveOut}>
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </div>
  )
}

function valuesOf(source: string): DashboardValues {
  if (source === 'label') return { is: 'label', label: 'job' }
  if (source === 'logs' || source === 'spans') return { is: 'key', key: 'service', signal: source }
  return { is: 'list', list: ['5m', '1h'] }
}

function ValuesInput({ values, onChange }: { values: DashboardValues; onChange: (values: DashboardValues) => void }) {
  if (values.is === 'key')
    return (
      <TextInput label="Key" value={values.key} onChange={({ target }) => onChange({ ...values, key: target.value })} />
    )
  if (values.is === 'list') return <ListInput list={values.list} onChange={(list) => onChange({ is: 'list', list })} />
  const { label, of = '' } = values
  return (
    <>
      <TextInput
        label="Label"
        className={styles.short ?? ''}
        value={label}
        onChange={({ target }) => onChange({ ...values, label: target.value })}
      />
      <TextInput
        label="of the series"
        placeholder="all"
        value={of}
        onChange={({ target }) => {
          const selector = target.value
          onChange({ is: 'label', label, ...(selector !== '' && { of: selector }) })
        }}
      />
    </>
  )
}

function ListInput({ list, onChange }: { list: readonly string[]; onChange: (list: string[]) => void }) {
  const [text, setText] = useState(list.join(', '))
  return (
    <TextInput
      label="Values, with commas between"
      value={text}
      onChange={({ target }) => {
        setText(target.value)
        const values = target.value.split(',').map((each) => each.trim())
        onChange(values.filter((each) => each !== ''))
      }}
    />
  )
}
