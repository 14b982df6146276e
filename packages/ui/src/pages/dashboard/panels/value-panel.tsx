import { useElementSize } from '@mantine/hooks'
import type { DashboardPanel } from '@wakeline/protocol'
import { Sparkline } from '../../../chart/sparkline.tsx'
import { printValue } from '../../../parts/units.ts'
import styles from '../dashboard-page.module.css'
import type { Figure, Figures } from '../figures.ts'
import { reached, reachedWords } from '../severity.ts'

/** More than these are no longer read at a glance; a table or bars show them. */
const shownMax = 12

/** The last value, large, with how it came about below it. */
export function ValuePanel({ panel, figures }: { panel: DashboardPanel; figures: Figures }) {
  const shown = figures.figures.slice(0, shownMax)
  const hidden = figures.figures.length - shown.length
  return (
    <div className={styles.values}>
      {shown.map((figure) => (
        <Value
          key={`${figure.question} ${figure.name}`}
          figure={figure}
          panel={panel}
          unit={panel.unit ?? figures.unit}
          isAlone={shown.length === 1}
        />
      ))}
      {hidden > 0 && <span className="quiet">and {hidden} more, which a table shows</span>}
    </div>
  )
}

function Value(props: { figure: Figure; panel: DashboardPanel; unit: string; isAlone: boolean }) {
  const { figure, panel, unit, isAlone } = props
  const { ref, width, height } = useElementSize()
  const is = reached(figure.last, panel.thresholds)
  const hasLine = figure.values.some((value) => value !== null)
  return (
    <div className={styles.value} data-is={is}>
      <div className={styles.valueText}>
        <span className={styles.valueNumber} title={figure.last === undefined ? undefined : String(figure.last)}>
          {printValue(figure.last, unit)}
        </span>
        {(!isAlone || figure.name !== panel.title) && <span className={`cut ${styles.valueName}`}>{figure.name}</span>}
        {(is === 'warn' || is === 'error') && <span className={styles.valueIs}>{reachedWords[is]}</span>}
      </div>
      <div ref={ref} className={styles.spark}>
        {hasLine && width > 0 && height > 12 && (
          <Sparkline
            values={figure.values}
            colour={is === undefined || is === 'ok' ? 'var(--accent)' : `var(--${is})`}
            shape="area"
            widthPx={Math.floor(width)}
            heightPx={Math.floor(height)}
            label={`${figure.name} over time`}
          />
        )}
      </div>
    </div>
  )
}
