import type { Mapping, YamlInput } from '../../../base/yaml-input.ts'
import { printMatchers, sortMatchers } from '../../matchers/matcher.ts'
import { readDuration } from '../../read-duration.ts'
import type { Route } from './notify-config.ts'
import { readMatchers } from './read-matchers.ts'

const routeDefaults = { groupWaitMs: 30_000, groupIntervalMs: 5 * 60_000, repeatIntervalMs: 4 * 3_600_000 }
const depthMax = 50

/** Names that routes may use. */
export type KnownNames = { readonly receivers: ReadonlySet<string>; readonly intervals: ReadonlySet<string> }

/** The tree below a node; of what a node does not say the one above it counts, but for its time intervals. */
export function readRoute(
  input: YamlInput,
  node: unknown,
  { above, id, names }: { above: Route | undefined; id: string; names: KnownNames },
): Route {
  const given = input.mapping(node, 'a route')
  const matchers = sortMatchers([
    ...readMatchers(given, 'matchers', 'list'),
    ...readMatchers(given, 'match', 'equal'),
    ...readMatchers(given, 'match_re', 'regex'),
  ])
  const receiver = given.text('receiver') || (above?.receiver ?? '')
  if (given.has('receiver') && !names.receivers.has(receiver))
    input.wrong(given.take('receiver') ?? node, `there is no receiver "${receiver}" in this file`)
  const route: Route = {
    id,
    key: `${above === undefined ? '' : `${above.key}/`}${printMatchers(matchers)}`,
    receiver,
    matchers,
    continues: given.boolean('continue', false),
    groupBy: readGroupBy(given) ?? above?.groupBy ?? new Set(),
    groupWaitMs: readDuration(given, 'group_wait', above?.groupWaitMs ?? routeDefaults.groupWaitMs),
    groupIntervalMs: readInterval(given, 'group_interval', above?.groupIntervalMs ?? routeDefaults.groupIntervalMs),
    repeatIntervalMs: readInterval(given, 'repeat_interval', above?.repeatIntervalMs ?? routeDefaults.repeatIntervalMs),
    muteTimes: readTimes(given, 'mute_time_intervals', names),
    activeTimes: readTimes(given, 'active_time_intervals', names),
    routes: [],
  }
  if (above === undefined) checkRoot(given, route)
  const children = input.list(given.take('routes'), 'routes')
  given.end('a route')
  if (children.length > 0 && id.split('/').length > depthMax) {
    input.wrong(node, `routes are nested deeper than ${depthMax}`)
    return route
  }
  const routes = children.map((child, i) => readRoute(input, child, { above: route, id: `${id}/${i}`, names }))
  return { ...route, routes }
}

function checkRoot(given: Mapping, route: Route): void {
  const { input, node } = given
  if (given.text('receiver') === '') input.wrong(node, 'the root route has no receiver; give it one with "receiver:"')
  if (route.matchers.length > 0)
    input.wrong(node, 'the root route has matchers, and must take all alerts; put them into a route below "routes:"')
  if (route.continues) input.wrong(node, 'the root route has "continue", and nothing comes behind it; leave it out')
  for (const name of ['mute_time_intervals', 'active_time_intervals'])
    if (given.has(name)) input.wrong(node, `the root route has "${name}"; put it into a route below "routes:"`)
}

function readTimes(given: Mapping, what: string, { intervals }: KnownNames): readonly string[] {
  const named = given.texts(what)
  for (const name of named)
    if (!intervals.has(name)) given.input.wrong(given.take(what), `there is no time interval "${name}" in this file`)
  return named
}

/** Undefined where the one above counts. */
function readGroupBy(given: Mapping): Route['groupBy'] | undefined {
  if (given.take('group_by') === undefined) return undefined
  const labels = given.texts('group_by')
  const wrong = (what: string): void => given.input.wrong(given.take('group_by'), what)
  if (new Set(labels).size < labels.length) wrong('a label stands twice in "group_by"')
  if (labels.includes('')) wrong('an empty name stands in "group_by"')
  if (!labels.includes('...')) return new Set(labels)
  if (labels.length > 1) wrong(`"..." in "group_by" means all labels, and stands alone`)
  return 'all'
}

function readInterval(given: Mapping, name: string, usual: number): number {
  const ms = readDuration(given, name, usual)
  if (ms === 0) given.input.wrong(given.take(name), `"${name}" cannot be 0`)
  return ms
}
