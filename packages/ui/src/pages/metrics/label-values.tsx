import type { MetricLabelsAnswer } from '@wakeline/protocol'
import { Fragment } from 'react'
import { printCount } from '../../parts/units.ts'
import styles from './metrics-page.module.css'

const shownMax = 24
const resourcePrefix = 'resource.'

type LabelValuesProps = {
  labels: MetricLabelsAnswer['labels']
  filter: readonly string[]
  by: readonly string[]
  onFilter: (item: string) => void
  onBy: (key: string) => void
}

/** The labels of the metric's series: a click on a value filters by it, on a key splits by it. */
export function LabelValues(props: LabelValuesProps) {
  if (props.labels.length === 0) return <div className="quiet">Its series have no labels.</div>
  const own = props.labels.filter(({ key }) => !key.startsWith(resourcePrefix))
  const ofResource = props.labels.filter(({ key }) => key.startsWith(resourcePrefix))
  const chosen = ofResource.some(
    ({ key }) => props.by.includes(key) || props.filter.some((item) => item.startsWith(`${key}:`)),
  )
  return (
    <section aria-label="Labels">
      <Rows {...props} labels={own} />
      {ofResource.length > 0 && (
        <details className={styles.resource} open={chosen}>
          <summary>{ofResource.length} labels of the resource</summary>
          <Rows {...props} labels={ofResource} />
        </details>
      )}
    </section>
  )
}

function Rows(props: LabelValuesProps) {
  return (
    <div className={styles.labels}>
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
    </div>
  )
}
