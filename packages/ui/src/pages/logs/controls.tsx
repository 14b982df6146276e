import type { ReactNode } from 'react'
import styles from './logs-page.module.css'

/** The line above the list: what can be changed at the left, what was found at the right. */
export function Controls({ controls, children }: { controls: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.controls}>
      {controls}
      <div className={styles.quietLine}>{children}</div>
    </div>
  )
}
