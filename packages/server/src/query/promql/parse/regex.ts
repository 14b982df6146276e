import { compileAnchored } from '../../../base/re2.ts'

/** A regular expression of a matcher; the whole value must match. */
export function compileRegex(pattern: string): RegExp | { readonly error: string } {
  const compiled = compileAnchored(pattern)
  if (compiled instanceof RegExp) return compiled
  return { error: compiled.reason }
}
