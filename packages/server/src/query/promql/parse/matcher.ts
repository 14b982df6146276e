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
