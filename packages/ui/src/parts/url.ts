import { printRawSearch } from '@wakeline/protocol'

export { printRawSearch }

/**
 * Search parameters as plain strings: `?service=cart&q=level>=warn`, never JSON, so that people can read and write
 * them. A page's `url.ts` gives them meaning through a `PageUrl`.
 */
export type RawSearch = Record<string, string | string[] | undefined>

/** How one page reads and writes its search parameters. `parse` takes anything and always answers. */
export type PageUrl<Search> = { parse: (raw: RawSearch) => Search; print: (search: Search) => RawSearch }

export function parseRawSearch(text: string): Record<string, string | string[]> {
  const raw: Record<string, string | string[]> = {}
  for (const [key, value] of new URLSearchParams(text)) {
    const before = raw[key]
    if (before === undefined) raw[key] = value
    else if (Array.isArray(before)) before.push(value)
    else raw[key] = [before, value]
  }
  return raw
}

export function printPath(path: string, search: RawSearch): string {
  return path + printRawSearch(search)
}

/** The value of a parameter that is expected once: the first where it was given more often, '' where absent. */
export function one(raw: RawSearch, key: string): string {
  const value = raw[key]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}

/** The values of a parameter that may be repeated. */
export function many(raw: RawSearch, key: string): string[] {
  const value = raw[key]
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

/** The value of a parameter with a closed set of words; anything else is the first of them. */
export function oneOf<const Word extends string>(raw: RawSearch, key: string, words: readonly [Word, ...Word[]]): Word {
  const value = one(raw, key)
  return words.find((word) => word === value) ?? words[0]
}
