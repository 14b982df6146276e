import { askDashboard, type Dashboard, type DashboardAnswer } from '@wakeline/protocol'
import { useCallback, useMemo, useState } from 'react'
import { fewAtOnce } from '../../api/few-at-once.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Answer } from '../../parts/answer.tsx'
import { Empty } from '../../parts/empty.tsx'
import { usePageSearch } from '../../parts/use-page-search.ts'
import { Page } from '../../shell/page.tsx'
import { useTime } from '../../time/time-context.tsx'
import { choicesOf, isChosen, stepsOf } from './choices.ts'
import { DashboardBar } from './dashboard-bar.tsx'
import styles from './dashboard-page.module.css'
import { withPanel } from './edit.ts'
import { Grid } from './grid.tsx'
import { NotTaken } from './not-taken.tsx'
import { PanelEditor } from './panel-editor.tsx'
import type { PanelWorld } from './panel-view.tsx'
import { dashboardUrl } from './url.ts'
import { VariableBar } from './variable-bar.tsx'

/** Of one page, at once; the server takes a few and lets others wait. */
const askedAtOnce = 4

/** One dashboard: looked at, and where it was made here, edited. */
export function DashboardPage({ id }: { id: string }) {
  const answer = useAnswer(askDashboard(id), { keepOld: false })
  // A change makes a new revision, and the page begins anew with it.
  const { data } = answer
  return data === undefined ? (
    <Page title="Dashboard">
      <Answer of={answer}>{() => null}</Answer>
    </Page>
  ) : (
    <Board key={`${data.id} ${data.revision}`} answer={data} />
  )
}

function Board({ answer }: { answer: DashboardAnswer }) {
  const [search, setSearch] = usePageSearch(dashboardUrl)
  const [draft, setDraft] = useState<Dashboard>(answer.dashboard)
  const [edited, setEdited] = useState<number>()
  const editing = search.edit === 'on' && answer.from === 'made'
  const dashboard = editing ? draft : answer.dashboard
  const { world, onFirst } = useWorld(dashboard, search.chosen)
  const choose = (name: string, values: string[]) =>
    setSearch({ chosen: { ...search.chosen, [name]: values } }, 'replace')
  const panel = edited === undefined ? undefined : draft.panels[edited]
  return (
    <Page
      title={dashboard.title}
      scroll
      search={
        <DashboardBar
          answer={answer}
          draft={draft}
          editing={editing}
          onDraft={setDraft}
          onEdit={(on) => {
            if (!on) setDraft(answer.dashboard)
            setSearch({ edit: on ? 'on' : 'off' }, 'replace')
          }}
          onAdded={setEdited}
        />
      }
    >
      <div className={styles.page}>
        <VariableBar
          dashboard={dashboard}
          choices={world.choices}
          chosen={search.chosen}
          onChoose={choose}
          onFirst={onFirst}
        />
        <NotTaken notTaken={answer.notTaken} />
        {dashboard.panels.length === 0 && (
          <Empty title="It has no panels yet">
            <div>{editing ? 'Add the first above.' : 'Edit it, and add some.'}</div>
          </Empty>
        )}
        <Grid dashboard={dashboard} world={world} onChange={editing ? setDraft : undefined} onEdit={setEdited} />
      </div>
      {editing && panel !== undefined && edited !== undefined && (
        <PanelEditor
          panel={panel}
          world={world}
          onDone={(changed) => {
            setDraft(withPanel(draft, edited, changed))
            setEdited(undefined)
          }}
          onCancel={() => setEdited(undefined)}
        />
      )}
    </Page>
  )
}

function useWorld(dashboard: Dashboard, chosen: Readonly<Record<string, readonly string[]>>) {
  const { fromMs, toMs } = useTime()
  const [firsts, setFirsts] = useState<Readonly<Record<string, string>>>({})
  const [inTurn] = useState(() => fewAtOnce(askedAtOnce))
  const steps = useMemo(() => stepsOf({ fromMs, toMs }), [fromMs, toMs])
  const choices = useMemo(() => choicesOf(dashboard, chosen, { steps, firsts }), [dashboard, chosen, steps, firsts])
  const onFirst = useCallback(
    (name: string, first: string) =>
      setFirsts((before) => (before[name] === first ? before : { ...before, [name]: first })),
    [],
  )
  const world = useMemo<PanelWorld>(
    () => ({ choices, steps, isReady: isChosen(dashboard, choices), inTurn }),
    [choices, steps, dashboard, inTurn],
  )
  return { world, onFirst }
}
