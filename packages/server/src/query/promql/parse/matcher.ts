import type { LabelMatcher } from './ast.ts'
import { compileRegex } from './regex.ts'

/** Whether a label's value (empty when the label is missing) is meant. */
export type MatchValue = (value: string) => boolean

export function compileMatcher(matcher: LabelMatcher): MatchValue | { readonly error: string } {
  const { operator, value } = matcher
  if (operator === '=') return (text) => text === value
  if (operator === '!=') return (text) => text !== value
  const regex = compileRegex(value)
  if ('error' in regex) return regex
  return operator === '=~' ? (text) => regex.test(text) : (text) => !regex.test(text)
}

/** Whether a series without any of these labels is not meant: what means all series is mostly a slip. */
export const isSelective = (matchers: readonly LabelMatcher[]): boolean =>
  matchers.some((matcher) => {
    const matches = compileMatcher(matcher)
    return typeof matches === 'function' && !matches('')
  })
