import type { ReactNode } from 'react'
import styles from './system-page.module.css'

/** A part of the page: its heading, and what is said of it as a whole. */
export function Section({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2>
        {title} {about !== undefined && <span className={styles.about}>{about}</span>}
      </h2>
      {children}
    </section>
  )
}

/** Names with one figure each. */
export function Figures({ children }: { children: ReactNode }) {
  return <dl className={styles.figures}>{children}</dl>
}

/** `wrong` is a word beside the figure: it is then in the colour of a warning. */
export function Figure(props: { name: string; hint?: string; wrong?: string | undefined; children: ReactNode }) {
  return (
    <div className={styles.figure} title={props.hint}>
      <dt>{props.name}</dt>
      <dd className={props.wrong === undefined ? 'data' : `data ${styles.wrong}`}>
        {props.wrong !== undefined && <span className={styles.word}>▲ {props.wrong}</span>}
        {props.children}
      </dd>
    </div>
  )
}

/** `wideOnly`: left out on a phone, as the others tell it too. */
type Head = { title: string; hint?: string; wideOnly?: boolean }

/** A small table: names at the left, figures at the right. */
export function FigureTable(props: {
  label: string
  head: readonly Head[]
  rows: readonly { name: string; hint?: string; cells: readonly ReactNode[] }[]
}) {
  return (
    <div className={styles.scroller}>
      <table className={styles.table} aria-label={props.label}>
        <thead>
          <tr>
            {props.head.map(({ title, hint, wideOnly }) => (
              <th key={title} scope="col" title={hint} className={wideOnly ? styles.wideOnly : undefined}>
                {title || <span className="unseen">{props.label}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map(({ name, hint, cells }) => (
            <tr key={name}>
              <th scope="row" title={hint}>
                {name}
              </th>
              {cells.map((cell, at) => (
                <td
                  key={props.head[at + 1]?.title}
                  className={props.head[at + 1]?.wideOnly ? `data ${styles.wideOnly}` : 'data'}
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
