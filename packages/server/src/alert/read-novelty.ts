import type { Mapping } from '../base/yaml-input.ts'
import { isComparisonOperator } from '../query/promql/parse/ast.ts'
import { parseNumber } from '../query/promql/parse/literals.ts'
import { type NoveltyWatch, noveltyDirections, type RuleQuestion } from './rule-file.ts'

type GivenRule = { node: unknown; question: RuleQuestion | undefined; isConditioned: boolean }

/**
 * In place of a comparison: the expression is watched, and what was never seen before in it is an alert.
 *
 *   novelty: up            or down, or both
 *   least_change: 0.05     in the unit of the series; what differs less is left alone
 */
export function readNovelty(given: Mapping, { node, question, isConditioned }: GivenRule): NoveltyWatch | undefined {
  const { input } = given
  const isWatched = given.has('novelty')
  const direction = isWatched ? given.choice('novelty', noveltyDirections, 'both') : 'both'
  const figure = (text: string): number | undefined => {
    const value = parseNumber(text)
    return value !== undefined && value >= 0 ? value : undefined
  }
  const place = given.take('novelty') ?? node
  const isChange = given.has('least_change')
  const leastChange = given.parsed('least_change', 0, figure, 'a number that is not below 0')
  if (!isWatched) {
    if (isChange)
      input.wrong(given.take('least_change') ?? node, '"least_change" is of rules with "novelty:"; leave it out')
    return undefined
  }
  if (isConditioned) input.wrong(place, 'a rule has both "novelty" and thresholds or a search; leave one of them out')
  if (
    question?.is === 'promql' &&
    question.expression.kind === 'binary' &&
    isComparisonOperator(question.expression.operator)
  )
    input.wrong(
      place,
      'the expression compares, and of what is left out nothing is learned; give "expr:" the series itself',
    )
  return { direction, leastChange }
}
