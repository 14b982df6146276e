import type { Mapping } from '../../../base/yaml-input.ts'
import { isMatcher, type Matcher, matcherOf } from '../../matchers/matcher.ts'
import { parseMatchers } from '../../matchers/parse-matchers.ts'

/** `matchers:` is a list of texts; `match:` and `match_re:` are older, and map names to values. */
export function readMatchers(given: Mapping, name: string, shape: 'list' | 'equal' | 'regex'): readonly Matcher[] {
  const { input } = given
  const node = given.take(name)
  if (shape === 'list')
    return input.list(node, name).flatMap((each) => {
      const text = input.text(each, 'a matcher')
      const read = parseMatchers(text)
      if (!('error' in read)) return read
      input.wrongInside(each, { text, offset: read.position }, read.error)
      return []
    })
  const entries = input.mapping(node, name)
  return entries.names().flatMap((label) => {
    const matcher = matcherOf(label, shape === 'equal' ? '=' : '=~', entries.text(label))
    if (isMatcher(matcher)) return [matcher]
    input.wrong(entries.take(label), matcher.error)
    return []
  })
}
