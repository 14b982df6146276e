import type { ReactNode } from 'react'
import styles from './facts.module.css'

/** What is known of one thing, a line each: the names at the left. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

/** One that is data: an id, a version. */
export function DataFact({ name, text }: { name: string; text: string }) {
  return (
    <Fact name={name}>
      <span className="data">{text}</span>
    </Fact>
  )
}
