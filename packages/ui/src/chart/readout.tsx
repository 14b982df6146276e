import type { ReactNode } from 'react'
import styles from './chart.module.css'

/** Place of the pointer in a chart, px from its left top, and the chart's width. */
export type Pointer = { left: number; top: number; width: number }

/** What a chart says about the point under the pointer; stays out of the pointer's way. */
export function Readout({ at, children }: { at: Pointer; children: ReactNode }) {
  const right = at.left > at.width / 2
  return (
    <div
      className={styles.readout}
      style={{
        top: Math.max(0, at.top - 10),
        ...(right ? { right: at.width - at.left + 14 } : { left: at.left + 14 }),
      }}
    >
      {children}
    </div>
  )
}

export function ReadoutRow(props: { colour: string; name: ReactNode; value: ReactNode; strong?: boolean }) {
  return (
    <div className={props.strong === true ? `${styles.readoutRow} ${styles.strong}` : styles.readoutRow}>
      <span className={styles.key} style={{ background: props.colour }} />
      <span className="cut">{props.name}</span>
      <span className={styles.readoutValue}>{props.value}</span>
    </div>
  )
}
