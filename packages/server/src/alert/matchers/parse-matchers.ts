import { parseClassicMatchers } from './classic-matchers.ts'
import { type Matcher, type MatcherFault, printMatchers } from './matcher.ts'
import { parseUtf8Matchers } from './utf8-matchers.ts'

/**
 * Reads matchers as Alertmanager does by default: in either syntax, and where both read a text and differ, as the older one
 * does, so that what was written for it goes on meaning the same. What neither reads is told in the words of the newer.
 */
export function parseMatchers(text: string): readonly Matcher[] | MatcherFault {
  const newer = parseUtf8Matchers(text)
  const older = parseClassicMatchers(text)
  if ('error' in older) return newer
  if ('error' in newer) return older
  return printMatchers(newer) === printMatchers(older) ? newer : older
}
