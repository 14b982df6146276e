import { useElementSize, useInViewport } from '@mantine/hooks'
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import type { Choices, DashboardPanel } from '@wakeline/protocol'
import { type ReactNode, useMemo, useRef } from 'react'
import type { FewAtOnce } from '../../api/few-at-once.ts'
import { useGo } from '../../parts/link.tsx'
import { TextButton } from '../../parts/text-button.tsx'
import { askedOf } from './asked.ts'
import { behind } from './behind.ts'
import { fillTitle, type Steps } from './choices.ts'
import styles from './dashboard-page.module.css'
import { BarsPanel } from './panels/bars-panel.tsx'
import { TablePanel } from './panels/table-panel.tsx'
import { TextPanel } from './panels/text-panel.tsx'
import { TimePanel } from './panels/time-panel.tsx'
import { ValuePanel } from './panels/value-panel.tsx'
import { type PanelState, usePanelFigures } from './use-figures.ts'

export type PanelWorld = {
  choices: Choices
  steps: Steps
  /** False while a variable has no value yet. */
  isReady: boolean
  inTurn: FewAtOnce
}

/** A panel: its title, what it shows, and what is wrong with it where that would be. */
export function PanelView(props: { panel: DashboardPanel; world: PanelWorld; tools?: ReactNode }) {
  const { panel, world } = props
  const { ref, inViewport } = useInViewport<HTMLElement>()
  const wasSeen = useRef(false)
  wasSeen.current ||= inViewport
  const title = fillTitle(panel.title, world.choices)
  if (panel.kind === 'heading')
    return (
      <header ref={ref} className={styles.heading}>
        <h2>{title}</h2>
        {props.tools}
      </header>
    )
  const shown = title === panel.title ? panel : { ...panel, title }
  return (
    <section ref={ref} className={styles.panel} aria-label={title || 'Panel'}>
      {panel.kind === 'text' ? (
        <>
          {(title !== '' || props.tools !== undefined) && <Head panel={shown} tools={props.tools} />}
          <TextPanel text={panel.text ?? ''} />
        </>
      ) : (
        <AskedPanel panel={shown} world={world} isSeen={inViewport} tools={props.tools} />
      )}
    </section>
  )
}

function Head(props: { panel: DashboardPanel; tools: ReactNode; notes?: readonly string[]; waiting?: boolean }) {
  const { panel, notes = [] } = props
  const { description = '' } = panel
  return (
    <header className={styles.panelHead} data-waiting={props.waiting === true}>
      <h3 className="cut" title={panel.title}>
        {panel.title}
      </h3>
      {description !== '' && (
        <span className={styles.hint} title={description} role="img" aria-label={description}>
          <IconInfoCircle size={14} aria-hidden />
        </span>
      )}
      {notes.length > 0 && (
        <span className={styles.note} title={notes.join('\n')} role="img" aria-label={notes.join(' ')}>
          <IconAlertTriangle size={14} aria-hidden />
        </span>
      )}
      <span className={styles.panelTools}>{props.tools}</span>
    </header>
  )
}

type AskedProps = { panel: DashboardPanel; world: PanelWorld; isSeen: boolean; tools: ReactNode }

function AskedPanel({ panel, world, isSeen, tools }: AskedProps) {
  const { choices, steps, isReady, inTurn } = world
  const asked = useMemo(() => askedOf(panel, choices, steps), [panel, choices, steps])
  const state = usePanelFigures({ panel, asked, steps, enabled: isSeen && isReady, inTurn })
  return (
    <>
      <Head panel={panel} tools={tools} notes={state.figures?.notes ?? []} waiting={state.waiting} />
      <Body panel={panel} state={state} world={world} isEmpty={asked.length === 0} />
    </>
  )
}

function Body(props: { panel: DashboardPanel; state: PanelState; world: PanelWorld; isEmpty: boolean }) {
  const { panel, state, world } = props
  const { figures, error, answered } = state
  const { ref, height } = useElementSize()
  const go = useGo()
  const open = (labels: Readonly<Record<string, string>>, question: number, at?: { fromMs: number; toMs: number }) =>
    go(behind({ panel, question, labels, at, choices: world.choices, steps: world.steps }))
  return (
    <div ref={ref} className={styles.panelBody} aria-busy={state.waiting}>
      {props.isEmpty && <div className={styles.nothing}>It asks nothing yet.</div>}
      {error !== undefined && (
        <div className={styles.panelError} role="alert">
          <span>{error}</span> <TextButton onClick={state.retry}>Try again</TextButton>
        </div>
      )}
      {error === undefined && figures === undefined && !props.isEmpty && <div className={styles.nothing}>…</div>}
      {error === undefined && figures?.figures.length === 0 && (
        <div className={styles.nothing}>Nothing in this time</div>
      )}
      {error === undefined && figures !== undefined && figures.figures.length > 0 && height > 0 && (
        <>
          {panel.kind === 'timeseries' && (
            <TimePanel
              panel={panel}
              figures={figures}
              heightPx={height}
              onPick={(at, figure) => open(figure?.labels ?? {}, figure?.question ?? 0, at)}
            />
          )}
          {panel.kind === 'value' && <ValuePanel panel={panel} figures={figures} />}
          {panel.kind === 'bars' && (
            <BarsPanel panel={panel} figures={figures} onPick={({ labels, question }) => open(labels, question)} />
          )}
          {panel.kind === 'table' && (
            <TablePanel panel={panel} figures={figures} answered={answered} onPick={(labels) => open(labels, 0)} />
          )}
        </>
      )}
    </div>
  )
}
