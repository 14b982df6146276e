import { printExpression } from '../query/promql/parse/print.ts'
import type { AlertingRule, Rule, RuleCondition, RuleThreshold } from './rule-file.ts'

/**
 * What a rule asks, for readers of Prometheus' /rules. Thresholds over a window have words in PromQL, so that it can be drawn
 * there; a search has none, and is told as it is written.
 */
export function ruleQuery(rule: Rule): string {
  if (rule.kind === 'record') return printExpression(rule.expression)
  const { question, condition } = rule
  if (question.is === 'search') return `${question.signal === 'logs' ? 'logs' : 'traces'}: ${conditionText(rule)}`
  const written = printExpression(question.expression)
  const mildest = condition?.thresholds.at(-1)
  if (condition === undefined || mildest === undefined) return written
  return `${overTime(written, condition, mildest)} ${signs[mildest.operator]} ${mildest.value}`
}

const signs = { above: '>', below: '<', equal: '==', not_equal: '!=', at_least: '>=', at_most: '<=' } as const

function overTime(written: string, { match, windowMs, stepMs }: RuleCondition, { operator }: RuleThreshold): string {
  const name = functionOf(match, operator)
  return stepMs === undefined || name === ''
    ? `(${written})`
    : `${name}((${written})[${windowMs / 1000}s:${stepMs / 1000}s])`
}

/** '' where PromQL has no function for it. */
function functionOf(match: RuleCondition['match'], operator: RuleThreshold['operator']): string {
  if (match === 'on_average') return 'avg_over_time'
  if (match === 'in_total') return 'sum_over_time'
  if (match === 'last') return 'last_over_time'
  if (operator === 'equal' || operator === 'not_equal') return ''
  const isRising = operator === 'above' || operator === 'at_least'
  return isRising === (match === 'at_least_once') ? 'max_over_time' : 'min_over_time'
}

function conditionText({ text, condition }: AlertingRule): string {
  const mildest = condition?.thresholds.at(-1)
  return mildest === undefined ? text : `${text} ${signs[mildest.operator]} ${mildest.value}`
}
