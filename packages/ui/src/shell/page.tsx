import { type ReactNode, useEffect } from 'react'
import { TimePicker } from '../time/time-picker.tsx'
import styles from './page.module.css'
import { ServiceFilter } from './service-filter.tsx'

/**
 * A page: one bar with its search, the service filter and the time range, and the answer below. `scroll` lets the whole
 * body scroll; without it the body is as high as the window and its parts scroll (lists).
 */
export function Page(props: {
  /** For the browser's tab. */
  title: string
  /** A `SearchBox`, or whatever stands at the bar's left. */
  search?: ReactNode
  /** `url`: the filter in the URL, read with `useServiceFilter`. */
  service?: 'url' | { value: string; onChange: (service: string) => void }
  /** False for what has a time of its own, such as one trace. */
  time?: boolean
  scroll?: boolean
  children: ReactNode
}) {
  const { title } = props
  useEffect(() => {
    document.title = `${title} · Wakeline`
  }, [title])
  return (
    <>
      <header className={styles.bar}>
        <div className={styles.search}>
          <h1 className={props.search === undefined ? undefined : 'unseen'}>{title}</h1>
          {props.search}
        </div>
        {props.service !== undefined && <ServiceFilter {...(props.service === 'url' ? {} : props.service)} />}
        {props.time !== false && <TimePicker />}
      </header>
      <div className={props.scroll === true ? `${styles.body} ${styles.scroll}` : styles.body}>{props.children}</div>
    </>
  )
}
