import { recoveryProblem, thresholdOperators, windowMatches } from '@wakeline/analysis'
import { isRefused } from '../base/refused.ts'
import type { Mapping } from '../base/yaml-input.ts'
import { parseDurationMs, parseNumber } from '../query/promql/parse/literals.ts'
import { durationNano } from '../query/search/durations.ts'
import { planTable } from '../query/table.ts'
import { readDuration } from './read-duration.ts'
import type { NoData, RuleCondition, RuleQuestion, RuleThreshold } from './rule-file.ts'

type GivenRule = { node: unknown; question: RuleQuestion | undefined; text: string }

const stepUsualMs = 60_000
/** Values of a window. */
const stepsMax = 1500

/**
 * When what a rule finds is an alert, beside or in place of a comparison in the question:
 *
 *   window: 5m
 *   match: at_least_once        over the values of each `step` in the window; without it the window is one value
 *   thresholds:
 *     - { severity: critical, above: 50, recovers_at: 40 }
 *     - { severity: warning, above: 20 }
 *   no_data: alert after 10m    or ok, or keep
 */
export function readCondition(given: Mapping, rule: GivenRule): RuleCondition | undefined {
  const { input } = given
  const { question, node } = rule
  const isSearch = question?.is === 'search' || given.has('search')
  const thresholds = readThresholds(given, isSearch)
  const names = ['window', 'match', 'step', 'no_data'].filter((name) => given.has(name))
  const windowMs = readDuration(given, 'window')
  const givenStepMs = readDuration(given, 'step')
  const match = given.has('match') ? given.choice('match', windowMatches, 'last') : undefined
  const noData = given.parsed<NoData>('no_data', { is: 'ok' }, parseNoData, 'ok, keep, or alert after 10m')
  if (!isSearch && thresholds.length === 0) {
    const [name] = names
    if (name !== undefined)
      input.wrong(
        given.take(name) ?? node,
        `"${name}" is of rules with "thresholds:" or a search; give it one, or leave it out`,
      )
    return undefined
  }
  const planned = question?.is === 'search' ? planTable(question.signal, rule.text) : undefined
  const pipeline = planned === undefined || isRefused(planned) ? undefined : planned.pipeline
  const stepMs =
    givenStepMs || pipeline?.steps?.stepMs || (match === undefined && pipeline?.steps === undefined ? 0 : stepUsualMs)
  if (windowMs === 0 && (isSearch || stepMs > 0))
    input.wrong(given.take('window') ?? node, 'the rule has no window: say what time it looks at, as in "window: 5m"')
  else if (stepMs > 0 && (windowMs % stepMs !== 0 || windowMs / stepMs > stepsMax))
    input.wrong(
      given.take('step') ?? given.take('window') ?? node,
      `a window of ${windowMs / 1000}s cannot be taken in steps of ${stepMs / 1000}s: it has from 1 to ${stepsMax} whole steps`,
    )
  if (pipeline !== undefined) checkFigures(given, rule, { pipeline, hasThresholds: given.has('thresholds') })
  return { thresholds, match: match ?? 'last', windowMs, stepMs: stepMs === 0 ? undefined : stepMs, noData }
}

type Planned = Exclude<ReturnType<typeof planTable>, { refused: unknown }>

function checkFigures(
  given: Mapping,
  { node }: GivenRule,
  { pipeline, hasThresholds }: { pipeline: Planned['pipeline']; hasThresholds: boolean },
): void {
  const { input } = given
  const place = given.take('search') ?? node
  const second = pipeline.table?.values[1]
  if (hasThresholds && second !== undefined)
    input.wrong(place, `thresholds are of one figure, and the search makes another, ${second.name}; leave it out`)
  if (!hasThresholds && pipeline.where.length === 0)
    input.wrong(
      place,
      'nothing says when this is an alert; give the rule "thresholds:", or the search a condition such as "| count by (service) | where count > 10"',
    )
}

function readThresholds(given: Mapping, isSearch: boolean): readonly RuleThreshold[] {
  const { input } = given
  const node = given.take('thresholds')
  const thresholds = input
    .list(node, 'thresholds')
    .flatMap((each) => readThreshold(input.mapping(each, 'a threshold'), isSearch) ?? [])
  const severities = thresholds.map(({ severity }) => severity)
  const twice = severities.find((severity, i) => severities.indexOf(severity) < i)
  if (twice !== undefined)
    input.wrong(node, `there are two thresholds of the severity "${twice}"; give each its own with "severity:"`)
  return thresholds
}

function readThreshold(given: Mapping, isSearch: boolean): RuleThreshold | undefined {
  const { input, node } = given
  const severity = given.text('severity')
  const [operator, more] = thresholdOperators.filter((name) => given.has(name))
  const figure = (text: string): number | undefined => {
    const value = parseNumber(text) ?? (isSearch ? durationNano(text) : undefined)
    return Number.isNaN(value) ? undefined : value
  }
  const expected = isSearch ? 'a number, or a time such as 250ms' : 'a number'
  if (operator === undefined || more !== undefined) {
    input.wrong(node, `a threshold says one of ${thresholdOperators.join(', ')}, as in "above: 50"`)
    for (const name of [...thresholdOperators, 'recovers_at']) given.take(name)
    return undefined
  }
  const value = given.parsed(operator, Number.NaN, figure, expected)
  const recovery = given.has('recovers_at') ? given.parsed('recovers_at', Number.NaN, figure, expected) : undefined
  given.end('a threshold')
  if (Number.isNaN(value) || Number.isNaN(recovery)) return undefined
  const threshold = { severity, operator, value, recovery }
  const problem = recoveryProblem(threshold)
  if (problem !== '') input.wrong(given.take('recovers_at'), problem)
  return threshold
}

function parseNoData(text: string): NoData | undefined {
  if (text === 'ok' || text === 'keep') return { is: text }
  const found = /^alert(?: after (\S+))?$/.exec(text)
  if (found === null) return undefined
  const afterMs = found[1] === undefined ? 0 : parseDurationMs(found[1])
  return typeof afterMs === 'number' ? { is: 'alert', afterMs } : undefined
}
