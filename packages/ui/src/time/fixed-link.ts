import { parseRawSearch, printPath } from '../parts/url.ts'
import { between, printRange } from './range.ts'

/** The address with its time as it is now: who opens it later, or elsewhere, sees the same. */
export function fixedLink(href: string, { fromMs, toMs }: { fromMs: number; toMs: number }): string {
  const { origin, pathname, search } = new URL(href)
  const { refresh: _, ...rest } = parseRawSearch(search)
  return origin + printPath(pathname, { ...rest, ...printRange(between(fromMs, toMs)) })
}
