import { Button, FileButton, Textarea } from '@mantine/core'
import type { DashboardImported, DashboardSaved } from '@wakeline/protocol'
import { useState } from 'react'
import { useChange } from '../../api/use-change.ts'
import { toDashboard } from '../../links.ts'
import { useGo } from '../../parts/link.tsx'
import styles from './dashboards-page.module.css'

/** Grafana's JSON, and what of it cannot be taken, before it is made a dashboard here. */
export function ImportForm() {
  const [text, setText] = useState('')
  const [imported, setImported] = useState<DashboardImported>()
  const [unread, setUnread] = useState('')
  const { change, changing, wrong } = useChange()
  const go = useGo()
  const read = async (given: string) => {
    setText(given)
    setImported(undefined)
    setUnread('')
    if (given.trim() === '') return
    try {
      const grafana: unknown = JSON.parse(given)
      setImported(await change<DashboardImported>('POST', 'dashboards/import', { grafana }))
    } catch (error) {
      setUnread(`Cannot read this: it is no JSON (${error instanceof Error ? error.message : error}).`)
    }
  }
  const make = async () => {
    if (imported === undefined) return
    const { dashboard } = imported
    const made = await change<DashboardSaved>('POST', 'dashboards', { dashboard })
    if (made !== undefined) go(toDashboard(made.id, dashboard.last === undefined ? {} : { last: dashboard.last }))
  }
  return (
    <section className={styles.import} aria-label="Import from Grafana">
      <div className={styles.acts}>
        <FileButton accept="application/json,.json" onChange={(file) => void file?.text().then(read)}>
          {(button) => <Button {...button}>Choose a file</Button>}
        </FileButton>
        <span className="quiet">or paste what Grafana exports (Share, Export, JSON):</span>
      </div>
      <Textarea
        aria-label="JSON of Grafana"
        classNames={{ input: 'data' }}
        rows={5}
        value={text}
        onChange={({ target }) => void read(target.value)}
      />
      {(unread || wrong) !== '' && (
        <div className={styles.wrong} role="alert">
          {unread || wrong}
        </div>
      )}
      {imported !== undefined && <Imported {...imported} />}
      <div>
        <Button variant="filled" disabled={imported === undefined} loading={changing} onClick={() => void make()}>
          Make this dashboard
        </Button>
      </div>
    </section>
  )
}

function Imported({ dashboard, notTaken }: DashboardImported) {
  const panels = dashboard.panels.filter(({ kind }) => kind !== 'heading').length
  return (
    <div>
      “{dashboard.title}”: {panels} {panels === 1 ? 'panel' : 'panels'} and {dashboard.variables?.length ?? 0}{' '}
      variables.
      {notTaken.length === 0 ? (
        ' Everything is taken.'
      ) : (
        <>
          {' '}
          Not taken:
          <ul className={styles.notTaken}>
            {notTaken.map(({ at, message }) => (
              <li key={`${at} ${message}`}>
                {at}: {message}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
