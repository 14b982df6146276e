import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { askDashboards, type DashboardListed, type DashboardSaved, type DashboardsAnswer } from '@wakeline/protocol'
import { useState } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { useChange } from '../../api/use-change.ts'
import { toDashboard } from '../../links.ts'
import { Answer } from '../../parts/answer.tsx'
import { Link, useGo } from '../../parts/link.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { one } from '../../parts/url.ts'
import { usePageSearch, useRawSearch } from '../../parts/use-page-search.ts'
import { Page } from '../../shell/page.tsx'
import { printAge } from '../../time/format.ts'
import styles from './dashboards-page.module.css'
import { ImportForm } from './import-form.tsx'
import { dashboardsUrl } from './url.ts'
import { useStored } from './use-needed.ts'

/** All dashboards: those made here, those of files, and those that come with the product once their data is there. */
export function DashboardsPage() {
  const [{ find }, setSearch] = usePageSearch(dashboardsUrl)
  const answer = useAnswer(askDashboards())
  const [importing, setImporting] = useState(false)
  return (
    <Page
      title="Dashboards"
      scroll
      search={
        <SearchBox
          value={find}
          onRun={(next) => setSearch({ find: next }, 'replace')}
          placeholder="Find a dashboard"
          live
        />
      }
    >
      <div className={styles.page}>
        <div className={styles.acts}>
          <NewDashboard />
          <Button aria-pressed={importing} onClick={() => setImporting(!importing)}>
            Import from Grafana
          </Button>
        </div>
        {importing && <ImportForm />}
        <Answer of={answer}>{(data) => <Lists answer={data} find={find} />}</Answer>
      </div>
    </Page>
  )
}

function NewDashboard() {
  const { change, changing, wrong } = useChange()
  const go = useGo()
  const make = async () => {
    const made = await change<DashboardSaved>('POST', 'dashboards', {
      dashboard: { title: 'New dashboard', panels: [] },
    })
    if (made !== undefined) go(toDashboard(made.id, { edit: 'on' }))
  }
  return (
    <>
      <Button
        variant="filled"
        leftSection={<IconPlus size={14} aria-hidden />}
        loading={changing}
        onClick={() => void make()}
      >
        New dashboard
      </Button>
      {wrong !== '' && (
        <span className={styles.wrong} role="alert">
          {wrong}
        </span>
      )}
    </>
  )
}

function Lists({ answer, find }: { answer: DashboardsAnswer; find: string }) {
  const part = find.trim().toLowerCase()
  const { dashboards, errors } = answer
  const found = dashboards.filter(({ title, description }) => `${title} ${description}`.toLowerCase().includes(part))
  const ready = found.filter(({ from }) => from === 'ready')
  const stored = useStored(dashboards.flatMap(({ needs }) => needs))
  const isThere = ({ needs }: DashboardListed) => needs.length === 0 || needs.some((name) => stored?.has(name) === true)
  const shown = ready.filter(isThere)
  const waiting = stored === undefined ? [] : ready.filter((each) => !isThere(each))
  return (
    <>
      {errors.map((error) => (
        <div key={error} className={styles.wrong} role="alert">
          {error}
        </div>
      ))}
      <List title="Made here" dashboards={found.filter(({ from }) => from === 'made')}>
        {part === '' && (
          <p className="quiet">
            None yet. Make one, take one from Grafana, or open a ready-made one below and duplicate it.
          </p>
        )}
      </List>
      <List title="From files" dashboards={found.filter(({ from }) => from === 'file')} />
      <List title="Ready-made" dashboards={shown}>
        {stored !== undefined && waiting.length === 0 && part === '' && <p className="quiet">None.</p>}
      </List>
      {waiting.length > 0 && (
        <ul className={styles.waiting}>
          {waiting.map(({ id, title, needs }) => (
            <li key={id}>
              “{title}” appears when there is <span className="data">{needs.join(' or ')}</span>.
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function List(props: { title: string; dashboards: readonly DashboardListed[]; children?: React.ReactNode }) {
  const { title, dashboards, children } = props
  if (dashboards.length === 0 && (children === undefined || children === false)) return null
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {dashboards.length === 0 ? (
        children
      ) : (
        <ul className={styles.list}>
          {dashboards.map((each) => (
            <Listed key={each.id} {...each} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Listed({ id, title, description, last, panels, file, changedMs, changedBy }: DashboardListed) {
  const raw = useRawSearch()
  // A time that the viewer has chosen is kept; else the dashboard's own is looked at.
  const hasTime = ['last', 'from', 'to'].some((key) => one(raw, key) !== '')
  return (
    <li>
      <Link href={toDashboard(id, hasTime ? {} : { last })} className={styles.name}>
        {title}
      </Link>
      <span className={styles.about}>{description}</span>
      <span className={styles.figures} title={changedBy === '' ? undefined : `by ${changedBy}`}>
        {panels} {panels === 1 ? 'panel' : 'panels'}
        {changedMs > 0 && `, changed ${printAge(changedMs, Date.now())}`}
        {file !== '' && (
          <>
            , <span className="data">{file}</span>
          </>
        )}
      </span>
    </li>
  )
}
