import type { DashboardPanel } from '@wakeline/protocol'
import { printValue } from '../../../parts/units.ts'
import styles from '../dashboard-page.module.css'
import type { Figure, Figures } from '../figures.ts'
import { reached, reachedWords } from '../severity.ts'

const shownMax = 50

/** The largest first, each as long as it is large. */
export function BarsPanel(props: { panel: DashboardPanel; figures: Figures; onPick: (figure: Figure) => void }) {
  const { panel, figures } = props
  const unit = panel.unit ?? figures.unit
  const sorted = figures.figures
    .filter(({ last }) => last !== undefined && Number.isFinite(last))
    .toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0))
  const top = Math.max(...sorted.map(({ last }) => Math.abs(last ?? 0)), 0)
  return (
    <div className={styles.bars}>
      {sorted.slice(0, shownMax).map((figure) => {
        const is = reached(figure.last, panel.thresholds)
        const share = top === 0 ? 0 : Math.abs(figure.last ?? 0) / top
        return (
          <button
            key={`${figure.question} ${figure.name}`}
            type="button"
            className={styles.bar}
            title={`${figure.name}: ${figure.last}${is === undefined || is === 'ok' ? '' : `, ${reachedWords[is]}`}`}
            onClick={() => props.onPick(figure)}
          >
            <span className={styles.barLength} data-is={is} style={{ width: `${share * 100}%` }} aria-hidden />
            <span className={`cut ${styles.barName}`}>{figure.name}</span>
            <span className={styles.barValue} data-is={is}>
              {printValue(figure.last, unit)}
            </span>
          </button>
        )
      })}
      {sorted.length > shownMax && (
        <span className="quiet">
          The largest {shownMax} of {sorted.length}.
        </span>
      )}
    </div>
  )
}
