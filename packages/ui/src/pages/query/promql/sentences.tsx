import type { PrometheusAnswer } from '@wakeline/protocol'
import styles from '../query-page.module.css'

/** What the server has to say about its answer, in Prometheus' own words. */
export function Sentences({ answer }: { answer: PrometheusAnswer<unknown> }) {
  const { warnings = [], infos = [] } = answer
  if (warnings.length + infos.length === 0) return null
  return (
    <ul className={styles.sentences} aria-label="What is to be said about it">
      {warnings.map((sentence) => (
        <li key={sentence}>
          <span className={styles.warning}>▲ {saysWhat.test(sentence) ? '' : 'warning '}</span>
          {sentence}
        </li>
      ))}
      {infos.map((sentence) => (
        <li key={sentence}>
          <span className="quiet">○ {saysWhat.test(sentence) ? '' : 'info '}</span>
          {sentence}
        </li>
      ))}
    </ul>
  )
}

const saysWhat = /^PromQL (warning|info)/
