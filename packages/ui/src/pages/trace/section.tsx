import type { ReactNode } from 'react'
import { printCount } from '../../parts/units.ts'
import styles from './span-panel.module.css'

/** A part of the span's details; `dropped` is what the sender left out of it. */
export function Section(props: {
  title: string
  count?: number
  dropped?: number
  action?: ReactNode
  children: ReactNode
}) {
  const { count, dropped = 0 } = props
  return (
    <section className={styles.section}>
      <h3>
        {props.title}
        {count !== undefined && count > 0 && <span className="quiet figures">{printCount(count)}</span>}
        {dropped > 0 && (
          <span className={styles.dropped} title="The sender was at its limit and left these out">
            {printCount(dropped)} dropped by the sender
          </span>
        )}
        <span className={styles.action}>{props.action}</span>
      </h3>
      {props.children}
    </section>
  )
}
