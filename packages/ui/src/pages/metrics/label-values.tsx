import type { MetricLabelsAnswer } from '@wakeline/protocol'
import { Fragment } from 'react'
import { printCount } from '../../parts/units.ts'
import styles from './metrics-page.module.css'

const shownMax = 24

/** The labels of the metric's series: a click on a value filters by it, on a key splits by it. */
export function LabelValues(props: {
  labels: MetricLabelsAnswer['labels']
  filter: readonly string[]
  by: readonly string[]
  onFilter: (item: string) => void
  onBy: (key: string) => void
}) {
  if (props.labels.length === 0) return <div className="quiet">Its series have no labels.</div>
  return (
    <section className={styles.labels} aria-label="Labels">
      {props.labels.map(({ key, values, distinct }) => (
        <Fragment key={key}>
          <div>
            <button
              type="button"
              className={styles.chip}
              aria-pressed={props.by.includes(key)}
              title="Split by this label"
              onClick={() => props.onBy(key)}
            >
              <span className="data">{key}</span>
            </button>
          </div>
          <div className={styles.filters}>
            {values.slice(0, shownMax).map((value) => (
              <button
                key={value}
                type="button"
                className={styles.chip}
                aria-pressed={props.filter.includes(`${key}:${value}`)}
                title="Only series with this value"
                onClick={() => props.onFilter(`${key}:${value}`)}
              >
                <span className="data cut">{value === '' ? '(empty)' : value}</span>
              </button>
            ))}
            {distinct > shownMax && <span className="quiet">and {printCount(distinct - shownMax)} more</span>}
          </div>
        </Fragment>
      ))}
    </section>
  )
}
