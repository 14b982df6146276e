import { quote } from '../../query/promql/parse/literals.ts'
import { type AlertLabels, matchesAll } from '../matchers/matcher.ts'
import type { Route } from './config/notify-config.ts'
import { sortedPairs } from './notify-alert.ts'

/** The routes an alert takes: depth first, the first that matches and those behind it as long as they continue. */
export function routesOf(route: Route, labels: AlertLabels): readonly Route[] {
  if (!matchesAll(route.matchers, labels)) return []
  const found: Route[] = []
  for (const below of route.routes) {
    const taken = routesOf(below, labels)
    found.push(...taken)
    if (taken.length > 0 && !below.continues) break
  }
  return found.length > 0 ? found : [route]
}

export const groupLabelsOf = ({ groupBy }: Route, labels: AlertLabels): AlertLabels =>
  groupBy === 'all' ? labels : Object.fromEntries(Object.entries(labels).filter(([name]) => groupBy.has(name)))

/** `{}/{severity="page"}:{alertname="Down"}`, by which receivers know a group again. */
export const groupKeyOf = ({ key }: Route, groupLabels: AlertLabels): string => `${key}:${printLabels(groupLabels)}`

const printLabels = (labels: AlertLabels): string =>
  `{${sortedPairs(labels)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(', ')}}`
