import { joinIncidents, serviceOfAlert } from '@wakeline/analysis'
import { askServiceEdges, type ServiceEdge } from '@wakeline/protocol'
import { useAnswer } from '../../api/use-answer.ts'
import { toService } from '../../links.ts'
import { Link } from '../../parts/link.tsx'
import { printCount } from '../../parts/units.ts'
import { printAge, printDateTime } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import styles from './alerts-page.module.css'
import type { ShownAlert } from './rules-section.tsx'

const hourMs = 3_600_000
const minuteMs = 60_000

/** Firing alerts that are one event, by who calls whom: where it probably begins, and a way to why. Nothing, where all stand alone. */
export function Incidents({ alerts, nowMs }: { alerts: readonly ShownAlert[]; nowMs: number }) {
  const firing = alerts.filter(({ state }) => state === 'firing')
  return firing.length > 1 ? <Joined firing={firing} nowMs={nowMs} /> : null
}

function Joined({ firing, nowMs }: { firing: readonly ShownAlert[]; nowMs: number }) {
  // Whole minutes, and so long as the map is seen in: the question stays the same while the page polls.
  const toMs = Math.ceil(nowMs / minuteMs) * minuteMs
  const edges = useAnswer(askServiceEdges({ fromMs: toMs - hourMs, toMs }))
  const zone = useZone()
  const incidents = incidentsOf(firing, edges.data?.edges ?? [])
  if (incidents.length === 0) return null
  return (
    <section aria-label="Incidents">
      <h2>
        Incidents{' '}
        <span className={styles.about}>alerts that began within five minutes, of services that call one another</span>
      </h2>
      <ul className={styles.alerts}>
        {incidents.map(({ alerts, startMs, origins }) => (
          <li key={`${startMs} ${origins.join(' ')}`} data-state="firing">
            <div className={styles.head}>
              <b>{printCount(alerts.length)} alerts</b>
              <span>
                probably {origins.length > 1 ? 'begin' : 'begins'} in{' '}
                {origins.map((service, place) => (
                  <span key={service}>
                    {place > 0 && ' or '}
                    <Link href={toService(service, { fromMs: startMs - 10 * minuteMs, toMs: nowMs })}>{service}</Link>
                  </span>
                ))}
              </span>
              <span className={styles.since} title={printDateTime(startMs, zone)}>
                {printAge(startMs, nowMs)}
              </span>
              {origins[0] !== undefined && (
                <Link href={toService(origins[0], { fromMs: startMs - 10 * minuteMs, toMs: nowMs }, 'before')}>
                  Why?
                </Link>
              )}
            </div>
            <div className="quiet">
              {alerts.map(({ alert, service }) => `${alert.labels['alertname']} in ${service}`).join(', ')}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Those of more than one alert. Alerts whose labels name no service of the map are left where they are. */
function incidentsOf(firing: readonly ShownAlert[], edges: readonly ServiceEdge[]) {
  const calls = edges.filter(({ kind }) => kind === 'service')
  const known = new Set(calls.flatMap(({ caller, callee }) => [caller, callee]))
  const located = firing.flatMap((alert) => {
    const service = serviceOfAlert(alert.labels, known)
    return service === undefined ? [] : [{ alert, service, startMs: Date.parse(alert.activeAt) }]
  })
  return joinIncidents(located, calls).filter(({ alerts }) => alerts.length > 1)
}
