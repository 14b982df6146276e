import { reachable } from './likely-causes.ts'

/**
 * Alerts that are one event: they began within five minutes of each other, on one service or on two of which one calls the other.
 *
 *   12:01 inventory slow ─┐
 *   12:02 checkout slow  ─┼─ one incident, which begins probably in inventory: of those that fire nobody it calls does
 *   12:04 web errors     ─┘
 *   12:03 mail queue long    another: nobody of the above calls mail
 */
export type IncidentAlert = { service: string; startMs: number }

export type Incident<Alert extends IncidentAlert> = {
  /** The earliest first. */
  alerts: Alert[]
  startMs: number
  /** Firing services that call no other that fires, those first whose alert is older; one, unless the map branches or has a ring. */
  origins: string[]
}

const togetherMs = 5 * 60_000

type Calls = readonly { caller: string; callee: string }[]

/** Each alert is in one incident; the one that began last comes first. */
export function joinIncidents<Alert extends IncidentAlert>(alerts: readonly Alert[], calls: Calls): Incident<Alert>[] {
  const adjacent = new Set(calls.flatMap(({ caller, callee }) => [pairOf(caller, callee), pairOf(callee, caller)]))
  const isOne = (a: Alert, b: Alert): boolean =>
    Math.abs(a.startMs - b.startMs) <= togetherMs &&
    (a.service === b.service || adjacent.has(pairOf(a.service, b.service)))
  const waiting = new Set(alerts.toSorted((a, b) => a.startMs - b.startMs))
  const incidents: Incident<Alert>[] = []
  for (const first of waiting) {
    waiting.delete(first)
    const joined = [first]
    // Grows while it is walked: whoever is found looks for others in turn.
    for (const alert of joined) {
      for (const other of waiting) {
        if (!isOne(alert, other)) continue
        waiting.delete(other)
        joined.push(other)
      }
    }
    joined.sort((a, b) => a.startMs - b.startMs)
    incidents.push({ alerts: joined, startMs: first.startMs, origins: originsOf(joined, calls) })
  }
  return incidents.sort((a, b) => b.startMs - a.startMs)
}

const pairOf = (a: string, b: string): string => JSON.stringify([a, b])

function originsOf(alerts: readonly IncidentAlert[], calls: Calls): string[] {
  const isBelow = reachable(calls)
  const services = [...new Set(alerts.map(({ service }) => service))]
  return services.filter((service) => !services.some((other) => isBelow(service, other)))
}

const serviceLabels = ['service_name', 'service', 'service.name', 'job', 'app', 'exported_job']

/** The service that an alert's labels name, of those that are known; `job` may have its namespace before it. */
export function serviceOfAlert(
  labels: Readonly<Record<string, string>>,
  known: ReadonlySet<string>,
): string | undefined {
  const values = serviceLabels.flatMap((label) => {
    const value = labels[label]
    return value === undefined ? [] : [value, value.slice(value.indexOf('/') + 1)]
  })
  return values.find((value) => known.has(value))
}
