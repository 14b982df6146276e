import { useRouter } from '@tanstack/react-router'
import { type AnchorHTMLAttributes, type MouseEvent, useCallback } from 'react'
import { parseRawSearch, printRawSearch, type RawSearch } from './url.ts'
import { useRawSearch } from './use-page-search.ts'

/** What every page shares and a link therefore carries on, unless it names a time of its own. */
const carried = ['last', 'from', 'to'] as const

/** The target with the present time range added. Targets come from `links.ts`. */
export function carryTime(href: string, present: RawSearch): string {
  const [path = '', query = ''] = href.split('?')
  const search: RawSearch = parseRawSearch(query)
  if (carried.some((key) => search[key] !== undefined)) return href
  for (const key of carried) search[key] = present[key]
  return path + printRawSearch(search)
}

/** A link inside the UI: a real anchor (new tab, copy address), without a page load on a plain click. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const router = useRouter()
  const present = useRawSearch()
  const target = carryTime(href, present)
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    event.stopPropagation()
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    router.history.push(target)
  }
  return <a {...rest} href={target} onClick={follow} />
}

/** Goes to a target of `links.ts` from code: a chart's point, the Enter key. */
export function useGo(): (href: string) => void {
  const router = useRouter()
  return useCallback((href) => router.history.push(carryTime(href, router.latestLocation.search)), [router])
}
