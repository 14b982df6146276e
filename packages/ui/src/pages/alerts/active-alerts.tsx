import type { AlertNotices } from '@wakeline/protocol'
import { Link } from '../../parts/link.tsx'
import { printAge, printDateTime } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import styles from './alerts-page.module.css'
import { Notices } from './notices.tsx'
import { toQuestion } from './question-link.ts'
import type { ShownAlert } from './rules-section.tsx'

/** One row an alert, what fires first, the latest on top. */
export function ActiveAlerts(props: {
  alerts: readonly ShownAlert[]
  nowMs: number
  /** By `labelsKey`: what was told of them. */
  notices: ReadonlyMap<string, AlertNotices>
  onSilence: (labels: Readonly<Record<string, string>>) => void
}) {
  const { alerts, nowMs, notices, onSilence } = props
  const zone = useZone()
  if (alerts.length === 0) return <div className="quiet">Nothing fires, and nothing is about to.</div>
  return (
    <ul className={styles.alerts}>
      {alerts.map((alert) => {
        const { labels, annotations, state, activeAt, value, rule } = alert
        const { alertname, ...others } = labels
        const atMs = Date.parse(activeAt)
        const told = state === 'firing' ? notices.get(labelsKey(labels)) : undefined
        return (
          <li key={JSON.stringify(labels)} data-state={state} data-muted={isMuted(told) ? 'yes' : 'no'}>
            <div className={styles.head}>
              <span className={styles.state}>{state === 'firing' ? '▲ firing' : '◇ pending'}</span>
              <Link href={toQuestion(rule.query, { fromMs: atMs - lookBackMs, toMs: nowMs })}>{alertname}</Link>
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
            {told !== undefined && <Notices of={told} nowMs={nowMs} onSilence={() => onSilence(labels)} />}
          </li>
        )
      })}
    </ul>
  )
}

const lookBackMs = 15 * 60_000

export const labelsKey = (labels: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))

const isMuted = (told: AlertNotices | undefined): boolean =>
  told !== undefined && told.silencedBy.length + told.inhibitedBy.length + told.mutedBy.length > 0

/** Alerts that other servers have told this one. */
export function AlertsOfOthers(props: {
  alerts: readonly AlertNotices[]
  nowMs: number
  onSilence: (labels: Readonly<Record<string, string>>) => void
}) {
  return (
    <ul className={styles.alerts}>
      {props.alerts.map((alert) => {
        const { alertname = 'alert', ...others } = alert.labels
        return (
          <li key={alert.fingerprint} data-state="firing" data-muted={isMuted(alert) ? 'yes' : 'no'}>
            <div className={styles.head}>
              <span className={styles.state}>▲ firing</span>
              <strong>{alertname}</strong>
              <span className={styles.since}>{printAge(Date.parse(alert.startsAt), props.nowMs)}</span>
            </div>
            <Pairs of={others} />
            {Object.entries(alert.annotations).map(([name, text]) => (
              <div key={name} className={styles.annotation}>
                <Annotation text={text} />
              </div>
            ))}
            <Notices of={alert} nowMs={props.nowMs} onSilence={() => props.onSilence(alert.labels)} />
          </li>
        )
      })}
    </ul>
  )
}

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
