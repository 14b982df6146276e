import type { DashboardProblem } from '@wakeline/protocol'
import styles from './dashboard-page.module.css'

/** What of a file of Grafana's is not shown, panel by panel. */
export function NotTaken({ notTaken }: { notTaken: readonly DashboardProblem[] }) {
  if (notTaken.length === 0) return null
  return (
    <details className={styles.notTaken}>
      <summary>
        {notTaken.length === 1 ? 'One thing is' : `${notTaken.length} things are`} not shown as in its file
      </summary>
      <ul>
        {notTaken.map(({ at, message }) => (
          <li key={`${at} ${message}`}>
            {at}: {message}
          </li>
        ))}
      </ul>
    </details>
  )
}
