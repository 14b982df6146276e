import { Button, Menu, TextInput } from '@mantine/core'
import { IconCopy, IconDownload, IconPencil, IconPlus, IconTrash, IconVariable } from '@tabler/icons-react'
import type { Dashboard, DashboardAnswer, DashboardPanelKind, DashboardSaved } from '@wakeline/protocol'
import { useState } from 'react'
import { useChange } from '../../api/use-change.ts'
import { toDashboard, toDashboards } from '../../links.ts'
import { Link, useGo } from '../../parts/link.tsx'
import { TextButton } from '../../parts/text-button.tsx'
import styles from './dashboard-page.module.css'
import { usualSize } from './edit.ts'
import { VariablesEditor } from './variables-editor.tsx'

type BarProps = {
  answer: DashboardAnswer
  draft: Dashboard
  editing: boolean
  onDraft: (dashboard: Dashboard) => void
  onEdit: (on: boolean) => void
  /** A panel was added at that place. */
  onAdded: (at: number) => void
}

/** Which dashboard it is, and what can be done with it. */
export function DashboardBar(props: BarProps) {
  return (
    <div className={styles.barLine}>
      <Link href={toDashboards()} className={styles.back}>
        Dashboards
      </Link>
      <span className="quiet" aria-hidden>
        /
      </span>
      {props.editing ? <EditingBar {...props} /> : <LookingBar {...props} />}
    </div>
  )
}

const whence = { made: '', file: 'from a file', ready: 'ready-made' } as const

function LookingBar({ answer, onEdit }: BarProps) {
  const { dashboard, from } = answer
  const { change, changing, wrong } = useChange()
  const go = useGo()
  const duplicate = async () => {
    const { needs: _, ...rest } = dashboard
    const copy = { ...rest, title: `${dashboard.title} (copy)`.slice(0, 200) }
    const made = await change<DashboardSaved>('POST', 'dashboards', { dashboard: copy })
    if (made !== undefined) go(toDashboard(made.id, { edit: 'on' }))
  }
  return (
    <>
      <span className={`cut ${styles.title}`} title={dashboard.description ?? dashboard.title}>
        {dashboard.title}
      </span>
      {from !== 'made' && <span className={`quiet ${styles.whence}`}>{whence[from]}</span>}
      <span className={styles.acts}>
        {from === 'made' && (
          <Button size="compact-sm" leftSection={<IconPencil size={14} aria-hidden />} onClick={() => onEdit(true)}>
            Edit
          </Button>
        )}
        <Button
          size="compact-sm"
          leftSection={<IconCopy size={14} aria-hidden />}
          loading={changing}
          onClick={() => void duplicate()}
          title={from === 'made' ? undefined : 'A copy of your own can be changed'}
        >
          Duplicate
        </Button>
        <a
          className={styles.save}
          href={fileOf(dashboard)}
          download={`${fileName(dashboard.title)}.json`}
          title="Save it as a file"
        >
          <IconDownload size={15} aria-hidden />
          <span className="unseen">Save it as a file</span>
        </a>
        {from === 'made' && <Delete answer={answer} />}
      </span>
      {wrong !== '' && <span className={styles.wrong}>{wrong}</span>}
    </>
  )
}

const fileOf = (dashboard: Dashboard): string =>
  `data:application/json;charset=utf-8,${encodeURIComponent(`${JSON.stringify(dashboard, undefined, 2)}\n`)}`
const fileName = (title: string): string => title.replace(/[^\w.-]+/g, '-').toLowerCase()

function Delete({ answer }: { answer: DashboardAnswer }) {
  const [asks, setAsks] = useState(false)
  const { change, changing, wrong } = useChange()
  const go = useGo()
  if (!asks)
    return (
      <Button size="compact-sm" aria-label="Delete" title="Delete" onClick={() => setAsks(true)}>
        <IconTrash size={14} aria-hidden />
      </Button>
    )
  const run = async () => {
    const done = await change<DashboardSaved>('DELETE', `dashboards/${answer.id}?revision=${answer.revision}`)
    if (done !== undefined) go(toDashboards())
  }
  return (
    <>
      <Button size="compact-sm" color="red" variant="filled" loading={changing} onClick={() => void run()}>
        Delete it
      </Button>
      <TextButton onClick={() => setAsks(false)}>Keep it</TextButton>
      {wrong !== '' && <span className={styles.wrong}>{wrong}</span>}
    </>
  )
}

const kinds: { kind: DashboardPanelKind; says: string }[] = [
  { kind: 'timeseries', says: 'Over time' },
  { kind: 'value', says: 'Value' },
  { kind: 'bars', says: 'Bars' },
  { kind: 'table', says: 'Table' },
  { kind: 'text', says: 'Text' },
  { kind: 'heading', says: 'Heading' },
]

function AddPanel({ onAdd }: { onAdd: (kind: DashboardPanelKind) => void }) {
  return (
    <Menu position="bottom-start" transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <Button size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />}>
          Add panel
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map(({ kind, says }) => (
          <Menu.Item key={kind} onClick={() => onAdd(kind)}>
            {says}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function EditingBar({ answer, draft, onDraft, onEdit, onAdded }: BarProps) {
  const { change, changing, wrong } = useChange()
  const [variables, setVariables] = useState(false)
  const save = async () => {
    const body = { dashboard: draft, revision: answer.revision }
    const done = await change<DashboardSaved>('PUT', `dashboards/${answer.id}`, body)
    if (done !== undefined) onEdit(false)
  }
  const add = (kind: DashboardPanelKind) => {
    const isAsking = kind !== 'text' && kind !== 'heading'
    const panel = {
      title: '',
      kind,
      ...usualSize[kind],
      ...(isAsking && { questions: [{ ask: '', of: 'metrics' as const }] }),
    }
    onDraft({ ...draft, panels: [...draft.panels, panel] })
    onAdded(draft.panels.length)
  }
  return (
    <>
      <TextInput
        aria-label="Title"
        className={styles.titleInput ?? ''}
        value={draft.title}
        onChange={({ target }) => onDraft({ ...draft, title: target.value })}
      />
      <span className={styles.acts}>
        <AddPanel onAdd={add} />
        <Button
          size="compact-sm"
          leftSection={<IconVariable size={14} aria-hidden />}
          onClick={() => setVariables(true)}
        >
          Variables
        </Button>
        <Button
          size="compact-sm"
          variant="filled"
          loading={changing}
          disabled={draft.title.trim() === ''}
          onClick={() => void save()}
        >
          Save
        </Button>
        <TextButton onClick={() => onEdit(false)}>Discard</TextButton>
      </span>
      {wrong !== '' && (
        <span className={styles.wrong} role="alert">
          {wrong}
        </span>
      )}
      {variables && (
        <VariablesEditor
          variables={draft.variables ?? []}
          onDone={(changed) => {
            onDraft({ ...draft, variables: changed })
            setVariables(false)
          }}
          onCancel={() => setVariables(false)}
        />
      )}
    </>
  )
}
