import { createHash } from 'node:crypto'
import { type Alert, phaseOf } from '@wakeline/analysis'
import { groupKey, type Rule } from '../alert/rule-file.ts'
import { ruleQuery } from '../alert/rule-query.ts'
import type { RuleState, RunningGroup } from '../alert/running-group.ts'
import type { LabelMatcher } from '../query/promql/parse/ast.ts'
import { quote } from '../query/promql/parse/literals.ts'
import { compileMatcher } from '../query/promql/parse/matcher.ts'
import { parseWhole, readSelectors, refuse } from './prometheus-input.ts'

/** GET /rules: the groups, with Prometheus' filters and pages; what is chosen wrongly is refused as it does. */
export function rulesAnswer(groups: readonly RunningGroup[], parameters: URLSearchParams): object {
  const asked = readAsked(parameters)
  const from = asked.token === '' ? 0 : groups.findIndex((group) => tokenOf(group) === asked.token)
  if (from < 0) throw refuse('group_next_token', `invalid group_next_token '${asked.token}'. were rule groups changed?`)
  const told: object[] = []
  for (const group of groups.slice(from)) {
    if (!isAmong(asked.groups, group.group.name) || !isAmong(asked.files, group.group.file)) continue
    const rules = group.rules.filter(({ rule }) => isWanted(rule, asked))
    if (rules.length === 0) continue
    if (told.length === asked.limit) return { groups: told, groupNextToken: tokenOf(group) }
    told.push({ ...groupOf(group), rules: rules.map((rule) => ruleOf(rule, asked.withAlerts)) })
  }
  return { groups: told }
}

/** GET /alerts: all that is pending or fires. */
export const alertsAnswer = (groups: readonly RunningGroup[]): object => ({
  alerts: groups.flatMap(({ rules }) => rules.flatMap(activeAlerts)),
})

type Asked = {
  kind: '' | Rule['kind']
  withAlerts: boolean
  names: ReadonlySet<string>
  groups: ReadonlySet<string>
  files: ReadonlySet<string>
  selectors: readonly (readonly LabelMatcher[])[]
  limit: number
  token: string
}

function readAsked(parameters: URLSearchParams): Asked {
  const given = (name: string): string => parameters.get(name) ?? ''
  const kind = given('type').toLowerCase()
  if (kind !== '' && kind !== 'alert' && kind !== 'record')
    throw refuse('type', `not supported value ${quote(given('type'))}`)
  if (!/^(1|t|true|0|f|false)?$/i.test(given('exclude_alerts')))
    throw refuse(
      'exclude_alerts',
      `error converting exclude_alerts: strconv.ParseBool: parsing ${quote(given('exclude_alerts'))}: invalid syntax`,
    )
  const all = (name: string): ReadonlySet<string> => new Set(parameters.getAll(name))
  return {
    kind,
    withAlerts: !/^(1|t|true)$/i.test(given('exclude_alerts')),
    names: all('rule_name[]'),
    groups: all('rule_group[]'),
    files: all('file[]'),
    selectors: readSelectors(parameters),
    ...readPage(given('group_limit'), given('group_next_token')),
  }
}

function readPage(limit: string, token: string): { limit: number; token: string } {
  if (limit === '' && token !== '')
    throw refuse('group_next_token', 'group_limit needs to be present in order to paginate over the groups')
  const groups = limit === '' ? Infinity : parseWhole(limit)
  if (typeof groups !== 'number') {
    const why = groups.error.replace('Atoi', 'ParseInt')
    throw refuse('group_limit', `group_limit needs to be a valid number: ${why}`)
  }
  if (groups <= 0) throw refuse('group_limit', 'group_limit needs to be greater than 0')
  return { limit: groups, token }
}

const isAmong = (wanted: ReadonlySet<string>, name: string): boolean => wanted.size === 0 || wanted.has(name)

function isWanted(rule: Rule, { kind, names, selectors }: Asked): boolean {
  if ((kind !== '' && rule.kind !== kind) || !isAmong(names, rule.name)) return false
  if (selectors.length === 0) return true
  const labels = new Map(labelsOf(rule))
  return selectors.some((matchers) =>
    matchers.every((matcher) => {
      const matches = compileMatcher(matcher)
      return typeof matches === 'function' && matches(labels.get(matcher.name) ?? '')
    }),
  )
}

/** Templates as they are written. */
const labelsOf = (rule: Rule): readonly (readonly [string, string])[] =>
  rule.kind === 'alert' ? rule.labels.map(({ name, text }) => [name, text] as const) : rule.labels

const tokenOf = ({ group }: RunningGroup): string => createHash('sha1').update(groupKey(group)).digest('hex')

const never = '0001-01-01T00:00:00Z'
const timeText = (unixMs: number): string => (unixMs === 0 ? never : new Date(unixMs).toISOString())

const groupOf = ({ group, intervalMs, evaluationMs, lastEvaluationMs }: RunningGroup): object => ({
  name: group.name,
  file: group.file,
  interval: intervalMs / 1000,
  limit: group.limit,
  evaluationTime: evaluationMs / 1000,
  lastEvaluation: timeText(lastEvaluationMs),
})

function ruleOf(state: RuleState, withAlerts: boolean): object {
  const { rule, health, lastError, evaluationMs, lastEvaluationMs } = state
  const shared = {
    name: rule.name,
    query: ruleQuery(rule),
    labels: Object.fromEntries(labelsOf(rule)),
    health: health === 'unknown' ? 'unknown' : health,
    ...(lastError !== '' && { lastError }),
    evaluationTime: evaluationMs / 1000,
    lastEvaluation: timeText(lastEvaluationMs),
  }
  if (rule.kind === 'record') return { ...shared, type: 'recording' }
  return {
    ...shared,
    state: lastEvaluationMs === 0 ? 'unknown' : phaseOf(state.alerts),
    duration: rule.holdMs / 1000,
    keepFiringFor: rule.keepFiringMs / 1000,
    annotations: Object.fromEntries(rule.annotations.map(({ name, text }) => [name, text])),
    alerts: withAlerts ? activeAlerts(state) : [],
    ...(rule.novelty && { novelty: rule.novelty.direction }),
    type: 'alerting',
  }
}

const activeAlerts = ({ alerts }: RuleState): object[] =>
  [...alerts.values()].filter(({ phase }) => phase !== 'inactive').map(alertOf)

const alertOf = ({ labels, annotations, phase, activeAtMs, keepFiringSinceMs, value }: Alert): object => ({
  labels: Object.fromEntries(labels),
  annotations: Object.fromEntries(annotations),
  state: phase,
  activeAt: timeText(activeAtMs),
  ...(keepFiringSinceMs !== undefined && { keepFiringSince: timeText(keepFiringSinceMs) }),
  value: exponential(value),
})

/** As Go's `%e` with the shortest digits. */
function exponential(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const [mantissa = '', exponent = '+0'] = value.toExponential().split('e')
  return `${Object.is(value, -0) ? '-' : ''}${mantissa}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, '0')}`
}
