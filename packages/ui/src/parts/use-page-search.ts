import { useLocation, useRouter } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { type PageUrl, printRawSearch, type RawSearch } from './url.ts'

/**
 * What the page's URL says, and a way to change it. `set` merges a patch; it makes a step in the browser's history
 * unless `replace` is asked for (typing, moving a selection). Parameters the page does not know stay as they are.
 */
export function usePageSearch<Search extends object>(
  url: PageUrl<Search>,
): readonly [Search, (patch: Partial<Search>, how?: 'push' | 'replace') => void] {
  const raw = useRawSearch()
  const search = useMemo(() => url.parse(raw), [url, raw])
  const setRaw = useSetRawSearch()
  const set = useCallback(
    (patch: Partial<Search>, how: 'push' | 'replace' = 'push') =>
      setRaw((before) => url.print({ ...url.parse(before), ...patch }), how),
    [setRaw, url],
  )
  return [search, set]
}

/** Merges parameters into the URL as it is at that moment; undefined or '' removes one. */
export function useSetRawSearch(): (patch: (before: RawSearch) => RawSearch, how: 'push' | 'replace') => void {
  const router = useRouter()
  return useCallback(
    (patch, how) => {
      const { pathname, search } = router.latestLocation
      const href = pathname + printRawSearch({ ...search, ...patch(search) })
      if (how === 'push') router.history.push(href)
      else router.history.replace(href)
    },
    [router],
  )
}

/** Every search parameter of the URL, untyped. */
export function useRawSearch(): RawSearch {
  return useLocation().search
}
