import type { ReactNode } from 'react'
import styles from './list-bar.module.css'

/** The line above a list: what can be changed at the left, what was found at the right. */
export function ListBar({ controls, children }: { controls: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.bar}>
      {controls}
      <div className={styles.found}>{children}</div>
    </div>
  )
}
