import { toQuery } from '../../links.ts'
import { Link } from '../../parts/link.tsx'
import { printAge, printDateTime } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import styles from './alerts-page.module.css'
import type { ShownAlert } from './rules-section.tsx'

/** One row an alert, what fires first, the latest on top. */
export function ActiveAlerts({ alerts, nowMs }: { alerts: readonly ShownAlert[]; nowMs: number }) {
  const zone = useZone()
  if (alerts.length === 0) return <div className="quiet">Nothing fires, and nothing is about to.</div>
  return (
    <ul className={styles.alerts}>
      {alerts.map((alert) => {
        const { labels, annotations, state, activeAt, value, rule } = alert
        const { alertname, ...others } = labels
        const atMs = Date.parse(activeAt)
        return (
          <li key={JSON.stringify(labels)} data-state={state}>
            <div className={styles.head}>
              <span className={styles.state}>{state === 'firing' ? '▲ firing' : '◇ pending'}</span>
              <Link href={toQuery({ promql: rule.query, at: { fromMs: atMs - lookBackMs, toMs: nowMs } })}>
                {alertname}
              </Link>
              <span className="data">{Number(value).toLocaleString('en-US', { maximumSignificantDigits: 6 })}</span>
              <span className={styles.since} title={printDateTime(atMs, zone)}>
                {printAge(atMs, nowMs)}
              </span>
            </div>
            <Pairs of={others} />
            {Object.entries(annotations).map(([name, text]) => (
              <div key={name} className={styles.annotation}>
                {name !== 'summary' && name !== 'description' && <span className="quiet">{name}: </span>}
                <Annotation text={text} />
              </div>
            ))}
          </li>
        )
      })}
    </ul>
  )
}

const lookBackMs = 15 * 60_000

function Pairs({ of }: { of: Readonly<Record<string, string>> }) {
  return (
    <div className={`data ${styles.labels}`}>
      {Object.entries(of).map(([name, value]) => (
        <span key={name}>
          <span className="quiet">{name}=</span>
          {value}
        </span>
      ))}
    </div>
  )
}

/** A runbook is a click away; nothing but an address of the web is made a link. */
function Annotation({ text }: { text: string }) {
  if (!/^https?:\/\/\S+$/.test(text)) return <>{text}</>
  return (
    <a href={text} target="_blank" rel="noreferrer">
      {text}
    </a>
  )
}
