import { IconAlertTriangleFilled, IconCircleCheckFilled } from '@tabler/icons-react'
import { printClock } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import styles from './system-page.module.css'
import type { Trouble } from './trouble.ts'

/** First what is wrong, each with what to do; or that nothing is. */
export function Health({ troubles, nowMs }: { troubles: readonly Trouble[]; nowMs: number }) {
  const zone = useZone()
  if (troubles.length === 0) {
    return (
      <div className={styles.well} role="status">
        <IconCircleCheckFilled size={16} color="var(--ok)" aria-hidden />
        <span>All is well.</span>
        <span className="quiet">
          Nothing is lost, refused or late, as of <span className="figures">{printClock(nowMs, zone)}</span>.
        </span>
      </div>
    )
  }
  return (
    <ul className={styles.troubles} aria-label="What is wrong">
      {troubles.map(({ severity, title, advice }) => (
        <li key={title} data-severity={severity}>
          <IconAlertTriangleFilled size={16} aria-label={severity === 'error' ? 'Error' : 'Warning'} />
          <div>
            <div className={styles.troubleTitle}>{title}</div>
            <div className={styles.advice}>{advice}</div>
          </div>
        </li>
      ))}
    </ul>
  )
}
